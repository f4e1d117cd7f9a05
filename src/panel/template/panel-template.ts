import { html, nothing, type TemplateResult } from 'lit';
import { isSettable } from '../node/node-settings.ts';
import { controlsTemplate } from './controls-template.ts';
import { diagnosisTemplate } from './diagnosis-template.ts';
import { figuresTemplate } from './figures-template.ts';
import type { PanelView } from './panel-view.ts';
import { stageTemplate } from './stage-template.ts';

/**
 * A whole panel. Sentences and values stand in `bdi`: a value with a unit, or an English message, reads from left to
 * right even where the panel runs from right to left.
 */
export function panelTemplate(view: PanelView): TemplateResult {
  const { strings } = view.values;
  return html`
    <div
      class="panel"
      part="panel"
      role="group"
      aria-labelledby="title"
      lang=${strings.locale}
      dir=${view.direction ?? nothing}
      data-state=${view.state}
    >
      ${headerTemplate(view)}
      ${noticeTemplate(view)}
      <div class="body">
        <div class="stage" part="stage">${stageTemplate(view)}</div>
        <div class="controls" part="controls">${controlsTemplate(view)}<slot name="controls"></slot></div>
      </div>
      ${figuresTemplate(view)} ${diagnosisTemplate(view)}
      <slot name="footer"></slot>
    </div>
  `;
}

function headerTemplate({ node, state, values: { strings }, actions }: PanelView): TemplateResult {
  return html`
    <div class="header" part="header">
      <div class="title" part="title" id="title"><slot name="title">${strings.title}</slot></div>
      <p class="state" part="state" role="status">
        <span class="lamp" aria-hidden="true"></span><strong>${strings.states[state].name}</strong>
        <bdi class="sentence">${strings.states[state].sentence}</bdi>
      </p>
      <div class="actions">
        <slot name="actions"></slot>
        <label class="switch" part="switch"
          ><input
            id="on"
            type="checkbox"
            role="switch"
            .checked=${!!node && node.bypass.value < 0.5}
            ?disabled=${!isSettable(node)}
            @change=${actions.toggle}
          /><span class="knob" aria-hidden="true"></span>${strings.denoise}</label
        >
      </div>
    </div>
  `;
}

/** A failure, a model that was not taken, or why sound travels in messages: one at a time, the gravest first. */
function noticeTemplate({ node, state, modelProblem, values: { strings }, actions }: PanelView): unknown {
  if (state === 'failed') {
    const error = node?.error;
    return html`<div class="notice problem" part="notice" role="alert">
      <p>
        <strong><bdi>${error ? strings.errors[error.code] : ''}</bdi></strong> <bdi>${error?.message}</bdi>
        <code dir="ltr">${error?.code}</code>
      </p>
      <button part="button" type="button" id="retry" @click=${actions.retry}>${strings.retry}</button>
    </div>`;
  }
  if (modelProblem !== undefined) {
    return html`<div class="notice problem" part="notice" role="alert">
      <p><strong><bdi>${strings.modelFailed}</bdi></strong> <bdi>${messageOf(modelProblem)}</bdi></p>
    </div>`;
  }
  if (node?.mode !== 'message') return nothing;
  const reason = globalThis.crossOriginIsolated ? strings.messageByChoice : strings.messageNotIsolated;
  return html`<p class="notice" part="notice" id="mode-notice"><bdi>${reason}</bdi></p>`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
