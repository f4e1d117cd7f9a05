/**
 * In:     how long each batched step took, from whoever takes steps
 * Out:    median and 95th percentile of a stream's share, and the load, for the control words
 * Thread: [worker], or any of Node's
 */
import type { Milliseconds } from '../units.ts';

/** Steps that the percentiles look back on. */
const STEPS = 128;
/** Sorting costs more than all the rest, so it is done at every step only where steps are long. */
const STEPS_PER_SORT = 16;
const LONG_STEP_MS = 10;
/** The load is that of the last one to two windows of this length, or of this many steps if that is more. */
const WINDOW_MS = 500;
const WINDOW_STEPS = 4;

/** Figures about the worker's speed. Its caller has the clock. */
export class StepClock {
  /** Time of one step for one stream, microseconds, 0 before the first. */
  microsP50 = 0;
  microsP95 = 0;
  /** Share of real time that was spent on computing, all nodes together. */
  load = 0;
  /** Time of sound in one step. */
  stepMs: Milliseconds = 0;
  readonly #latest = new Float32Array(STEPS);
  readonly #sorted = new Float32Array(STEPS);
  #steps = 0;
  #busyMs: Milliseconds = 0;
  #windowStart: Milliseconds | undefined;

  /** A step for `streams` streams took `tookMs`. */
  stepped(tookMs: Milliseconds, streams: number): void {
    this.#latest[this.#steps % STEPS] = (1000 * tookMs) / streams;
    this.#steps += 1;
    if (this.#steps % STEPS_PER_SORT === 1 || tookMs > LONG_STEP_MS) this.#sort();
  }

  /** Work that is part of the load took `tookMs`, and ended now. */
  worked(tookMs: Milliseconds, nowMs: Milliseconds): void {
    this.#windowStart ??= nowMs - tookMs;
    this.#busyMs += tookMs;
    const passed = nowMs - this.#windowStart;
    if (passed < Math.max(WINDOW_MS, WINDOW_STEPS * this.stepMs)) return;
    this.load = this.#busyMs / passed;
    this.#busyMs = 0;
    this.#windowStart = nowMs;
  }

  #sort(): void {
    const count = Math.min(this.#steps, STEPS);
    // What is still missing sorts to the end.
    for (let i = 0; i < STEPS; i++) this.#sorted[i] = i < count ? this.#latest[i] : Number.POSITIVE_INFINITY;
    this.#sorted.sort();
    this.microsP50 = Math.round(this.#sorted[Math.floor(0.5 * (count - 1))]);
    this.microsP95 = Math.round(this.#sorted[Math.floor(0.95 * (count - 1))]);
  }
}
