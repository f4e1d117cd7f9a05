/**
 * In:     dry line and enhanced line, at one delay each
 * Out:    the dry samples that are due now, and what is heard of the enhanced ones, to live-path.ts
 * Thread: [audio]
 */
import type { Samples } from '../src/shared/units.ts';
import type { DelayLine } from './delay-line.ts';

/** The part of the enhanced line that can be played: positions `from` (inclusive) to `end` (exclusive). */
export interface PlayableRange {
  readonly line: DelayLine;
  readonly from: number;
  readonly end: number;
}

/**
 * One reading position of both lines and the gate between them. The level of the gate is 1 while enhanced samples are
 * ahead, falls to 0 just as the last one is played, and rises again when more have come:
 *
 *   level(p) = min(level(p − 1) + 1/fadeIn, (end − p)/fadeOut, 1), and 0 outside the range
 *
 * `end` never moves backwards while the level is above 0, so the level never falls faster than 1/fadeOut: an underrun
 * is a fade that ends in time, not a hole. Dry and enhanced line up at every tap, so a fade between them shifts
 * nothing.
 */
export class Tap {
  /** Level of the gate after the last sample, 0 (dry) to 1 (enhanced). */
  level = 0;
  /** Whether the enhanced samples ahead ran short in the last call. */
  short = false;
  /** Samples of the last call at which the gate was not fully open. */
  dimmed: Samples = 0;
  /** Total latency: how far back the dry line is read. */
  dryDelay: Samples = 0;
  /** Ring delay: how far back the enhanced line is read. */
  wetDelay: Samples = 0;
  #fadeOutSamples: Samples = 1;
  #fadeInSamples: Samples = 1;
  readonly #levels: Float32Array;

  /** @param mostSamples longest call of {@link render} */
  constructor(mostSamples: Samples) {
    this.#levels = new Float32Array(mostSamples);
  }

  /** Lengths of the gate's fades, at least 1. A fade-out of 1 switches: for contexts that wait for what is due. */
  setFades(fadeOutSamples: Samples, fadeInSamples: Samples): void {
    this.#fadeOutSamples = fadeOutSamples;
    this.#fadeInSamples = fadeInSamples;
  }

  /** Sets the gate to where it would be if it had had all the time to rise. */
  settle(wetPosition: number, range: PlayableRange | undefined): void {
    this.level = range === undefined ? 0 : this.#bound(wetPosition - this.wetDelay, range);
  }

  /**
   * Fills `dry` and `enhanced` with `length` samples of each of their first `channels` planes.
   * @param dryPosition and `wetPosition`: where the newest samples begin in the dry line and would begin in the
   *   enhanced line
   * @param range what can be played; undefined: nothing, the enhanced planes are the dry ones
   */
  render(
    dryLine: DelayLine,
    dryPosition: number,
    range: PlayableRange | undefined,
    wetPosition: number,
    channels: number,
    length: Samples,
    dry: readonly Float32Array[],
    enhanced: readonly Float32Array[],
  ): void {
    for (let channel = 0; channel < channels; channel++)
      dryLine.read(channel, dryPosition - this.dryDelay, dry[channel], length);
    const open = this.#gate(wetPosition - this.wetDelay, length, range);
    for (let channel = 0; channel < channels; channel++) {
      if (range === undefined || open === 0) copy(dry[channel], enhanced[channel], length);
      else {
        range.line.read(channel, wetPosition - this.wetDelay, enhanced[channel], length);
        if (open < length) blend(dry[channel], enhanced[channel], this.#levels, length);
      }
    }
  }

  /**
   * Moves the gate over a stretch. Returns how much of it is open: `length` for all of it, 0 for none, something in
   * between otherwise.
   */
  #gate(position: number, length: Samples, range: PlayableRange | undefined): number {
    this.short = false;
    this.dimmed = 0;
    if (range === undefined) {
      this.level = 0;
      this.dimmed = length;
      return 0;
    }
    if (this.level === 1 && position >= range.from && range.end - (position + length - 1) >= this.#fadeOutSamples)
      return length;
    const rise = 1 / this.#fadeInSamples;
    let open = 0;
    for (let i = 0; i < length; i++) {
      const bound = this.#bound(position + i, range);
      if (bound < 1 && position + i >= range.from) this.short = true;
      this.level = Math.min(this.level + rise, bound);
      if (this.level < 1) this.dimmed += 1;
      this.#levels[i] = this.level;
      open += this.level;
    }
    return open;
  }

  #bound(position: number, { from, end }: PlayableRange): number {
    return position < from || position >= end ? 0 : Math.min(1, (end - position) / this.#fadeOutSamples);
  }
}

function copy(source: Float32Array, target: Float32Array, length: Samples): void {
  for (let i = 0; i < length; i++) target[i] = source[i];
}

/** wet ← dry + level · (wet − dry), in a form that gives either exactly at level 0 and 1. */
function blend(dry: Float32Array, wet: Float32Array, levels: Float32Array, length: Samples): void {
  for (let i = 0; i < length; i++) wet[i] = dry[i] * (1 - levels[i]) + wet[i] * levels[i];
}
