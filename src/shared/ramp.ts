import type { Samples } from './units.ts';

/**
 * Follows a target no faster than one unit in `rampSamples`: a jump becomes a straight ramp, and what moves slower
 * passes unchanged, sample for sample. [audio]
 */
export class SlewLimiter {
  value: number;
  readonly #mostPerSample: number;

  constructor(value: number, rampSamples: Samples) {
    this.value = value;
    this.#mostPerSample = 1 / rampSamples;
  }

  /** One sample on; returns the value. */
  next(target: number): number {
    const change = target - this.value;
    if (change > this.#mostPerSample) this.value += this.#mostPerSample;
    else if (change < -this.#mostPerSample) this.value -= this.#mostPerSample;
    else this.value = target;
    return this.value;
  }
}

/** Reaches any new target in a straight line of `rampSamples`, however far it is. [audio] */
export class LinearRamp {
  value: number;
  readonly #rampSamples: Samples;
  #target: number;
  #slope = 0;
  #left = 0;

  constructor(value: number, rampSamples: Samples) {
    this.value = value;
    this.#target = value;
    this.#rampSamples = rampSamples;
  }

  /** Whether the value stands still at its target. */
  get resting(): boolean {
    return this.#left === 0;
  }

  /** Is at a value at once. */
  jump(value: number): void {
    this.value = value;
    this.#target = value;
    this.#left = 0;
  }

  aim(target: number): void {
    if (target === this.#target) return;
    this.#target = target;
    this.#left = this.#rampSamples;
    this.#slope = (target - this.value) / this.#rampSamples;
  }

  /** One sample on; returns the value. */
  next(): number {
    if (this.#left === 0) return this.value;
    this.#left -= 1;
    this.value = this.#left === 0 ? this.#target : this.value + this.#slope;
    return this.value;
  }
}
