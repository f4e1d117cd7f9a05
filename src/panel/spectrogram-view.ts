import { css, html, LitElement } from 'lit';
import { property, query } from 'lit/decorators.js';
import { COLOUR_MAP } from './colour-map.ts';
import { frequencyRows, frequencyToHeight, HIGHEST_HZ } from './frequency-axis.ts';

const COLUMNS_PER_SECOND = 60;
const ROWS = 160;
const TICKS_HZ = [250, 500, 1000, 2000, 4000, 8000] as const;
/** Room for the labels of the axes, CSS pixels. */
const LEFT = 34;
const BOTTOM = 20;
/** Height of the picture from which on the labels below 1 kHz do not touch, CSS pixels. */
const LOW_TICKS_FROM = 150;
/** A window of 2048 samples is 43 ms at 48 kHz: short enough for syllables, long enough for the pitch of a voice. */
const FFT_SIZE = 2048;
const QUIETEST_DB = -105;
const LOUDEST_DB = -25;

/**
 * The last seconds of a signal as a picture: time to the right, pitch upwards, brighter is louder. It draws when told to,
 * so that several views share one frame; where less motion is asked for, the picture stands still and is overwritten.
 *
 * @summary A moving spectrogram of an AnalyserNode.
 * @csspart canvas - the picture with its axes
 */
export class SpectrogramView extends LitElement {
  static override styles = css`
    :host { display: block; position: relative; }
    canvas { display: block; width: 100%; height: 100%; }
  `;

  /** What the picture shows, for screen readers. */
  @property() label = '';
  /** How much time is shown. */
  @property({ type: Number }) seconds = 6;

  @query('canvas') private canvas!: HTMLCanvasElement;
  readonly #history = document.createElement('canvas');
  readonly #calm = matchMedia('(prefers-reduced-motion: reduce)');
  readonly #column = new ImageData(1, ROWS);
  #analyser: AnalyserNode | undefined;
  #levels = new Uint8Array(0);
  #rows: Uint16Array = new Uint16Array(0);
  #lastColumn = 0;
  #resized = new ResizeObserver(() => this.#paint());

  /** Whose sound is shown; its transform size and range are set here. The picture starts empty. */
  set analyser(analyser: AnalyserNode | undefined) {
    this.#analyser = analyser;
    if (!analyser) return;
    analyser.fftSize = FFT_SIZE;
    analyser.smoothingTimeConstant = 0;
    analyser.minDecibels = QUIETEST_DB;
    analyser.maxDecibels = LOUDEST_DB;
    this.#levels = new Uint8Array(analyser.frequencyBinCount);
    this.#rows = frequencyRows(ROWS, analyser.frequencyBinCount, analyser.context.sampleRate);
    this.#lastColumn = this.#columnAt(analyser.context.currentTime);
    this.#clear();
    this.#paint();
  }

  get analyser(): AnalyserNode | undefined {
    return this.#analyser;
  }

  /** Adds what has sounded since the last call. Call it once a frame. */
  draw(): void {
    const analyser = this.#analyser;
    if (!analyser) return;
    const column = this.#columnAt(analyser.context.currentTime);
    if (column === this.#lastColumn) return;
    analyser.getByteFrequencyData(this.#levels);
    this.#colourColumn();
    const picture = this.#history.getContext('2d')!;
    // A frame that comes late repeats what it has: the analyser keeps only the present.
    const first = Math.max(this.#lastColumn + 1, column - this.#history.width + 1);
    for (let i = first; i <= column; i++) picture.putImageData(this.#column, i % this.#history.width, 0);
    this.#lastColumn = column;
    this.#paint();
  }

  protected override render() {
    return html`<canvas part="canvas" role="img" aria-label=${this.label}></canvas>`;
  }

  protected override firstUpdated(): void {
    this.#clear();
    this.#resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#resized.observe(this);
  }

  #columnAt(seconds: number): number {
    return Math.floor(seconds * COLUMNS_PER_SECOND);
  }

  #clear(): void {
    this.#history.width = this.seconds * COLUMNS_PER_SECOND;
    this.#history.height = ROWS;
    const picture = this.#history.getContext('2d')!;
    picture.fillStyle = `rgb(${COLOUR_MAP.slice(0, 3).join(' ')})`;
    picture.fillRect(0, 0, this.#history.width, ROWS);
  }

  /** The loudest bin of each row, so that a thin line is seen at the top, where a row spans many bins. */
  #colourColumn(): void {
    for (let row = 0; row < ROWS; row++) {
      let level = 0;
      for (let bin = this.#rows[2 * row]; bin <= this.#rows[2 * row + 1]; bin++) level = Math.max(level, this.#levels[bin]);
      this.#column.data.set(COLOUR_MAP.subarray(4 * level, 4 * level + 4), 4 * (ROWS - 1 - row));
    }
  }

  #paint(): void {
    const { clientWidth, clientHeight } = this;
    if (!this.hasUpdated || clientWidth <= LEFT || clientHeight <= BOTTOM) return;
    const ratio = devicePixelRatio;
    const width = Math.round(clientWidth * ratio);
    const height = Math.round(clientHeight * ratio);
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    const pen = this.canvas.getContext('2d')!;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, clientWidth, clientHeight);
    this.#paintHistory(pen, clientWidth - LEFT, clientHeight - BOTTOM);
    this.#paintAxes(pen, clientWidth, clientHeight);
  }

  /** Oldest on the left. The picture is a ring: what lies after the newest column is the oldest. */
  #paintHistory(pen: CanvasRenderingContext2D, width: number, height: number): void {
    const columns = this.#history.width;
    const oldest = this.#calm.matches ? 0 : (this.#lastColumn + 1) % columns;
    const split = ((columns - oldest) / columns) * width;
    pen.drawImage(this.#history, oldest, 0, columns - oldest, ROWS, LEFT, 0, split, height);
    if (oldest > 0) pen.drawImage(this.#history, 0, 0, oldest, ROWS, LEFT + split, 0, width - split, height);
    if (!this.#calm.matches) return;
    pen.fillStyle = 'rgb(255 255 255 / 0.7)';
    pen.fillRect(LEFT + ((this.#lastColumn % columns) / columns) * width, 0, 1.5, height);
  }

  #paintAxes(pen: CanvasRenderingContext2D, width: number, height: number): void {
    const plotHeight = height - BOTTOM;
    pen.font = `11px ${getComputedStyle(this).fontFamily}`;
    pen.fillStyle = getComputedStyle(this).color;
    pen.strokeStyle = 'rgb(255 255 255 / 0.09)';
    pen.lineWidth = 1;
    pen.textBaseline = 'middle';
    pen.textAlign = 'right';
    const nyquist = (this.#analyser?.context.sampleRate ?? 2 * HIGHEST_HZ) / 2;
    for (const hz of TICKS_HZ) {
      if (hz >= nyquist) break;
      const y = Math.round(plotHeight * (1 - frequencyToHeight(hz))) + 0.5;
      pen.beginPath();
      pen.moveTo(LEFT, y);
      pen.lineTo(width, y);
      pen.stroke();
      if (hz >= 1000 || plotHeight > LOW_TICKS_FROM) pen.fillText(String(hz / 1000), LEFT - 8, y);
    }
    pen.textBaseline = 'bottom';
    pen.fillText('kHz', LEFT - 8, height);
    if (this.#calm.matches) {
      pen.fillText(`${this.seconds} s across`, width, height);
      return;
    }
    for (let second = 0; second <= this.seconds; second += 2) {
      const x = width - (second / this.seconds) * (width - LEFT);
      pen.textAlign = second === 0 ? 'right' : second === this.seconds ? 'left' : 'center';
      pen.fillText(second === 0 ? 'now' : `−${second} s`, x, height);
    }
  }
}
