import type { Hertz, Samples } from '../src/shared/units.ts';

const SMOOTHING_SECONDS = 0.1;
/** Mean square below which a level is silence, −200 dBFS: the smoothing would go on into denormal numbers. */
const FLOOR = 1e-20;

/** Root mean square over all planes, smoothed over about 100 ms. [audio] */
export class LevelMeter {
  #meanSquare = 0;
  readonly #contextRateHz: Hertz;

  constructor(contextRateHz: Hertz) {
    this.#contextRateHz = contextRateHz;
  }

  get rootMeanSquare(): number {
    return Math.sqrt(this.#meanSquare);
  }

  /** Takes in `length` samples, from `start` on, of the first `channels` planes. */
  take(planes: readonly Float32Array[], channels: number, start: number, length: Samples): void {
    if (length === 0) return;
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) {
      const plane = planes[channel];
      for (let i = start; i < start + length; i++) sum += plane[i] * plane[i];
    }
    const now = channels === 0 ? 0 : sum / (channels * length);
    const weight = 1 - Math.exp(-length / (SMOOTHING_SECONDS * this.#contextRateHz));
    this.#meanSquare += weight * (now - this.#meanSquare);
    if (!(this.#meanSquare > FLOOR)) this.#meanSquare = 0;
  }
}
