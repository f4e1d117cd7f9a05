/**
 * In:     how many samples the device asked for, and when, from denoise-processor.ts
 * Out:    how long the bursts are in which it asks, to latency-control.ts
 * Thread: [audio]
 *
 * The lead of the sound over the clock on the wall is a zigzag. It rises while the device asks faster than it plays,
 * and falls while it plays what it was given; one rise is one burst. A machine that stands still only makes it fall.
 *
 *   lead  ╱╲  ╱╲  ╱╲
 *        ╱  ╲╱  ╲╱  ╲
 */
import type { Hertz, Milliseconds, Samples } from '../src/shared/units.ts';

/**
 * Bursts shorter than this are how any device works: few raises of the prefill bridge them. A fall as long ends a rise.
 */
const LEAST_SECONDS = 0.01;
/** As many of the latest bursts are looked at, and none that is as old as this. */
const KEPT = 8;
const FORGET_SECONDS = 5;

/** Measures the bursts of a device. Nothing but the constructor allocates. */
export class BurstMeter {
  readonly #samplesPerMs: number;
  readonly #least: Samples;
  readonly #forget: Samples;
  readonly #latest = new Float64Array(KEPT);
  #count = 0;
  #sinceLatest = 0;
  #burst: Samples = 0;
  #before: Milliseconds | undefined;
  /** Sound minus time, in samples, and where it has turned last. */
  #lead = 0;
  #low = 0;
  #high = 0;

  constructor(contextRateHz: Hertz) {
    this.#samplesPerMs = contextRateHz / 1000;
    this.#least = LEAST_SECONDS * contextRateHz;
    this.#forget = FORGET_SECONDS * contextRateHz;
  }

  /**
   * The device has asked for a quantum of `length` samples, now. Returns how long its bursts are: what it has done
   * twice of late, since once may have been to catch up; 0 where it asks evenly.
   */
  take(length: Samples, nowMs: Milliseconds): Samples {
    // A clock that is set back is no burst.
    const passed = Math.max(0, nowMs - (this.#before ?? nowMs)) * this.#samplesPerMs;
    this.#before = nowMs;
    this.#fall(passed);
    this.#lead += length;
    this.#high = Math.max(this.#high, this.#lead);
    this.#sinceLatest += length;
    if (this.#sinceLatest > this.#forget) this.#clear();
    return this.#burst;
  }

  #fall(samples: Samples): void {
    this.#lead -= samples;
    const rise = this.#high - this.#low;
    const hasTurned = rise >= this.#least && this.#high - this.#lead >= this.#least;
    if (hasTurned) this.#note(rise);
    if (!hasTurned && this.#lead >= this.#low) return;
    this.#low = this.#lead;
    this.#high = this.#lead;
  }

  #note(rise: Samples): void {
    this.#latest[this.#count % KEPT] = rise;
    this.#count += 1;
    this.#sinceLatest = 0;
    let longest = 0;
    let second = 0;
    for (let i = 0; i < KEPT; i++) {
      const one = this.#latest[i];
      second = Math.max(second, Math.min(one, longest));
      longest = Math.max(longest, one);
    }
    this.#burst = Math.ceil(second);
  }

  #clear(): void {
    this.#latest.fill(0);
    this.#burst = 0;
    this.#sinceLatest = 0;
  }
}
