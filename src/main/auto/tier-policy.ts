import type { Seconds } from '../../shared/units.ts';

/** So much of a stretch was dry because enhanced sound was late, so many times in a row: it is no hiccup. */
const STRETCH_SECONDS = 2;
const BAD_SHARE = 0.2;
const BAD_STRETCHES = 2;
/** A stretch of which less was dry is calm. */
const CALM_SHARE = 0.05;
/** A tier takes about twice the time of the one below; where it would take more than this, there is no calm. */
const TIER_COST = 2;
const ROOMY_LOAD = 0.75;
/** Calm before a heavier tier is tried; twice as long each time that proves too early, up to the most. */
const PATIENCE_SECONDS = 10;
const MOST_PATIENCE_SECONDS = 640;
/** A return that holds for this long was right. */
const PROOF_SECONDS = 60;

/** What is seen of a node at one look. */
export interface Moment {
  /** Share of real time that the worker computes. */
  readonly load: number;
  /** Sound since the last look that was dry because the enhanced one was late. */
  readonly drySeconds: Seconds;
  /** The worker has let go of the node, because there are more than it can carry. */
  readonly isShed: boolean;
}

/** Decides when a node should go over to a lighter or a heavier model. Times are the context's. */
export class TierPolicy {
  #patience: Seconds = PATIENCE_SECONDS;
  #stretchBegun: Seconds = 0;
  #dry: Seconds = 0;
  #bad = 0;
  #calmSince: Seconds = 0;
  #returnedAt: Seconds | undefined;
  #restingUntil: Seconds = 0;

  /** Another model has taken over: what was seen of the one before does not count. */
  begin(now: Seconds): void {
    this.#beginStretch(now);
    this.#bad = 0;
    this.#calmSince = now;
  }

  /** 'lighter' or 'heavier' where such a model should be tried, if there is one; undefined: go on. */
  look(now: Seconds, { load, drySeconds, isShed }: Moment): 'lighter' | 'heavier' | undefined {
    this.#dry += drySeconds;
    if (isShed || TIER_COST * load > ROOMY_LOAD) this.#calmSince = now;
    const passed = now - this.#stretchBegun;
    if (passed >= STRETCH_SECONDS) {
      this.#bad = this.#dry >= BAD_SHARE * passed ? this.#bad + 1 : 0;
      if (this.#dry >= CALM_SHARE * passed) this.#calmSince = now;
      this.#beginStretch(now);
    }
    if (now < this.#restingUntil) return undefined;
    if (isShed || this.#bad >= BAD_STRETCHES) return 'lighter';
    return now - this.#calmSince >= this.#patience ? 'heavier' : undefined;
  }

  /** A lighter model has taken over. */
  wentDown(now: Seconds): void {
    if (this.#returnedAt !== undefined) {
      if (now - this.#returnedAt < PROOF_SECONDS) this.#growPatience();
      else this.#patience = PATIENCE_SECONDS;
    }
    this.#returnedAt = undefined;
  }

  /** A heavier model has taken over. */
  wentUp(now: Seconds): void {
    this.#returnedAt = now;
  }

  /** The model that was to be tried has failed, or would be too slow. */
  failed(now: Seconds): void {
    this.#growPatience();
    this.#restingUntil = now + this.#patience;
    this.#calmSince = now;
  }

  #beginStretch(now: Seconds): void {
    this.#stretchBegun = now;
    this.#dry = 0;
  }

  #growPatience(): void {
    this.#patience = Math.min(MOST_PATIENCE_SECONDS, 2 * this.#patience);
  }
}
