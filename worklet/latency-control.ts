/**
 * In:     how many enhanced samples lay ahead, whether they ran short, and the device's bursts, from live-path.ts
 * Out:    the prefill to go over to
 * Thread: [audio]
 */
import { burstPrefillSeconds, prefillSamples } from '../src/shared/latency.ts';
import type { Hertz, Samples } from '../src/shared/units.ts';

/**
 * One raise of the prefill, and the least that is given back at once; a share of what a step takes where that is more,
 * so that a late block needs few raises.
 */
const RAISE_SECONDS = 0.005;
const RAISE_STEPS = 1 / 16;
/**
 * Calm that must pass before a raise is given back, and the same in steps of the model, of which a block model has few;
 * twice as long after each one that was given back too early.
 */
const CALM_SECONDS = 20;
const CALM_STEPS = 32;
const MOST_CALM_SECONDS = 600;
/** What must have lain ahead all that time, beyond the raise itself. */
const SPARE_SECONDS = 0.006;
/** The least slack is that of the last one to two windows of this length. */
const WINDOW_SECONDS = 0.5;

/** Where the prefill may lie, and the step of the model that it is for. */
export interface PrefillRange {
  /** Where it begins. */
  readonly prefillSamples: Samples;
  /** What it never falls below, and what it never rises above. */
  readonly minPrefillSamples: Samples;
  readonly maxPrefillSamples: Samples;
  /** Samples that one step of the model takes, at the context's rate. */
  readonly advanceWaitSamples: Samples;
}

/** Decides how much prefill there should be: more after an underrun, less after a long calm. Counts time in samples. */
export class LatencyControl {
  /** Prefill to go over to now. */
  prefill: Samples;
  readonly #raise: Samples;
  readonly #spare: Samples;
  readonly #window: Samples;
  readonly #firstCalm: Samples;
  readonly #mostCalm: Samples;
  #neededCalm: Samples;
  #calm = 0;
  #leastWhileCalm = Number.POSITIVE_INFINITY;
  #sinceGivenBack = Number.POSITIVE_INFINITY;
  #inWindow = 0;
  #leastInWindow = Number.POSITIVE_INFINITY;
  #leastInLastWindow = Number.POSITIVE_INFINITY;
  readonly #minPrefill: Samples;
  readonly #maxPrefill: Samples;
  readonly #contextRateHz: Hertz;

  constructor(range: PrefillRange, contextRateHz: Hertz) {
    const advanceWait = range.advanceWaitSamples;
    this.#minPrefill = range.minPrefillSamples;
    this.#maxPrefill = range.maxPrefillSamples;
    this.#contextRateHz = contextRateHz;
    this.prefill = range.prefillSamples;
    this.#raise = Math.ceil(Math.max(RAISE_SECONDS * contextRateHz, RAISE_STEPS * advanceWait));
    this.#spare = Math.ceil(SPARE_SECONDS * contextRateHz);
    this.#window = Math.ceil(WINDOW_SECONDS * contextRateHz);
    this.#firstCalm = Math.ceil(Math.max(CALM_SECONDS * contextRateHz, CALM_STEPS * advanceWait));
    this.#mostCalm = Math.ceil(MOST_CALM_SECONDS * contextRateHz);
    this.#neededCalm = this.#firstCalm;
  }

  /** Smallest slack of the last half to whole second. */
  get leastSlack(): Samples {
    const least = Math.min(this.#leastInWindow, this.#leastInLastWindow);
    return Number.isFinite(least) ? least : 0;
  }

  /** A stretch of sound in which `slack` samples lay ahead at the least. */
  advance(length: Samples, slack: Samples): void {
    this.#inWindow += length;
    if (this.#inWindow >= this.#window) {
      this.#inWindow = 0;
      this.#leastInLastWindow = this.#leastInWindow;
      this.#leastInWindow = slack;
    }
    this.#leastInWindow = Math.min(this.#leastInWindow, slack);
    this.#leastWhileCalm = Math.min(this.#leastWhileCalm, slack);
    this.#calm += length;
    this.#sinceGivenBack += length;
    if (this.#calm < this.#neededCalm) return;
    const surplus = this.#leastWhileCalm - this.#spare;
    if (this.prefill > this.#minPrefill && surplus >= this.#raise) {
      // Half of what was not needed: large raises are given back in large parts, and never below what has proved
      // enough.
      this.prefill = Math.max(this.#minPrefill, this.prefill - Math.max(this.#raise, Math.floor(surplus / 2)));
      this.#sinceGivenBack = 0;
    }
    this.#beginCalm();
  }

  /**
   * The enhanced samples ran short: called once for each time.
   * @param burst samples that the device asks for at once: no less than that, and something to spare, will do
   */
  underrun(burst: Samples): void {
    const tooEarly = this.#sinceGivenBack < this.#neededCalm;
    this.#neededCalm = tooEarly ? Math.min(this.#mostCalm, 2 * this.#neededCalm) : this.#firstCalm;
    this.#sinceGivenBack = Number.POSITIVE_INFINITY;
    const rate = this.#contextRateHz;
    const bridging = prefillSamples(burstPrefillSeconds(burst / rate), rate);
    this.prefill = Math.min(this.#maxPrefill, Math.max(this.prefill + this.#raise, bridging));
    this.#beginCalm();
  }

  /** What ran short is there again: calm may begin. */
  recovered(): void {
    this.#beginCalm();
  }

  #beginCalm(): void {
    this.#calm = 0;
    this.#leastWhileCalm = Number.POSITIVE_INFINITY;
  }
}
