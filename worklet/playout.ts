/**
 * In:     dry line and enhanced line, from live-path.ts
 * Out:    dry and enhanced samples that line up, to mixer.ts
 * Thread: [audio]
 *
 * A change of latency moves the reading position of both lines: from then on, for as long as a crossfade takes, the
 * samples of two taps are blended, with weights that sum to one. Nothing but the constructor allocates.
 */
import type { Hertz, Samples } from '../src/shared/units.ts';
import type { DelayLine } from './delay-line.ts';
import { type PlayableRange, Tap } from './tap.ts';

const CROSSFADE_SECONDS = 0.02;

export class Playout {
  /** Dry samples of the last {@link render}, one array for each plane. */
  readonly dry: readonly Float32Array[];
  /** Enhanced samples of the last {@link render}; where there are none, the dry ones. */
  readonly enhanced: readonly Float32Array[];
  #current: Tap;
  #next: Tap;
  readonly #nextDry: readonly Float32Array[];
  readonly #nextEnhanced: readonly Float32Array[];
  readonly #crossfadeSamples: Samples;
  /** Samples since the crossfade began; undefined: there is none. */
  #faded: Samples | undefined;

  constructor(contextRateHz: Hertz, channels: number, delaySamples: Samples, mostSamples: Samples) {
    const planes = (): Float32Array[] => Array.from({ length: channels }, () => new Float32Array(mostSamples));
    [this.dry, this.enhanced, this.#nextDry, this.#nextEnhanced] = [planes(), planes(), planes(), planes()];
    this.#crossfadeSamples = Math.ceil(CROSSFADE_SECONDS * contextRateHz);
    this.#current = new Tap(mostSamples);
    this.#next = new Tap(mostSamples);
    this.#current.dryDelay = delaySamples;
  }

  /** The tap that is heard, or is being faded to. */
  get target(): Tap {
    return this.#faded === undefined ? this.#current : this.#next;
  }

  /** A crossfade is under way, and no other can begin. */
  get busy(): boolean {
    return this.#faded !== undefined;
  }

  /** No enhanced sample is heard. */
  get closed(): boolean {
    return this.#current.level === 0 && (!this.busy || this.#next.level === 0);
  }

  setFades(fadeOutSamples: Samples, fadeInSamples: Samples): void {
    this.#current.setFades(fadeOutSamples, fadeInSamples);
    this.#next.setFades(fadeOutSamples, fadeInSamples);
  }

  /** Goes over to other delays at once: nothing was heard yet. */
  jump(dryDelay: Samples, wetDelay: Samples): void {
    this.#faded = undefined;
    this.#current.dryDelay = dryDelay;
    this.#current.wetDelay = wetDelay;
    this.#current.level = 1;
  }

  /**
   * Goes over to other delays by a crossfade; none may be under way. Where the dry delay stays and the gate is closed,
   * no crossfade is needed.
   */
  glide(dryDelay: Samples, wetDelay: Samples, wetPosition: number, range: PlayableRange | undefined): void {
    if (dryDelay === this.#current.dryDelay && this.closed) {
      this.#current.wetDelay = wetDelay;
      return;
    }
    this.#next.dryDelay = dryDelay;
    this.#next.wetDelay = wetDelay;
    this.#next.settle(wetPosition, range);
    this.#faded = 0;
  }

  /**
   * Fills {@link dry} and {@link enhanced} with `length` samples of the first `channels` planes; see
   * {@link Tap.render}.
   */
  render(
    dryLine: DelayLine,
    dryPosition: number,
    range: PlayableRange | undefined,
    wetPosition: number,
    channels: number,
    length: Samples,
  ): void {
    this.#current.render(dryLine, dryPosition, range, wetPosition, channels, length, this.dry, this.enhanced);
    if (this.#faded === undefined) return;
    this.#next.render(dryLine, dryPosition, range, wetPosition, channels, length, this.#nextDry, this.#nextEnhanced);
    for (let channel = 0; channel < channels; channel++) {
      this.#crossfade(this.dry[channel], this.#nextDry[channel], this.#faded, length);
      this.#crossfade(this.enhanced[channel], this.#nextEnhanced[channel], this.#faded, length);
    }
    this.#faded += length;
    if (this.#faded < this.#crossfadeSamples) return;
    const current = this.#current;
    this.#current = this.#next;
    this.#next = current;
    this.#faded = undefined;
  }

  #crossfade(from: Float32Array, to: Float32Array, faded: Samples, length: Samples): void {
    for (let i = 0; i < length; i++) {
      const weight = Math.min(1, (faded + i + 1) / this.#crossfadeSamples);
      from[i] = from[i] * (1 - weight) + to[i] * weight;
    }
  }
}
