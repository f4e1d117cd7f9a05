import type { PropertyValues, TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { DenoiseNode } from '../main/denoise-node.ts';
import { styles } from './denoise-panel.styles.ts';
import type { LevelMeter } from './level-meter.ts';
import { english } from './locales/english.ts';
import { LocaleController } from './locales/locale-controller.ts';
import { keepSettings, type PanelSettings } from './node/kept-settings.ts';
import { ModelSwitch } from './node/model-switch.ts';
import { NodeBinding } from './node/node-binding.ts';
import { NodeDiagnosis } from './node/node-diagnosis.ts';
import { isSettable, keptModel, type SliderName, setKeptLevels, setParameter } from './node/node-settings.ts';
import { panelStateOf } from './panel-state.ts';
import { PortableElement } from './portable-element.ts';
import type { SpectrogramView } from './spectrogram-view.ts';
import type { PanelState, PanelStrings } from './strings.ts';
import { panelTemplate } from './template/panel-template.ts';
import type { ModelChoice, PanelActions } from './template/panel-view.ts';
import { ValueFormatter } from './value-formatter.ts';

/** For how long a screen reader is told of a reset, which leaves nothing to be seen. */
const RESET_SHOWN_MS = 2000;

/** Detail of `denoise-change`: one setting and its new value. */
export type SettingChange = {
  [K in keyof PanelSettings]: { readonly setting: K; readonly value: PanelSettings[K] };
}[keyof PanelSettings];

/**
 * Shows what a DenoiseNode does and sets everything that can be set: give it a node, and it follows. Several panels may
 * share a node, and a panel may be given another one, or null, at any time. It holds no sound and no settings of its
 * own. Out of sight it does nothing at all.
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
 * @csspart diagnosis - what there is to know about page and device, in the full layout
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
export class DenoisePanel extends PortableElement {
  static override styles = styles;

  /** The node that is shown and set; null for none. The panel never disposes of it. */
  @property({ attribute: false }) node: DenoiseNode | null = null;
  /** Models to choose from. With fewer than two there is no choice: the name of the model stands in its place. */
  @property({ attribute: false }) models: readonly ModelChoice[] = [];
  /** All strings that the panel shows. Without them, those of the language of `lang`. */
  @property({ attribute: false }) strings: PanelStrings | undefined;
  /**
   * Language, where `strings` is not set; empty: that of the nearest element around the panel that names one, and so of
   * the page. English, French and German are there, `registerLocale` adds others.
   */
  @property({ reflect: true, useDefault: true }) override lang = '';
  /**
   * Keeps settings in this browser under this name, and sets them in every node that the panel is given. Empty: keeps
   * nothing.
   */
  @property() persist = '';
  /** Colours: `'auto'` follows the system, `'light'` and `'dark'` do not. */
  @property({ reflect: true, useDefault: true }) theme: 'auto' | 'light' | 'dark' = 'auto';
  /** Leaves out the wet/dry slider, for pages that have their own. */
  @property({ type: Boolean, attribute: 'without-mix' }) withoutMix = false;
  /** How much time the spectrograms show, seconds. */
  @property({ type: Number }) seconds = 6;

  @state() private isReset = false;
  @query('#picture-noisy', true) private noisyPicture!: SpectrogramView;
  @query('#picture-enhanced', true) private enhancedPicture!: SpectrogramView;
  @query('#level-noisy', true) private noisyMeter!: LevelMeter;
  @query('#level-enhanced', true) private enhancedMeter!: LevelMeter;
  readonly #binding = new NodeBinding(this, () =>
    this.hasUpdated
      ? {
          noisy: { picture: this.noisyPicture, meter: this.noisyMeter },
          enhanced: { picture: this.enhancedPicture, meter: this.enhancedMeter },
        }
      : undefined,
  );
  readonly #models = new ModelSwitch(this);
  readonly #diagnosis = new NodeDiagnosis(this);
  readonly #locale = new LocaleController(this);
  #values = new ValueFormatter(english);
  #resetTimer: ReturnType<typeof setTimeout> | undefined;

  /** Whether it draws and measures now: it is in sight, and so is its page. */
  get working(): boolean {
    return this.#binding.working;
  }

  /** What is heard now, as the panel says it. */
  get state(): PanelState {
    return panelStateOf(this.node);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#resetTimer);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('node')) {
      this.#binding.follow(this.node);
      this.#models.follow(this.node);
      this.#diagnosis.follow(this.node);
    }
    this.#setKept(changed);
    const strings = this.strings ?? this.#locale.strings;
    if (strings !== this.#values.strings) this.#values = new ValueFormatter(strings);
  }

  protected override render(): TemplateResult {
    return panelTemplate({
      node: this.node,
      state: this.state,
      metrics: this.#binding.metrics,
      values: this.#values,
      direction: this.#locale.directionFor(this.#values.strings),
      models: this.#offered,
      incomingModel: this.#models.incoming,
      modelProblem: this.#models.problem,
      diagnosis: this.#diagnosis,
      hasMix: !this.withoutMix,
      isReset: this.isReset,
      seconds: this.seconds,
      actions: this.#actions,
    });
  }

  /** What was kept is set in a node once, when it comes; after that, whoever sets it has the last word. */
  #setKept(changed: PropertyValues<this>): void {
    if (!this.persist || !isSettable(this.node)) return;
    const isNew = changed.has('node') || changed.has('persist');
    if (isNew) setKeptLevels(this.node, this.persist);
    if (!isNew && !changed.has('models')) return;
    const offered = this.#offered.map(({ value }) => value);
    const model = keptModel(this.node, this.persist, offered);
    if (model !== undefined) void this.#models.change(model);
  }

  /** Where the choice was left to the node, that is one more to choose from, with the model that runs. */
  get #offered(): readonly ModelChoice[] {
    const { node, models } = this;
    if (node === null || !this.#models.offersAuto || models.some(({ value }) => value === 'auto')) return models;
    const running = String(node.getMetrics().model);
    const name = models.find(({ value }) => value === running)?.label ?? running;
    const label = this.#values.strings.automatic(node.model === 'auto' ? name : '');
    return [{ value: 'auto', label }, ...models];
  }

  readonly #actions: PanelActions = {
    toggle: ({ target }) => {
      if (!isSettable(this.node)) return;
      const value = !(target as HTMLInputElement).checked;
      setParameter(this.node.bypass, value ? 1 : 0);
      this.requestUpdate();
      this.#tell({ setting: 'bypass', value });
    },
    toggleAutoGain: ({ target }) => {
      if (!isSettable(this.node)) return;
      const value = (target as HTMLInputElement).checked;
      setParameter(this.node.autoGain, value ? 1 : 0);
      this.requestUpdate();
      this.#tell({ setting: 'autoGain', value });
    },
    slide: {
      mix: (event) => this.#slide('mix', event),
      attenuationLimit: (event) => this.#slide('attenuationLimit', event),
      outputGain: (event) => this.#slide('outputGain', event),
      highPass: (event) => this.#slide('highPass', event),
      targetLevel: (event) => this.#slide('targetLevel', event),
    },
    chooseModel: async ({ target }) => {
      const { value } = target as HTMLSelectElement;
      if (!isSettable(this.node)) return;
      if (await this.#models.change(value)) this.#tell({ setting: 'model', value });
    },
    reset: () => {
      this.node?.reset();
      this.dispatchEvent(new CustomEvent('denoise-reset', { bubbles: true, composed: true }));
      this.isReset = true;
      clearTimeout(this.#resetTimer);
      this.#resetTimer = setTimeout(() => {
        this.isReset = false;
      }, RESET_SHOWN_MS);
    },
    openDiagnosis: ({ target }) => {
      if ((target as HTMLDetailsElement).open && this.#diagnosis.sentence === undefined) void this.#diagnosis.run();
    },
    diagnose: () => void this.#diagnosis.run(),
    retry: () => {
      const goesOn = this.dispatchEvent(
        new CustomEvent('denoise-retry', { bubbles: true, composed: true, cancelable: true }),
      );
      if (goesOn) this.node?.retry();
    },
  };

  #slide(setting: SliderName, { target }: Event): void {
    const { value } = target as HTMLElement & { value: number };
    if (!isSettable(this.node)) return;
    setParameter(this.node[setting], value);
    this.requestUpdate();
    this.#tell({ setting, value });
  }

  #tell(change: SettingChange): void {
    if (this.persist) keepSettings(this.persist, { [change.setting]: change.value });
    this.dispatchEvent(
      new CustomEvent<SettingChange>('denoise-change', { detail: change, bubbles: true, composed: true }),
    );
  }
}
