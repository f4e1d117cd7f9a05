import { css, html, nothing, type TemplateResult } from 'lit';
import { property, query } from 'lit/decorators.js';
import { PortableElement } from './portable-element.ts';
import { frequencyToHeight, HIGHEST_HZ } from './spectrogram/frequency-axis.ts';
import { ScrollingPicture } from './spectrogram/scrolling-picture.ts';

const TICKS_HZ = [8000, 4000, 2000, 1000, 500, 250] as const;
/** Labels of the frequency axis stand no closer than this, CSS pixels. */
const LABEL_HEIGHT = 15;
const SECONDS_PER_LABEL = 2;

/**
 * The last seconds of a signal as a picture: time to the right, pitch upwards, brighter is louder. It draws
 * when it is told to, so that several views share one frame. Where less motion is asked for, the picture stands still
 * and is overwritten.
 *
 * @tag denoise-spectrogram
 * @summary A moving spectrogram of an AnalyserNode.
 * @csspart plot - the frame of the picture
 * @csspart canvas - the picture
 * @csspart frequencies - labels of the frequency axis
 * @csspart times - labels of the time axis
 */
export class SpectrogramView extends PortableElement {
  static override styles = css`
    :host {
      display: grid; grid-template: minmax(0, 1fr) auto / 2.75em minmax(0, 1fr); font-size: 11px; line-height: 1;
      font-variant-numeric: tabular-nums;
    }
    .plot { grid-area: 1 / 2; position: relative; min-height: 0; overflow: hidden; background: rgb(11 15 28); }
    canvas { position: absolute; inset: 0; width: 100%; height: 100%; }
    .frequencies { grid-area: 1 / 1; position: relative; }
    .frequencies span { position: absolute; inset-inline-end: 8px; translate: 0 -50%; }
    .unit { grid-area: 2 / 1; justify-self: end; padding-block-start: 6px; padding-inline-end: 8px; }
    /* Time runs to the right in every script, as in players, scores and audio editors. */
    .times { grid-area: 2 / 2; position: relative; height: 1em; padding-block-start: 6px; direction: ltr; }
    .times span { position: absolute; translate: -50% 0; white-space: nowrap; unicode-bidi: plaintext; }
    .times span:first-child { translate: 0 0; }
    .times span:last-child { translate: -100% 0; }
    .line { position: absolute; inset-inline: 0; height: 1px; background: rgb(255 255 255 / 0.08); }
    [hidden] { display: none; }
  `;

  /** What the picture shows, for screen readers. */
  @property() label = '';
  /** How much time is shown. */
  @property({ type: Number }) seconds = 6;
  /** Leaves the time axis out, for a picture that shares it with one below. */
  @property({ type: Boolean, attribute: 'without-time' }) withoutTime = false;
  /** Seconds that the picture is held back, 0 to 1, so that it lines up with one of a later sound. */
  @property({ attribute: false }) lag = 0;
  /** What stands at the right end of the time axis. */
  @property({ attribute: false }) now = 'now';
  /** What stands there instead where the picture stands still. */
  @property({ attribute: false }) secondsAcross: (seconds: string) => string = (seconds) => `${seconds} s across`;

  @query('canvas', true) private canvas!: HTMLCanvasElement;
  @query('.plot', true) private plot!: HTMLElement;
  readonly #calm = matchMedia('(prefers-reduced-motion: reduce)');
  #resized: ResizeObserver | undefined;
  readonly #calmed = (): void => this.requestUpdate();
  #picture = new ScrollingPicture(this.seconds, undefined);

  /** Whose sound is shown; its transform size is set here. The picture starts empty. */
  set analyser(analyser: AnalyserNode | undefined) {
    this.#picture = new ScrollingPicture(this.seconds, analyser);
    this.#paint();
    this.requestUpdate();
  }

  get analyser(): AnalyserNode | undefined {
    return this.#picture.analyser;
  }

  /** Adds what has sounded since the last call. Call it once a frame. */
  draw(): void {
    if (this.#picture.takeIn()) this.#paint();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#calm.addEventListener('change', this.#calmed);
    // Of the window in which it stands, which may be drawn while the one that made it is not.
    this.#resized = new this.#view.ResizeObserver(() => this.#fit());
    this.#resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#calm.removeEventListener('change', this.#calmed);
    this.#resized?.disconnect();
  }

  protected override render(): TemplateResult {
    const ticks = this.#ticks();
    const labels = ticks.map((hz) => html`<span data-hz=${hz}>${hz / 1000}</span>`);
    const lines = ticks.map((hz) => html`<div class="line" data-hz=${hz}></div>`);
    return html`
      <div class="frequencies" part="frequencies" aria-hidden="true">${labels}</div>
      <div class="plot" part="plot"><canvas part="canvas" role="img" aria-label=${this.label}></canvas>${lines}</div>
      ${
        this.withoutTime
          ? nothing
          : html`<span class="unit" aria-hidden="true">kHz</span>
              <div class="times" part="times" aria-hidden="true">${this.#times()}</div>`
      }
    `;
  }

  protected override updated(): void {
    if (!this.#picture.holds(this.seconds)) this.#picture = new ScrollingPicture(this.seconds, this.analyser);
    this.#fit();
  }

  get #view(): Window & typeof globalThis {
    return this.ownerDocument.defaultView ?? window;
  }

  #ticks(): number[] {
    const nyquist = (this.analyser?.context.sampleRate ?? 2 * HIGHEST_HZ) / 2;
    return TICKS_HZ.filter((hz) => hz < nyquist);
  }

  #times(): TemplateResult[] {
    if (this.#calm.matches) {
      const across = this.secondsAcross(String(this.seconds));
      return [html`<span></span><span data-second="0">${across}</span>`];
    }
    const labels = [];
    for (let second = this.seconds; second > 0; second -= SECONDS_PER_LABEL)
      labels.push(html`<span data-second=${second}>−${second} s</span>`);
    return [...labels, html`<span data-second="0">${this.now}</span>`];
  }

  /** Puts the labels in their places and gives the canvas the size that it is shown at. */
  #fit(): void {
    if (!this.hasUpdated && !this.renderRoot?.querySelector('canvas')) return;
    const { clientWidth, clientHeight } = this.plot;
    const { devicePixelRatio } = this.#view;
    const width = Math.round(clientWidth * devicePixelRatio);
    const height = Math.round(clientHeight * devicePixelRatio);
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    this.#placeFrequencies(clientHeight);
    for (const label of this.renderRoot.querySelectorAll<HTMLElement>('.times span'))
      label.style.left = `${100 * (1 - Number(label.dataset.second ?? this.seconds) / this.seconds)}%`;
    this.#paint();
  }

  /** Labels that have no room below the one above are left out. */
  #placeFrequencies(height: number): void {
    let free = 0;
    for (const label of this.renderRoot.querySelectorAll<HTMLElement>('.frequencies span')) {
      const share = 1 - frequencyToHeight(Number(label.dataset.hz));
      const y = share * height;
      label.hidden = y < free || y > height - LABEL_HEIGHT / 2;
      label.style.top = `${100 * share}%`;
      if (!label.hidden) free = y + LABEL_HEIGHT;
    }
    for (const line of this.renderRoot.querySelectorAll<HTMLElement>('.line'))
      line.style.top = `${100 * (1 - frequencyToHeight(Number(line.dataset.hz)))}%`;
  }

  #paint(): void {
    if (!this.hasUpdated && !this.renderRoot?.querySelector('canvas')) return;
    this.#picture.paintOn(this.canvas, {
      seconds: this.seconds,
      lag: this.lag,
      standsStill: this.#calm.matches,
      markWidth: 1.5 * this.#view.devicePixelRatio,
    });
  }
}
