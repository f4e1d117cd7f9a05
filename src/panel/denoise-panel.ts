import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { DenoiseNode } from '../main/denoise-node.ts';
import type { DenoiseMetrics } from '../main/events.ts';
import { RANGES } from '../main/options.ts';
import { type NumericParameterName, PARAMETERS } from '../shared/parameters.ts';
import { styles } from './denoise-panel.styles.ts';
import { german } from './german.ts';
import { keepSettings, type PanelSettings, readSettings } from './kept-settings.ts';
import type { LevelMeter } from './level-meter.ts';
import { NodeTap } from './node-tap.ts';
import { Numbers } from './numbers.ts';
import type { SpectrogramView } from './spectrogram-view.ts';
import { english, type PanelState, type PanelStrings } from './strings.ts';
import { WhileSeen } from './while-seen.ts';

/** Figures change this often: faster, nobody can read them. */
const FIGURES_MS = 250;
/** From here on the panel says that a voice sounds. */
const VOICE_FROM = 0.5;

/** A model to choose from. */
export interface ModelChoice {
  /** Name of a bundled model or URL of a folder, as for the node's option `model`. */
  readonly value: string;
  readonly label: string;
}

/** Detail of `denoise-change`: one setting and its new value. */
export type SettingChange = {
  [K in keyof PanelSettings]: { readonly setting: K; readonly value: PanelSettings[K] };
}[keyof PanelSettings];

/**
 * Shows what a DenoiseNode does and sets all that can be set: give it a node, and it follows. Several panels may share
 * a node, and a panel may be given another one, or null, at any time. It holds no sound and no settings of its own; out
 * of sight it does nothing at all.
 *
 * @tag denoise-panel
 * @summary Controls, meters, figures and spectrograms of a DenoiseNode.
 * @event {CustomEvent<SettingChange>} denoise-change - the person has changed a setting, which the node has already
 * @event {CustomEvent<void>} denoise-reset - the person has reset the model
 * @event {CustomEvent<void>} denoise-retry - the person wants to try again after a failure; cancel it to make a new
 *   node instead of retrying in this one
 * @slot title - instead of the title
 * @slot actions - more buttons at the top, before the switch
 * @slot controls - more controls, below the panel's own
 * @slot footer - below everything
 * @csspart panel - everything
 * @csspart header - state, actions and switch
 * @csspart title - the title
 * @csspart state - lamp, name and sentence of the state
 * @csspart notice - the line about message mode, or about a failure
 * @csspart switch - the label with the on/off switch
 * @csspart stage - spectrograms and meters
 * @csspart picture - one side of the stage
 * @csspart controls - sliders, choice of model, reset
 * @csspart figures - the list of figures
 * @csspart figure - one figure
 * @csspart button - every button
 * @cssproperty --denoise-font - font family
 * @cssproperty --denoise-paper - background
 * @cssproperty --denoise-well - background of grouped controls and figures
 * @cssproperty --denoise-ink - text
 * @cssproperty --denoise-soft - text of less weight
 * @cssproperty --denoise-line - lines and borders
 * @cssproperty --denoise-accent - switch, sliders, enhanced level
 * @cssproperty --denoise-noisy - colour of the noisy side
 * @cssproperty --denoise-enhanced - colour of the enhanced side
 * @cssproperty --denoise-focus - ring of what has the focus
 * @cssproperty --denoise-radius - radius of the panel's corners
 * @cssproperty --denoise-picture-height - height of one spectrogram
 */
export class DenoisePanel extends LitElement {
  static override styles = styles;

  /** The node that is shown and set; null for none. The panel never disposes it. */
  @property({ attribute: false }) node: DenoiseNode | null = null;
  /** Models to choose from; with fewer than two there is no choice, and the name is shown among the figures. */
  @property({ attribute: false }) models: readonly ModelChoice[] = [];
  /** The words. Without them, those of the language of `lang`, of the nearest element with one, or English. */
  @property({ attribute: false }) strings: PanelStrings | undefined;
  /** Language, where `strings` is not set: English and German are there. */
  @property({ reflect: true }) override lang = '';
  /**
   * Keeps settings in this browser under this name, and sets them in every node that the panel is given. Empty: keeps
   * nothing.
   */
  @property() persist = '';
  /** `'auto'` follows the system, `'light'` and `'dark'` do not. */
  @property({ reflect: true }) theme: 'auto' | 'light' | 'dark' = 'auto';
  /** Leaves the wet/dry slider out, for pages that have one of their own. */
  @property({ type: Boolean, attribute: 'without-mix' }) withoutMix = false;
  /** How much time the spectrograms show, seconds. */
  @property({ type: Number }) seconds = 6;

  @state() private metrics: DenoiseMetrics | undefined;
  @state() private modelInComing: string | undefined;
  @state() private modelProblem: unknown;
  @state() private isResetTold = false;
  @query('#picture-noisy', true) private noisyPicture!: SpectrogramView;
  @query('#picture-enhanced', true) private enhancedPicture!: SpectrogramView;
  @query('#level-noisy', true) private noisyMeter!: LevelMeter;
  @query('#level-enhanced', true) private enhancedMeter!: LevelMeter;
  readonly #seen = new WhileSeen(this, {
    begin: () => this.#begin(),
    frame: (now) => this.#frame(now),
    end: () => this.#end(),
  });
  #bound: DenoiseNode | null = null;
  #unbind = new AbortController();
  #tap: NodeTap | undefined;
  #figuresAt = 0;
  #resetTimer: ReturnType<typeof setTimeout> | undefined;
  #numbers = new Numbers(english.locale);
  #locale = english.locale;

  /** Whether it draws and looks now: it is in sight, and so is its page. */
  get working(): boolean {
    return this.#seen.seen;
  }

  /** What the sound is now, as the panel says it. */
  get state(): PanelState {
    const { node } = this;
    if (!node) return 'empty';
    switch (node.state) {
      case 'loading':
        return 'starting';
      case 'failed':
        return 'failed';
      case 'disposed':
        return 'ended';
      case 'recovering':
        return 'recovering';
      case 'overloaded':
      case 'running':
        if (node.context.state !== 'running') return 'paused';
        if (node.bypass.value >= 0.5) return 'bypassed';
        return node.state === 'overloaded' ? 'overloaded' : 'live';
      default:
        return node.state satisfies never;
    }
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#bind();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#release();
    clearTimeout(this.#resetTimer);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('node')) this.#bind();
    if (changed.has('node') || changed.has('persist')) this.#applyKeptLevels();
    if (changed.has('node') || changed.has('persist') || changed.has('models')) this.#applyKeptModel();
    const { locale } = this.#words;
    if (locale !== this.#locale) [this.#locale, this.#numbers] = [locale, new Numbers(locale)];
  }

  protected override render() {
    const words = this.#words;
    const { node, state } = this;
    return html`
      <div class="panel" part="panel" role="group" aria-labelledby="title" lang=${words.locale} data-state=${state}>
        <div class="header" part="header">
          <div class="title" part="title" id="title"><slot name="title">${words.title}</slot></div>
          <p class="state" part="state" role="status"><span class="lamp" aria-hidden="true"></span><strong>${words.states[state].name}</strong>
            <span class="sentence">${words.states[state].sentence}</span></p>
          <div class="actions">
            <slot name="actions"></slot>
            <label class="switch" part="switch"><input id="on" type="checkbox" role="switch" .checked=${!!node && node.bypass.value < 0.5}
              ?disabled=${!this.#isAlive} @change=${this.#switch}><span class="knob" aria-hidden="true"></span>${words.denoise}</label>
          </div>
        </div>
        ${this.#notice(words, state)}
        <div class="body">
          <div class="stage" part="stage">${this.#side('noisy', words.noisy, words.noisyLevel, words.noisyPicture, words)}
            ${this.#side('enhanced', words.enhanced, words.enhancedLevel, words.enhancedPicture, words)}</div>
          <div class="controls" part="controls">${this.#controls(words)}<slot name="controls"></slot></div>
        </div>
        ${this.#figures(words, state)}
        <slot name="footer"></slot>
      </div>
    `;
  }

  protected override updated(): void {
    // The views exist by now; what is set here does not render again.
    if (this.#seen.seen && !this.#tap) this.#begin();
  }

  get #words(): PanelStrings {
    if (this.strings) return this.strings;
    const lang = this.lang || this.parentElement?.closest<HTMLElement>('[lang]')?.lang || '';
    return /^de\b/i.test(lang) ? german : english;
  }

  /** Whether there is a node that settings can be sent to. */
  get #isAlive(): boolean {
    return !!this.node && this.node.state !== 'disposed';
  }

  #side(side: 'noisy' | 'enhanced', name: string, level: string, picture: string, words: PanelStrings) {
    const silent = (value: number): string => (Number.isFinite(value) ? this.#numbers.with('dB', value) : words.silent);
    return html`
      <div class="side ${side}" part="picture">
        <div class="caption"><span class="name" aria-hidden="true">${name}</span>
          <denoise-meter id="level-${side}" .label=${level} .words=${silent}></denoise-meter></div>
        <denoise-spectrogram id="picture-${side}" .label=${picture} .seconds=${this.seconds} ?without-time=${side === 'noisy'}
          .lag=${side === 'noisy' ? (this.node?.latency ?? 0) : 0} .now=${words.now} .secondsAcross=${words.secondsAcross}></denoise-spectrogram>
      </div>`;
  }

  #notice(words: PanelStrings, state: PanelState) {
    const error = this.node?.error;
    if (state === 'failed') {
      return html`<div class="notice problem" part="notice" role="alert">
        <p><strong>${error ? words.errors[error.code] : ''}</strong> ${error?.message} <code>${error?.code}</code></p>
        <button part="button" type="button" id="retry" @click=${this.#retry}>${words.retry}</button></div>`;
    }
    if (this.modelProblem !== undefined) {
      return html`<div class="notice problem" part="notice" role="alert"><p><strong>${words.modelFailed}</strong> ${messageOf(this.modelProblem)}</p></div>`;
    }
    if (this.node?.mode !== 'message') return nothing;
    return html`<p class="notice" part="notice" id="mode-notice">${globalThis.crossOriginIsolated ? words.messageByChoice : words.messageNotIsolated}</p>`;
  }

  #controls(words: PanelStrings) {
    const { node } = this;
    const disabled = !this.#isAlive;
    const value = (name: NumericParameterName): number => shown(node?.[name].value ?? PARAMETERS[name].default);
    const label = (name: NumericParameterName): string => words[PARAMETERS[name].labelKey];
    return html`
      ${
        this.withoutMix
          ? nothing
          : html`<denoise-slider id="mix" class="mix" .label=${label('mix')} .value=${value('mix')} .words=${this.#percent} ?disabled=${disabled}
        @input=${(event: Event) => this.#set('mix', event)}><span slot="start">${words.dry}</span><span slot="end">${words.wet}</span></denoise-slider>`
      }
      <denoise-slider id="limit" .label=${label('attenuationLimit')} .max=${RANGES.attenuationLimit[1]} .step=${1} .value=${value('attenuationLimit')}
        .words=${this.#limit} ?disabled=${disabled} @input=${(event: Event) => this.#set('attenuationLimit', event)}></denoise-slider>
      <denoise-slider id="gain" .label=${label('outputGain')} .min=${RANGES.outputGain[0]} .max=${RANGES.outputGain[1]} .step=${0.5}
        .value=${value('outputGain')} .words=${this.#gain} ?disabled=${disabled} @input=${(event: Event) => this.#set('outputGain', event)}></denoise-slider>
      <div class="last">
        ${this.models.length > 1 ? this.#modelChoice(words, disabled) : this.#modelName(words)}
        <button part="button" type="button" id="reset" title=${words.resetHint} ?disabled=${disabled}
          @click=${this.#reset}>${words.reset}</button>
      </div>
      <p class="unseen" role="status">${this.isResetTold ? words.resetDone : this.modelInComing === undefined ? '' : words.modelLoading}</p>`;
  }

  #modelChoice(words: PanelStrings, disabled: boolean) {
    const chosen = this.modelInComing ?? String(this.node?.model ?? '');
    const isListed = this.models.some(({ value }) => value === chosen);
    return html`<label class="model">${words.model}
      <select id="model" ?disabled=${disabled} aria-busy=${this.modelInComing !== undefined} @change=${this.#chooseModel}>
        ${isListed ? nothing : html`<option value=${chosen} selected>${chosen}</option>`}
        ${this.models.map(({ value, label }) => html`<option value=${value} .selected=${value === chosen}>${label}</option>`)}
      </select></label>`;
  }

  #modelName(words: PanelStrings) {
    const model = this.node?.model;
    return model === undefined
      ? nothing
      : html`<p class="model" id="model-name">${words.model} <strong>${this.models[0]?.label ?? String(model)}</strong></p>`;
  }

  #figures(words: PanelStrings, state: PanelState) {
    const { metrics, node } = this;
    const numbers = this.#numbers;
    const isLive = state === 'live';
    const isServed = isLive || state === 'bypassed' || state === 'paused';
    const voice = metrics && metrics.voice >= VOICE_FROM;
    const ms = (seconds: number, digits: 0 | 1 | 2 = 1): string => numbers.with('ms', 1000 * seconds, digits);
    const figure = (id: string, name: string, value: unknown) =>
      html`<div part="figure"><dt>${name}</dt><dd id=${id}>${value ?? '–'}</dd></div>`;
    const underruns = metrics?.underruns ?? 0;
    return html`<dl class="figures" part="figures" aria-label=${words.figures}>
      ${figure('reduction', words.reduction, metrics && isLive ? numbers.with('dB', metrics.reduction) : undefined)}
      ${figure('voice', words.voice, metrics && isLive ? html`<span class="voice" data-on=${voice}></span>${voice ? words.voiceOn : words.voiceOff}` : undefined)}
      ${figure('latency', words.latency, node && this.#isAlive ? ms(node.latency) : undefined)}
      ${figure('hop', words.hop, metrics && isServed && metrics.hopMsP50 > 0 ? html`${numbers.with('', metrics.hopMsP50, 2)} / ${numbers.with('ms', metrics.hopMsP95, 2)}` : undefined)}
      ${figure('load', words.load, metrics && isServed ? numbers.with('%', 100 * metrics.load) : undefined)}
      ${figure('queue', words.queue, metrics && isServed ? ms(metrics.slack) : undefined)}
      ${figure('underruns', words.underruns, metrics ? (underruns === 0 ? words.noUnderruns : numbers.with('', underruns)) : undefined)}
      ${figure('mode', words.mode, node && this.#isAlive ? words.modes[node.mode] : undefined)}
    </dl>`;
  }

  readonly #percent = (value: number): string => this.#numbers.with('%', 100 * value);
  readonly #limit = (value: number): string =>
    value >= RANGES.attenuationLimit[1] ? this.#words.noLimit : this.#numbers.with('dB', value);
  readonly #gain = (value: number): string => `${value > 0 ? '+' : ''}${this.#numbers.with('dB', value, 1)}`;

  /** Follows the node of the present, and no other. */
  #bind(): void {
    if (this.#bound === this.node && !this.#unbind.signal.aborted) return;
    this.#release();
    this.metrics = undefined;
    this.modelProblem = undefined;
    this.modelInComing = undefined;
    const { node } = this;
    if (!node || !this.isConnected) return;
    this.#bound = node;
    this.#unbind = new AbortController();
    const { signal } = this.#unbind;
    const follow = (): void => this.#follow();
    for (const type of ['statechange', 'modechange', 'modelchange', 'latencychange', 'error'])
      node.addEventListener(type, follow, { signal });
    node.context.addEventListener('statechange', follow, { signal });
    this.#follow();
  }

  /** Lets go of the node altogether: no listener, no analyser. */
  #release(): void {
    this.#unbind.abort();
    this.#bound = null;
    this.#tap?.close();
    this.#tap = undefined;
    if (!this.hasUpdated) return;
    this.noisyPicture.analyser = undefined;
    this.enhancedPicture.analyser = undefined;
  }

  /** Something has changed that no frame needs to be waited for. */
  #follow(): void {
    if (!this.node) return;
    if (this.node.state === 'disposed') this.#tap?.close();
    this.metrics = this.node.getMetrics();
    this.requestUpdate();
  }

  #begin(): void {
    const node = this.#bound;
    if (!node || !this.hasUpdated) return;
    if (node.state === 'disposed') return;
    if (!this.#tap) {
      this.#tap = new NodeTap(node);
      this.noisyPicture.analyser = this.#tap.noisy.analyser;
      this.enhancedPicture.analyser = this.#tap.enhanced.analyser;
    }
    this.#tap.open();
    this.#figuresAt = 0;
  }

  #end(): void {
    this.#tap?.close();
  }

  #frame(now: number): void {
    const tap = this.#tap;
    if (!tap || !this.#bound) return;
    tap.measure();
    this.noisyMeter.level = tap.noisy.level;
    this.enhancedMeter.level = tap.enhanced.level;
    this.noisyPicture.draw();
    this.enhancedPicture.draw();
    if (now - this.#figuresAt < FIGURES_MS) return;
    this.#figuresAt = now;
    // Parameters may be automated, so the sliders are looked after as well.
    this.metrics = this.#bound.getMetrics();
  }

  /** What was kept is set in a node once, when it comes; after that, whoever sets it has the last word. */
  #applyKeptLevels(): void {
    if (!this.node || !this.#isAlive || !this.persist) return;
    const { bypass, model, ...levels } = readSettings(this.persist);
    for (const [name, value] of Object.entries(levels) as ['mix' | 'attenuationLimit' | 'outputGain', number][])
      setParameter(this.node[name], value);
    if (bypass !== undefined) setParameter(this.node.bypass, bypass ? 1 : 0);
  }

  /** A model that is offered no more is not fetched. */
  #applyKeptModel(): void {
    if (!this.node || !this.#isAlive || !this.persist) return;
    const { model } = readSettings(this.persist);
    const isOffered = model !== undefined && this.models.some(({ value }) => value === model);
    if (isOffered && model !== String(this.node.model)) void this.#changeModel(this.node, model);
  }

  #set(name: 'mix' | 'attenuationLimit' | 'outputGain', { target }: Event): void {
    const { value } = target as HTMLElement & { value: number };
    if (!this.node || !this.#isAlive) return;
    setParameter(this.node[name], value);
    this.requestUpdate();
    this.#tell({ setting: name, value });
  }

  #switch({ target }: Event): void {
    if (!this.node || !this.#isAlive) return;
    const bypass = !(target as HTMLInputElement).checked;
    setParameter(this.node.bypass, bypass ? 1 : 0);
    this.requestUpdate();
    this.#tell({ setting: 'bypass', value: bypass });
  }

  async #chooseModel({ target }: Event): Promise<void> {
    const { value } = target as HTMLSelectElement;
    if (!this.node || !this.#isAlive) return;
    if (await this.#changeModel(this.node, value)) this.#tell({ setting: 'model', value });
  }

  /** Resolves to whether the node has taken it. */
  async #changeModel(node: DenoiseNode, model: string): Promise<boolean> {
    this.modelInComing = model;
    this.modelProblem = undefined;
    try {
      await node.setModel(model);
      return true;
    } catch (error) {
      // An AbortError: another choice has overtaken this one, or the node is gone.
      if (node === this.node && this.modelInComing === model && (error as Error).name !== 'AbortError')
        this.modelProblem = error;
      return false;
    } finally {
      if (node === this.node && this.modelInComing === model) this.modelInComing = undefined;
    }
  }

  #reset(): void {
    this.node?.reset();
    this.dispatchEvent(new CustomEvent('denoise-reset', { bubbles: true, composed: true }));
    this.isResetTold = true;
    clearTimeout(this.#resetTimer);
    this.#resetTimer = setTimeout(() => {
      this.isResetTold = false;
    }, 2000);
  }

  #retry(): void {
    const goesOn = this.dispatchEvent(
      new CustomEvent('denoise-retry', { bubbles: true, composed: true, cancelable: true }),
    );
    if (goesOn) this.node?.retry();
  }

  #tell(change: SettingChange): void {
    if (this.persist) keepSettings(this.persist, { [change.setting]: change.value });
    this.dispatchEvent(
      new CustomEvent<SettingChange>('denoise-change', { detail: change, bubbles: true, composed: true }),
    );
  }
}

/** Takes a parameter over from whatever automates it. The node ramps by itself. */
function setParameter(parameter: AudioParam, value: number): void {
  parameter.cancelScheduledValues(0);
  parameter.value = value;
}

/** A float32 without its tail. */
function shown(value: number): number {
  return Math.round(1000 * value) / 1000;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
