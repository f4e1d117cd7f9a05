import { html, nothing, type TemplateResult } from 'lit';
import { PARAMETERS } from '../../shared/parameters.ts';
import { isSettable, type SliderName } from '../node/node-settings.ts';
import type { PanelView } from './panel-view.ts';

/** Sliders, the model, and the button that resets it. */
export function controlsTemplate(view: PanelView): TemplateResult {
  const { node, values, models, incomingModel, actions } = view;
  const { strings } = values;
  const isDisabled = !isSettable(node);
  const announcement = view.isReset ? strings.resetDone : incomingModel === undefined ? '' : strings.modelLoading;
  return html`
    ${view.hasMix ? mixTemplate(view) : nothing}
    <denoise-slider
      id="limit"
      .label=${label(view, 'attenuationLimit')}
      .max=${PARAMETERS.attenuationLimit.range[1]}
      .step=${1}
      .value=${shownValue(view, 'attenuationLimit')}
      .words=${values.limit}
      ?disabled=${isDisabled}
      @input=${actions.slide.attenuationLimit}
    ></denoise-slider>
    <denoise-slider
      id="gain"
      .label=${label(view, 'outputGain')}
      .min=${PARAMETERS.outputGain.range[0]}
      .max=${PARAMETERS.outputGain.range[1]}
      .step=${0.5}
      .value=${shownValue(view, 'outputGain')}
      .words=${values.gain}
      ?disabled=${isDisabled}
      @input=${actions.slide.outputGain}
    ></denoise-slider>
    ${shapingTemplate(view, isDisabled)}
    <div class="last">
      ${models.length > 1 ? modelChoiceTemplate(view) : modelNameTemplate(view)}
      <button
        part="button"
        type="button"
        id="reset"
        title=${strings.resetHint}
        ?disabled=${isDisabled}
        @click=${actions.reset}
      >
        ${strings.reset}
      </button>
    </div>
    <p class="unseen" role="status">${announcement}</p>
  `;
}

/** High-pass and automatic gain; a compact panel has no room for them. */
function shapingTemplate(view: PanelView, isDisabled: boolean): TemplateResult {
  const { node, values, actions } = view;
  const isOn = !!node && node.autoGain.value >= 0.5;
  return html`
    <denoise-slider
      id="high-pass"
      class="shaping"
      .label=${label(view, 'highPass')}
      .max=${PARAMETERS.highPass.range[1]}
      .step=${10}
      .value=${shownValue(view, 'highPass')}
      .words=${values.cutoff}
      ?disabled=${isDisabled}
      @input=${actions.slide.highPass}
    ></denoise-slider>
    <div class="shaping">
      <label class="check"
        ><input
          id="auto-gain"
          type="checkbox"
          .checked=${isOn}
          ?disabled=${isDisabled}
          @change=${actions.toggleAutoGain}
        />${values.strings.autoGain}</label
      >
      <denoise-slider
        id="target"
        .label=${label(view, 'targetLevel')}
        .min=${PARAMETERS.targetLevel.range[0]}
        .max=${PARAMETERS.targetLevel.range[1]}
        .step=${1}
        .value=${shownValue(view, 'targetLevel')}
        .words=${values.target}
        ?disabled=${isDisabled || !isOn}
        @input=${actions.slide.targetLevel}
      ></denoise-slider>
    </div>
  `;
}

function mixTemplate(view: PanelView): TemplateResult {
  const { node, values, actions } = view;
  return html`<denoise-slider
    id="mix"
    class="mix"
    .label=${label(view, 'mix')}
    .value=${shownValue(view, 'mix')}
    .words=${values.percent}
    ?disabled=${!isSettable(node)}
    @input=${actions.slide.mix}
    ><span slot="start">${values.strings.dry}</span><span slot="end">${values.strings.wet}</span></denoise-slider
  >`;
}

function modelChoiceTemplate({ node, models, incomingModel, values, actions }: PanelView): TemplateResult {
  const chosen = incomingModel ?? String(node?.model ?? '');
  const isListed = models.some(({ value }) => value === chosen);
  return html`<label class="model"
    >${values.strings.model}
    <select
      id="model"
      ?disabled=${!isSettable(node)}
      aria-busy=${incomingModel !== undefined}
      @change=${actions.chooseModel}
    >
      ${isListed ? nothing : html`<option value=${chosen} selected>${chosen}</option>`}
      ${models.map(({ value, label }) => html`<option value=${value} .selected=${value === chosen}>${label}</option>`)}
    </select></label
  >`;
}

function modelNameTemplate({ node, models, values }: PanelView): unknown {
  if (node === null) return nothing;
  const name = models[0]?.label ?? String(node.model);
  return html`<p class="model" id="model-name">${values.strings.model} <strong>${name}</strong></p>`;
}

function label({ values }: PanelView, name: SliderName): string {
  return values.strings[PARAMETERS[name].labelKey];
}

/** What a slider shows: where there is no node, what nodes begin with. */
function shownValue({ node }: PanelView, name: SliderName): number {
  if (!node) return PARAMETERS[name].default;
  // A float32 without its tail: 0.8 reads as 0.800000011920929.
  return Math.round(1000 * node[name].value) / 1000;
}
