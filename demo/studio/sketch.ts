/**
 * In:     before and after of one recording, a piece at a time (worker/enhance-blob.ts)
 * Out:    waveform and spectrogram of before, after and removed (= before − after), as wide as a screen however long it
 *         is
 * Thread: any; pure
 *
 * A picture of a recording is a fixed number of columns: an hour takes no more memory than a minute. A column has the
 * extremes of all channels, and the mean spectrum of a few windows spread over it, all channels together.
 */
import { RealFft } from '../../src/engine/dsp/fft.ts';
import { frequencyRows } from '../../src/panel/spectrogram/frequency-axis.ts';

/** Columns of a picture; a recording with fewer samples has as many columns as samples. */
export const MOST_COLUMNS = 960;
/** Rows of a spectrogram, lowest pitch first. */
export const SKETCH_ROWS = 96;
/** Before, after, removed: the first axis of everything here. */
export const VERSIONS = 3;

const WINDOWS_PER_COLUMN = 6;
/** Long enough for the pitch of a voice, short enough for syllables: 43 ms at 48 kHz. */
const WINDOW_SECONDS = 0.043;
const QUIETEST_DB = -100;
const LOUDEST_DB = -24;

/** Some neighbouring columns. */
export interface SketchColumns {
  readonly first: number;
  readonly count: number;
  /** Lowest and highest sample: `[versions, count, 2]`. */
  readonly extremes: Float32Array<ArrayBuffer>;
  /** Level of each row, 0 (quiet) to 255: `[versions, count, rows]`. */
  readonly levels: Uint8Array<ArrayBuffer>;
}

/** Columns of a recording of so many frames. */
export function columnsOf(frames: number): number {
  return Math.max(1, Math.min(MOST_COLUMNS, frames));
}

/** Draws a recording, a piece at a time. */
export class Sketcher {
  readonly #frames: number;
  readonly #columns: number;
  readonly #fft: RealFft;
  readonly #window: Float64Array;
  readonly #rows: Uint16Array;
  /** Rows above half the sample rate stay dark. */
  readonly #rowsUsed: number;
  readonly #windowsPerColumn: number;
  /** The latest samples of each version, a ring as long as a window. */
  readonly #recent: readonly Float64Array[];
  readonly #framed: Float64Array;
  readonly #re: Float64Array;
  readonly #im: Float64Array;
  /** Of columns begun but not yet taken; the first is `#taken`. */
  #extremes = new Float64Array(0);
  #power = new Float64Array(0);
  #capacity = 0;
  #position = 0;
  #taken = 0;
  #nextWindow = 0;

  /** @param frames length of the recording; no more may be added */
  constructor(frames: number, sampleRateHz: number) {
    this.#frames = frames;
    this.#columns = columnsOf(frames);
    const length = 2 ** Math.max(5, Math.round(Math.log2(WINDOW_SECONDS * sampleRateHz)));
    this.#fft = new RealFft(length);
    this.#window = Float64Array.from(
      { length },
      (_, i) => (1 - Math.cos((2 * Math.PI * (i + 0.5)) / length)) / (length / 2),
    );
    this.#rows = frequencyRows(SKETCH_ROWS, this.#fft.bins, sampleRateHz);
    const beyond = Array.from({ length: SKETCH_ROWS }, (_, row) => row).find(
      (row) => row > 0 && this.#rows[2 * row] >= this.#fft.bins - 1,
    );
    this.#rowsUsed = beyond ?? SKETCH_ROWS;
    this.#windowsPerColumn = Math.max(
      1,
      Math.min(WINDOWS_PER_COLUMN, Math.round(frames / this.#columns / (length / 2))),
    );
    this.#recent = Array.from({ length: VERSIONS }, () => new Float64Array(length));
    this.#framed = new Float64Array(length);
    this.#re = new Float64Array(this.#fft.bins);
    this.#im = new Float64Array(this.#fft.bins);
  }

  /** Takes the next `count` frames of both, aligned, channel by channel. What is not finite counts as silence. */
  add(before: readonly Float32Array[], after: readonly Float32Array[], start: number, count: number): void {
    const share = 1 / before.length;
    const mask = this.#fft.length - 1;
    const [recentBefore, recentAfter, recentRemoved] = this.#recent;
    for (let i = start; i < start + count; i++) {
      const column = Math.floor((this.#position * this.#columns) / this.#frames);
      this.#makeRoom(column);
      const at = 2 * VERSIONS * (column - this.#taken);
      let sumBefore = 0;
      let sumAfter = 0;
      for (let c = 0; c < before.length; c++) {
        const b = finite(before[c][i]);
        const a = finite(after[c][i]);
        sumBefore += b;
        sumAfter += a;
        this.#widen(at, b);
        this.#widen(at + 2, a);
        this.#widen(at + 4, b - a);
      }
      const slot = this.#position & mask;
      recentBefore[slot] = share * sumBefore;
      recentAfter[slot] = share * sumAfter;
      recentRemoved[slot] = share * (sumBefore - sumAfter);
      this.#position += 1;
      this.#analyseDue();
    }
  }

  /** Columns that can no longer change; undefined where there are none. After the last frame, all that are left. */
  take(): SketchColumns | undefined {
    if (this.#position === this.#frames) this.#finish();
    const count = Math.floor(this.#nextWindow / this.#windowsPerColumn) - this.#taken;
    if (count <= 0) return undefined;
    const first = this.#taken;
    const extremes = new Float32Array(VERSIONS * count * 2);
    const levels = new Uint8Array(VERSIONS * count * SKETCH_ROWS);
    for (let v = 0; v < VERSIONS; v++) {
      for (let i = 0; i < count; i++) {
        extremes[2 * (v * count + i)] = this.#extremes[2 * (VERSIONS * i + v)];
        extremes[2 * (v * count + i) + 1] = this.#extremes[2 * (VERSIONS * i + v) + 1];
        for (let row = 0; row < SKETCH_ROWS; row++) {
          const db = 10 * Math.log10(this.#power[(VERSIONS * i + v) * SKETCH_ROWS + row] / this.#windowsPerColumn);
          levels[(v * count + i) * SKETCH_ROWS + row] =
            255 * Math.max(0, Math.min(1, (db - QUIETEST_DB) / (LOUDEST_DB - QUIETEST_DB)));
        }
      }
    }
    this.#drop(count);
    return { first, count, extremes, levels };
  }

  /** Windows lie evenly in their columns. This is the end of one that is centred there. */
  #windowEnd(window: number): number {
    const centre = ((window + 0.5) * this.#frames) / (this.#columns * this.#windowsPerColumn);
    return Math.floor(centre) + this.#fft.length / 2;
  }

  #analyseDue(): void {
    while (
      this.#nextWindow < this.#columns * this.#windowsPerColumn &&
      this.#windowEnd(this.#nextWindow) === this.#position
    )
      this.#analyse();
  }

  /** The last windows reach beyond the end, into silence. */
  #finish(): void {
    const mask = this.#fft.length - 1;
    while (this.#nextWindow < this.#columns * this.#windowsPerColumn) {
      for (const recent of this.#recent) recent[this.#position & mask] = 0;
      this.#position += 1;
      this.#analyseDue();
    }
    this.#position = this.#frames;
  }

  #analyse(): void {
    const { length } = this.#fft;
    const mask = length - 1;
    const column = Math.floor(this.#nextWindow / this.#windowsPerColumn);
    this.#makeRoom(column);
    for (let v = 0; v < VERSIONS; v++) {
      const recent = this.#recent[v];
      for (let i = 0; i < length; i++) this.#framed[i] = this.#window[i] * recent[(this.#position + i) & mask];
      this.#fft.forward(this.#framed, this.#re, this.#im);
      const at = (VERSIONS * (column - this.#taken) + v) * SKETCH_ROWS;
      for (let row = 0; row < this.#rowsUsed; row++)
        this.#power[at + row] += this.#loudest(this.#rows[2 * row], this.#rows[2 * row + 1]);
    }
    this.#nextWindow += 1;
  }

  /** Of the bins of a row the loudest, so that a thin line is seen at the top, where a row spans many bins. */
  #loudest(from: number, to: number): number {
    let most = 0;
    for (let bin = from; bin <= to; bin++) most = Math.max(most, this.#re[bin] ** 2 + this.#im[bin] ** 2);
    return most;
  }

  #widen(at: number, sample: number): void {
    if (sample < this.#extremes[at]) this.#extremes[at] = sample;
    if (sample > this.#extremes[at + 1]) this.#extremes[at + 1] = sample;
  }

  #makeRoom(column: number): void {
    if (column - this.#taken < this.#capacity) return;
    this.#capacity = column - this.#taken + 64;
    const extremes = new Float64Array(2 * VERSIONS * this.#capacity);
    const power = new Float64Array(VERSIONS * SKETCH_ROWS * this.#capacity);
    extremes.set(this.#extremes);
    power.set(this.#power);
    this.#extremes = extremes;
    this.#power = power;
  }

  #drop(count: number): void {
    const shift = (array: Float64Array, size: number) => {
      array.copyWithin(0, count * size);
      array.fill(0, Math.max(0, array.length - count * size));
    };
    shift(this.#extremes, 2 * VERSIONS);
    shift(this.#power, VERSIONS * SKETCH_ROWS);
    this.#taken += count;
  }
}

/** A whole picture, filled in as its columns arrive. */
export class Sketch {
  readonly columns: number;
  /** As in {@link SketchColumns}, for all columns. */
  readonly extremes: Float32Array;
  readonly levels: Uint8Array;
  /** Columns that have arrived, from the left. */
  filled = 0;

  constructor(frames: number) {
    this.columns = columnsOf(frames);
    this.extremes = new Float32Array(VERSIONS * this.columns * 2);
    this.levels = new Uint8Array(VERSIONS * this.columns * SKETCH_ROWS);
  }

  put({ first, count, extremes, levels }: SketchColumns): void {
    for (let v = 0; v < VERSIONS; v++) {
      this.extremes.set(extremes.subarray(2 * v * count, 2 * (v + 1) * count), 2 * (v * this.columns + first));
      this.levels.set(
        levels.subarray(v * count * SKETCH_ROWS, (v + 1) * count * SKETCH_ROWS),
        (v * this.columns + first) * SKETCH_ROWS,
      );
    }
    this.filled = first + count;
  }
}

function finite(sample: number): number {
  return Number.isFinite(sample) ? sample : 0;
}
