import { css, html, LitElement, nothing } from 'lit';
import { property, query } from 'lit/decorators.js';
import { COLOUR_MAP } from './spectrogram/colour-map.ts';
import { frequencyRows, frequencyToHeight, HIGHEST_HZ } from './spectrogram/frequency-axis.ts';
import { RecentSpectra } from './spectrogram/recent-spectra.ts';

const COLUMNS_PER_SECOND = 60;
const ROWS = 192;
const TICKS_HZ = [8000, 4000, 2000, 1000, 500, 250] as const;
/** Labels of the frequency axis stand no closer than this, CSS pixels. */
const LABEL_HEIGHT = 15;
const SECONDS_PER_LABEL = 2;
/** Levels of a tone at the dark and at the bright end, dBFS. */
const QUIETEST_DB = -92;
const LOUDEST_DB = -14;
/** Longest that a picture can be held back. */
const MOST_LAG_SECONDS = 1;

/**
 * The last seconds of a signal as a picture: time to the right, pitch upwards, brighter is louder. It draws when told
 * to, so that several views share one frame; where less motion is asked for, the picture stands still and is
 * overwritten.
 *
 * @tag denoise-spectrogram
 * @summary A moving spectrogram of an AnalyserNode.
 * @csspart plot - the frame of the picture
 * @csspart canvas - the picture
 * @csspart frequencies - labels of the frequency axis
 * @csspart times - labels of the time axis
 */
export class SpectrogramView extends LitElement {
  static override styles = css`
    :host { display: grid; grid-template: minmax(0, 1fr) auto / 2.75em minmax(0, 1fr); font-size: 11px; line-height: 1; font-variant-numeric: tabular-nums; }
    .plot { grid-area: 1 / 2; position: relative; min-height: 0; overflow: hidden; background: rgb(11 15 28); }
    canvas { position: absolute; inset: 0; width: 100%; height: 100%; }
    .frequencies { grid-area: 1 / 1; position: relative; }
    .frequencies span { position: absolute; right: 8px; translate: 0 -50%; }
    .unit { grid-area: 2 / 1; justify-self: end; padding: 6px 8px 0 0; }
    .times { grid-area: 2 / 2; position: relative; height: 1em; padding-top: 6px; }
    .times span { position: absolute; translate: -50% 0; white-space: nowrap; }
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
  readonly #history = document.createElement('canvas');
  readonly #calm = matchMedia('(prefers-reduced-motion: reduce)');
  readonly #column = new ImageData(1, ROWS);
  readonly #gap = new ImageData(
    Uint8ClampedArray.from({ length: 4 * ROWS }, (_, i) => COLOUR_MAP[i % 4]),
    1,
    ROWS,
  );
  #analyser: AnalyserNode | undefined;
  #spectra: RecentSpectra | undefined;
  #power = new Float32Array(0);
  #rows: Uint16Array = new Uint16Array(0);
  #lastColumn = 0;
  readonly #resized = new ResizeObserver(() => this.#fit());
  readonly #calmed = (): void => this.requestUpdate();

  /** Whose sound is shown; its transform size is set here. The picture starts empty. */
  set analyser(analyser: AnalyserNode | undefined) {
    this.#analyser = analyser;
    this.#spectra = undefined;
    this.#clear();
    if (analyser) {
      this.#spectra = new RecentSpectra(analyser);
      this.#power = new Float32Array(this.#spectra.bins);
      this.#rows = frequencyRows(ROWS, this.#spectra.bins, analyser.context.sampleRate);
      this.#lastColumn = columnAt(analyser.context.currentTime);
    }
    this.#paint();
    this.requestUpdate();
  }

  get analyser(): AnalyserNode | undefined {
    return this.#analyser;
  }

  /** Adds what has sounded since the last call. Call it once a frame. */
  draw(): void {
    const spectra = this.#spectra;
    if (!this.#analyser || !spectra) return;
    const column = columnAt(this.#analyser.context.currentTime);
    if (column === this.#lastColumn) return;
    spectra.listen();
    const picture = this.#history.getContext('2d')!;
    const columns = this.#history.width;
    for (let i = Math.max(this.#lastColumn + 1, column - columns + 1); i <= column; i++) {
      // What a page has slept through is not known, and left dark.
      const isKnown = spectra.powerAt(i / COLUMNS_PER_SECOND, this.#power);
      if (isKnown) this.#colourColumn();
      picture.putImageData(isKnown ? this.#column : this.#gap, i % columns, 0);
    }
    this.#lastColumn = column;
    this.#paint();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#calm.addEventListener('change', this.#calmed);
    if (this.hasUpdated) this.#resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#calm.removeEventListener('change', this.#calmed);
    this.#resized.disconnect();
  }

  protected override render() {
    const ticks = this.#ticks();
    return html`
      <div class="frequencies" part="frequencies" aria-hidden="true">${ticks.map((hz) => html`<span data-hz=${hz}>${hz / 1000}</span>`)}</div>
      <div class="plot" part="plot"><canvas part="canvas" role="img" aria-label=${this.label}></canvas>${ticks.map((hz) => html`<div class="line" data-hz=${hz}></div>`)}</div>
      ${this.withoutTime ? nothing : html`<span class="unit" aria-hidden="true">kHz</span><div class="times" part="times" aria-hidden="true">${this.#times()}</div>`}
    `;
  }

  protected override firstUpdated(): void {
    this.#clear();
    this.#resized.observe(this);
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('seconds') && this.#history.width !== this.#columns) this.#clear();
    this.#fit();
  }

  get #columns(): number {
    return Math.round((this.seconds + MOST_LAG_SECONDS) * COLUMNS_PER_SECOND);
  }

  #ticks(): number[] {
    const nyquist = (this.#analyser?.context.sampleRate ?? 2 * HIGHEST_HZ) / 2;
    return TICKS_HZ.filter((hz) => hz < nyquist);
  }

  #times() {
    if (this.#calm.matches)
      return html`<span></span><span data-second="0">${this.secondsAcross(String(this.seconds))}</span>`;
    const labels = [];
    for (let second = this.seconds; second > 0; second -= SECONDS_PER_LABEL)
      labels.push(html`<span data-second=${second}>−${second} s</span>`);
    return [...labels, html`<span data-second="0">${this.now}</span>`];
  }

  #clear(): void {
    this.#history.width = this.#columns;
    this.#history.height = ROWS;
    const picture = this.#history.getContext('2d')!;
    picture.fillStyle = `rgb(${COLOUR_MAP.slice(0, 3).join(' ')})`;
    picture.fillRect(0, 0, this.#history.width, ROWS);
  }

  /** The loudest bin of each row, so that a thin line is seen at the top, where a row spans many bins. */
  #colourColumn(): void {
    const { data } = this.#column;
    for (let row = 0; row < ROWS; row++) {
      let power = 1e-12;
      const last = this.#rows[2 * row + 1];
      for (let bin = this.#rows[2 * row]; bin <= last; bin++) if (this.#power[bin] > power) power = this.#power[bin];
      const share = (10 * Math.log10(power) - QUIETEST_DB) / (LOUDEST_DB - QUIETEST_DB);
      const level = Math.round(255 * Math.min(1, Math.max(0, share)));
      const at = 4 * (ROWS - 1 - row);
      data[at] = COLOUR_MAP[4 * level];
      data[at + 1] = COLOUR_MAP[4 * level + 1];
      data[at + 2] = COLOUR_MAP[4 * level + 2];
      data[at + 3] = 255;
    }
  }

  /** Puts the labels in their places and gives the canvas the size that it is shown at. */
  #fit(): void {
    if (!this.hasUpdated && !this.renderRoot?.querySelector('canvas')) return;
    const { clientWidth, clientHeight } = this.plot;
    const width = Math.round(clientWidth * devicePixelRatio);
    const height = Math.round(clientHeight * devicePixelRatio);
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    let free = 0;
    for (const label of this.renderRoot.querySelectorAll<HTMLElement>('.frequencies span')) {
      const share = 1 - frequencyToHeight(Number(label.dataset.hz));
      const y = share * clientHeight;
      label.hidden = y < free || y > clientHeight - LABEL_HEIGHT / 2;
      label.style.top = `${100 * share}%`;
      if (!label.hidden) free = y + LABEL_HEIGHT;
    }
    for (const line of this.renderRoot.querySelectorAll<HTMLElement>('.line'))
      line.style.top = `${100 * (1 - frequencyToHeight(Number(line.dataset.hz)))}%`;
    for (const label of this.renderRoot.querySelectorAll<HTMLElement>('.times span')) {
      label.style.left = `${100 * (1 - Number(label.dataset.second ?? this.seconds) / this.seconds)}%`;
    }
    this.#paint();
  }

  /** Oldest on the left. The picture is a ring: what lies after the newest column is the oldest. */
  #paint(): void {
    if (!this.canvas || this.canvas.width === 0 || this.canvas.height === 0) return;
    const { width, height } = this.canvas;
    const pen = this.canvas.getContext('2d')!;
    const ring = this.#history.width;
    const shown = Math.round(this.seconds * COLUMNS_PER_SECOND);
    const newest =
      this.#lastColumn - Math.round(Math.min(MOST_LAG_SECONDS, Math.max(0, this.lag)) * COLUMNS_PER_SECOND);
    if (this.#calm.matches) {
      // Each column keeps its place until the next round comes over it.
      const at = ((newest % shown) + shown) % shown;
      const x = ((at + 1) / shown) * width;
      this.#copy(pen, newest - at, at + 1, 0, x, height, ring);
      this.#copy(pen, newest - shown + 1, shown - at - 1, x, width - x, height, ring);
      pen.fillStyle = 'rgb(255 255 255 / 0.7)';
      pen.fillRect(x, 0, 1.5 * devicePixelRatio, height);
    } else this.#copy(pen, newest - shown + 1, shown, 0, width, height, ring);
  }

  /** Draws `count` columns from `first` on, `width` pixels wide. */
  #copy(
    pen: CanvasRenderingContext2D,
    first: number,
    count: number,
    x: number,
    width: number,
    height: number,
    ring: number,
  ): void {
    if (count <= 0) return;
    const start = ((first % ring) + ring) % ring;
    const before = Math.min(count, ring - start);
    const split = (before / count) * width;
    pen.drawImage(this.#history, start, 0, before, ROWS, x, 0, split, height);
    if (before < count) pen.drawImage(this.#history, 0, 0, count - before, ROWS, x + split, 0, width - split, height);
  }
}

function columnAt(seconds: number): number {
  return Math.floor(seconds * COLUMNS_PER_SECOND);
}
