/**
 * In:     samples at one rate, any number at a time (denoiser-stream.ts)
 * Out:    samples at the other rate, into a queue
 * Thread: [worker], or whoever runs the engine
 *
 * Polyphase windowed sinc between two whole rates. Time is kept in whole numbers: with in/out = down/up in lowest
 * terms, output j belongs to the input time (j·down − delayPhases)/up, and comes with input ⌊j·down/up⌋, the first one
 * at or after its undelayed time. So n inputs have given exactly ⌈n·up/down⌉ outputs, for ever, and nothing drifts.
 */
import type { Hertz, Samples } from '../../shared/units.ts';
import type { SampleQueue } from './sample-queue.ts';

/**
 * Zero crossings on each side of the sinc, at the lower rate. With the cutoff at the lower Nyquist frequency the
 * transition band is 0.9 … 1.1 of it; Kaiser's formula then gives 14.36·(48 taps·0.1) + 7.95 = 77 dB. The delay is half
 * of the taps: 0.55 ms at 44.1 kHz.
 */
const ZERO_CROSSINGS = 24;
/**
 * Kaiser's β for 76 dB: 0.1102·(76 − 8.7). J. Kaiser, Nonrecursive digital filter design using the I0-sinh window
 * function, 1974.
 */
const KAISER_BETA = 7.42;
/** The window's middle. */
const KAISER_PEAK = besselI0(KAISER_BETA);
/**
 * Most phases that are tabulated. Awkward ratios (44 056 : 48 000 has 6000) interpolate linearly between this many. The
 * error for the highest frequency is (π/512)²/8 = −106 dB, far below the stop band, and the table takes 200 KB instead
 * of megabytes.
 */
const MOST_PHASES = 512;
/** Inputs kept between two moves of the history, so that moving is rare. */
const HISTORY_ROOM = 512;

/** How two rates relate: `up` outputs for `down` inputs, in lowest terms. */
export interface RateRatio {
  readonly up: number;
  readonly down: number;
}

/** Ratio of two whole rates in lowest terms. */
export function rateRatio(fromHz: Hertz, toHz: Hertz): RateRatio {
  let a = fromHz;
  let b = toHz;
  while (b > 0) [a, b] = [b, a % b];
  return { up: toHz / a, down: fromHz / a };
}

/** Inputs that a filter needs on each side of an output's time; the least delay of a resampler, in input samples. */
export function filterReach(fromHz: Hertz, toHz: Hertz): Samples {
  return Math.ceil(ZERO_CROSSINGS * Math.max(1, fromHz / toHz));
}

/**
 * Rows of weights, one for each phase 0/phases … phases/phases, each `taps` long and with the sum 1. Shared by all
 * streams of a rate.
 */
interface FilterTable {
  readonly phases: number;
  readonly taps: number;
  readonly weights: Float64Array;
}

const tables = new Map<string, WeakRef<FilterTable>>();

export class Resampler {
  readonly up: number;
  readonly down: number;
  readonly #table: FilterTable;
  readonly #delayPhases: number;
  readonly #history: Float64Array;
  /** Inputs between the newest and the oldest tap of any output. */
  readonly #span: number;
  #end: number;
  /**
   * n·up − j·down after n inputs and j outputs: above 0 while an output is due. Starts at 0 and stays above −down, and
   * up to up.
   */
  #credit = 0;

  /**
   * @param fromHz whole rate of the input
   * @param toHz whole rate of the output
   * @param delayPhases delay in units of 1/up input samples, whole, at least `up · filterReach(fromHz, toHz)`.
   *   RangeError otherwise.
   */
  constructor(fromHz: Hertz, toHz: Hertz, delayPhases: number) {
    const { up, down } = rateRatio(fromHz, toHz);
    const reach = filterReach(fromHz, toHz);
    if (!Number.isInteger(delayPhases) || delayPhases < up * reach) {
      throw new RangeError(`Resampler delayPhases: expected a whole number from ${up * reach}, got ${delayPhases}.`);
    }
    this.up = up;
    this.down = down;
    this.#delayPhases = delayPhases;
    this.#table = filterTable(fromHz, toHz, up, reach);
    this.#span = Math.ceil(delayPhases / up) + reach;
    this.#history = new Float64Array(this.#span + HISTORY_ROOM);
    this.#end = this.#span;
  }

  /** Takes one input and puts the outputs that are now due, none or several, into the queue. Does not allocate. */
  push(sample: number, into: SampleQueue): void {
    if (this.#end === this.#history.length) {
      this.#history.copyWithin(0, this.#end - this.#span, this.#end);
      this.#end = this.#span;
    }
    this.#history[this.#end++] = sample;
    this.#credit += this.up;
    while (this.#credit > 0) {
      into.push(this.#interpolate(this.up - this.#credit - this.#delayPhases));
      this.#credit -= this.down;
    }
  }

  /** Inputs still to be pushed until `count` more outputs have come; 0 for none. */
  inputsUntil(count: number): Samples {
    if (count <= 0) return 0;
    return Math.floor(((count - 1) * this.down - this.#credit) / this.up) + 1;
  }

  /** Back to the state of a new resampler. */
  reset(): void {
    this.#history.fill(0);
    this.#end = this.#span;
    this.#credit = 0;
  }

  /** Signal at `offset`/up input samples after the newest input; `offset` is negative enough for all taps to exist. */
  #interpolate(offset: number): number {
    const { up } = this;
    const history = this.#history;
    const { taps, weights, phases } = this.#table;
    const whole = Math.floor(offset / up);
    const phase = offset - whole * up;
    // Taps reach from `reach − 1` inputs before to `reach` inputs after the whole part.
    const first = this.#end + whole - taps / 2;
    // Whole, and so without blending, wherever each phase has its own row.
    const position = (phase * phases) / up;
    const lower = Math.floor(position);
    const blend = position - lower;
    const row = lower * taps;
    const sum = weighted(history, first, weights, row, taps);
    if (blend === 0) return sum;
    return sum + blend * (weighted(history, first, weights, row + taps, taps) - sum);
  }
}

/** Sum of `taps` products. Taps come in pairs, so two sums run side by side, in half the time of one. */
function weighted(history: Float64Array, first: number, weights: Float64Array, row: number, taps: number): number {
  let even = 0;
  let odd = 0;
  for (let i = 0; i < taps; i += 2) {
    even += history[first + i] * weights[row + i];
    odd += history[first + i + 1] * weights[row + i + 1];
  }
  return even + odd;
}

function filterTable(fromHz: Hertz, toHz: Hertz, up: number, reach: number): FilterTable {
  const key = `${fromHz}:${toHz}`;
  const known = tables.get(key)?.deref();
  if (known !== undefined) return known;
  const phases = Math.min(up, MOST_PHASES);
  const taps = 2 * reach;
  const bandwidth = Math.min(1, toHz / fromHz);
  const weights = new Float64Array((phases + 1) * taps);
  const row = new Float64Array(taps);
  for (let phase = 0; phase <= phases; phase++) {
    let sum = 0;
    for (let i = 0; i < taps; i++) {
      row[i] = windowedSinc((i - (reach - 1) - phase / phases) * bandwidth);
      sum += row[i];
    }
    // Each phase passes the same constant: otherwise a steady input would carry a faint tone at the ratio's beat.
    for (let i = 0; i < taps; i++) weights[phase * taps + i] = row[i] / sum;
  }
  const table = { phases, taps, weights };
  tables.set(key, new WeakRef(table));
  return table;
}

/** Sinc with zeros at the whole numbers, under a Kaiser window of ±{@link ZERO_CROSSINGS}. */
function windowedSinc(x: number): number {
  if (Math.abs(x) >= ZERO_CROSSINGS) return 0;
  const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
  return (sinc * besselI0(KAISER_BETA * Math.sqrt(1 - (x / ZERO_CROSSINGS) ** 2))) / KAISER_PEAK;
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
function besselI0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-16; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
