/**
 * In:     spectra of an AnalyserNode (recent-spectra.ts), as many a second as there are columns
 * Out:    a picture of the last seconds on a canvas
 * Thread: [main]
 */
import { COLOUR_MAP } from './colour-map.ts';
import { frequencyRows } from './frequency-axis.ts';
import { RecentSpectra } from './recent-spectra.ts';

const COLUMNS_PER_SECOND = 60;
const ROWS = 192;
/** Levels of a tone at the dark and at the bright end, dBFS. */
const QUIETEST_DB = -92;
const LOUDEST_DB = -14;
/** The most that a picture can be held back. */
const MOST_LAG_SECONDS = 1;

/** How a picture is painted. */
export interface PaintOptions {
  /** How much time is shown. */
  readonly seconds: number;
  /** By how much the newest column is held back, seconds; counts as 0 to 1. */
  readonly lag: number;
  /** The picture stands still, and each column is overwritten in its place. */
  readonly standsStill: boolean;
  /** Width of the mark where it is overwritten, pixels of the canvas. */
  readonly markWidth: number;
}

/**
 * The memory of a spectrogram: one column of pixels for each sixtieth of a second, in a ring, so that what lies after
 * the newest column is the oldest.
 */
export class ScrollingPicture {
  readonly analyser: AnalyserNode | undefined;
  readonly #ring = document.createElement('canvas');
  readonly #column = new ImageData(1, ROWS);
  readonly #gap = new ImageData(
    Uint8ClampedArray.from({ length: 4 * ROWS }, (_, i) => COLOUR_MAP[i % 4]),
    1,
    ROWS,
  );
  readonly #spectra: RecentSpectra | undefined;
  readonly #power: Float32Array;
  readonly #rows: Uint16Array;
  #newest = 0;

  /**
   * Empty, and dark.
   * @param seconds the most time that is shown
   * @param analyser whose sound is taken in; its transform size is set here. Without one, the picture stays empty
   */
  constructor(seconds: number, analyser: AnalyserNode | undefined) {
    this.analyser = analyser;
    this.#spectra = analyser && new RecentSpectra(analyser);
    const bins = this.#spectra?.bins ?? 0;
    this.#power = new Float32Array(bins);
    this.#rows = analyser ? frequencyRows(ROWS, bins, analyser.context.sampleRate) : new Uint16Array(0);
    if (analyser) this.#newest = columnAt(analyser.context.currentTime);
    this.#ring.width = columnsOf(seconds);
    this.#ring.height = ROWS;
    const pen = this.#ring.getContext('2d')!;
    pen.fillStyle = `rgb(${COLOUR_MAP.slice(0, 3).join(' ')})`;
    pen.fillRect(0, 0, this.#ring.width, ROWS);
  }

  /** Whether it remembers so much time, and no more. */
  holds(seconds: number): boolean {
    return this.#ring.width === columnsOf(seconds);
  }

  /** Takes in what has sounded since the last call. Returns whether there was anything. */
  takeIn(): boolean {
    if (!this.analyser || !this.#spectra) return false;
    const newest = columnAt(this.analyser.context.currentTime);
    if (newest === this.#newest) return false;
    this.#spectra.listen();
    const pen = this.#ring.getContext('2d')!;
    const columns = this.#ring.width;
    for (let i = Math.max(this.#newest + 1, newest - columns + 1); i <= newest; i++) {
      // What a page has slept through is not known, and stays dark.
      const isKnown = this.#spectra.powerAt(i / COLUMNS_PER_SECOND, this.#power);
      if (isKnown) this.#colourColumn();
      pen.putImageData(isKnown ? this.#column : this.#gap, i % columns, 0);
    }
    this.#newest = newest;
    return true;
  }

  /** Fills a canvas, oldest on the left. */
  paintOn(canvas: HTMLCanvasElement, { seconds, lag, standsStill, markWidth }: PaintOptions): void {
    const { width, height } = canvas;
    if (width === 0 || height === 0) return;
    const pen = canvas.getContext('2d')!;
    const shown = Math.round(seconds * COLUMNS_PER_SECOND);
    const held = Math.round(Math.min(MOST_LAG_SECONDS, Math.max(0, lag)) * COLUMNS_PER_SECOND);
    const newest = this.#newest - held;
    if (!standsStill) {
      this.#copy(pen, newest - shown + 1, shown, 0, width, height);
      return;
    }
    // Each column keeps its place until the next round overwrites it.
    const at = ((newest % shown) + shown) % shown;
    const x = ((at + 1) / shown) * width;
    this.#copy(pen, newest - at, at + 1, 0, x, height);
    this.#copy(pen, newest - shown + 1, shown - at - 1, x, width - x, height);
    pen.fillStyle = 'rgb(255 255 255 / 0.7)';
    pen.fillRect(x, 0, markWidth, height);
  }

  /** The loudest bin of each row, so that a thin line can be seen at the top, where a row spans many bins. */
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

  /** Draws `count` columns from `first` on, `width` pixels wide. */
  #copy(pen: CanvasRenderingContext2D, first: number, count: number, x: number, width: number, height: number): void {
    if (count <= 0) return;
    const ring = this.#ring.width;
    const start = ((first % ring) + ring) % ring;
    const before = Math.min(count, ring - start);
    const split = (before / count) * width;
    pen.drawImage(this.#ring, start, 0, before, ROWS, x, 0, split, height);
    if (before < count) pen.drawImage(this.#ring, 0, 0, count - before, ROWS, x + split, 0, width - split, height);
  }
}

function columnAt(seconds: number): number {
  return Math.floor(seconds * COLUMNS_PER_SECOND);
}

function columnsOf(seconds: number): number {
  return Math.round((seconds + MOST_LAG_SECONDS) * COLUMNS_PER_SECOND);
}
