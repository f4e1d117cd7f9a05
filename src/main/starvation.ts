import type { Seconds } from '../shared/units.ts';

/**
 * A stretch of sound is bad where this share of it was dry because enhanced sound was late. So many in a row are no
 * hiccup: what the worker and the latency can do about it they have done by then.
 */
const STRETCH_SECONDS = 2;
const BAD_SHARE = 0.2;
const BAD_STRETCHES = 5;
/** Rest before the next attempt; twice as long each time that it was too early, up to the most. */
const REST_SECONDS = 10;
const MOST_REST_SECONDS = 160;

/**
 * Notices that a node lives from hand to mouth: a part of its sound is late, for ever, with a worker that is not
 * overloaded. Sound that flutters between dry and enhanced is worse than dry sound. Counts time by the audio clock.
 */
export class Starvation {
  #begun: Seconds | undefined;
  #dry: Seconds = 0;
  #bad = 0;
  #restingUntil: Seconds | undefined;
  #rest: Seconds = REST_SECONDS;

  /** The dry signal is to be held now. */
  get resting(): boolean {
    return this.#restingUntil !== undefined;
  }

  /**
   * @param contextTime the audio clock
   * @param dry seconds since the last look that were dry because of lateness
   * @param isShed the worker has let go of the node for now: nothing can be late
   * @returns true: hold the dry signal from now on; false: come back from it; undefined: go on
   */
  look(contextTime: Seconds, dry: Seconds, isShed: boolean): boolean | undefined {
    if (this.#restingUntil !== undefined) {
      if (contextTime < this.#restingUntil) return undefined;
      this.#restingUntil = undefined;
      this.#begin(contextTime);
      return false;
    }
    if (isShed || this.#begun === undefined) {
      this.#begin(contextTime);
      this.#bad = 0;
      return undefined;
    }
    this.#dry += dry;
    const passed = contextTime - this.#begun;
    if (passed < STRETCH_SECONDS) return undefined;
    const isBad = this.#dry >= BAD_SHARE * passed;
    this.#bad = isBad ? this.#bad + 1 : 0;
    if (!isBad) this.#rest = REST_SECONDS;
    this.#begin(contextTime);
    if (this.#bad < BAD_STRETCHES) return undefined;
    this.#bad = 0;
    this.#restingUntil = contextTime + this.#rest;
    this.#rest = Math.min(MOST_REST_SECONDS, 2 * this.#rest);
    return true;
  }

  #begin(contextTime: Seconds): void {
    this.#begun = contextTime;
    this.#dry = 0;
  }
}
