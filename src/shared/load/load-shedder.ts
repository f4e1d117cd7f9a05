/**
 * In:     whether the realtime nodes have caught up, from whoever takes steps
 * Out:    how many nodes to shed or take back now
 * Thread: [worker], or any of Node's
 */
import type { Milliseconds } from '../units.ts';

/**
 * A backlog that lasts this long is no hiccup: the noisy rings hold 0.2 to 0.35 s beyond a step, so a single standstill
 * is over by then. Two steps more, which count where the model takes blocks.
 */
const OVERLOAD_MS = 1000;
const OVERLOAD_STEPS = 2;
/**
 * A node that has caught up because samples were thrown away has not caught up. A machine that is so slow loses more
 * before this is over; one that stood still once does not.
 */
const LOSS_MS = 400;
/** How long each round of shedding has to take effect. */
const RELIEF_MS = 500;
/** Share of the served nodes that is shed at once: a few rounds are enough, however many nodes there are. */
const SHED_SHARE = 0.25;
/** Load below which a node may come back, its own share included. */
const ROOMY_LOAD = 0.75;
/** Calm before a node is taken back; twice as long each time that proves too early. */
const PATIENCE_MS = 2000;
const MOST_PATIENCE_MS = 60_000;
/** A return that holds for this long was right. */
const PROOF_MS = 10_000;
/** The load is known after this many steps: the two windows of step-clock.ts. */
const LOAD_STEPS = 8;

/** Decides when there are more nodes than the machine can carry. Its caller has the clock. */
export class LoadShedder {
  /** Time of sound in one step. Load is measured, and relief felt, in steps. */
  stepMs: Milliseconds = 0;
  #patienceMs = PATIENCE_MS;
  #caughtUpAt: Milliseconds | undefined;
  #lostAt: Milliseconds | undefined;
  #calmSince: Milliseconds | undefined;
  #returnedAt: Milliseconds | undefined;

  /** A pass left no realtime node with a step waiting. */
  caughtUp(nowMs: Milliseconds): void {
    if (this.#lostAt !== undefined && nowMs - this.#lostAt < LOSS_MS) return;
    this.#caughtUpAt = nowMs;
  }

  /** A realtime node was fed more than its ring holds, and what waited in it was thrown away. */
  lost(nowMs: Milliseconds): void {
    // The first loss in a long time ends a standstill, whose length says nothing about the machine: a sleeping laptop
    // stands still for hours.
    if (this.#lostAt === undefined || nowMs - this.#lostAt > 2 * this.#overloadMs) this.#caughtUpAt = nowMs;
    this.#lostAt = nowMs;
  }

  /** How many of the served realtime nodes to shed now, youngest first; 0: none. */
  toShed(nowMs: Milliseconds, served: number): number {
    this.#caughtUpAt ??= nowMs;
    const overloadMs = this.#overloadMs;
    if (served === 0 || nowMs - this.#caughtUpAt < overloadMs) return 0;
    this.#caughtUpAt = nowMs - overloadMs + RELIEF_MS + this.stepMs;
    if (this.#returnedAt !== undefined && nowMs - this.#returnedAt < this.#proofMs)
      this.#patienceMs = Math.min(MOST_PATIENCE_MS, 2 * this.#patienceMs);
    this.#returnedAt = undefined;
    this.#calmSince = nowMs;
    return Math.ceil(SHED_SHARE * served);
  }

  /** Whether one shed node may come back now. `load` is the share of the worker's time that the served ones take. */
  mayReturn(nowMs: Milliseconds, served: number, load: number): boolean {
    const withOneMore = served === 0 ? load : (load * (served + 1)) / served;
    if (withOneMore > ROOMY_LOAD) this.#calmSince = nowMs;
    this.#calmSince ??= nowMs;
    if (this.#returnedAt !== undefined && nowMs - this.#returnedAt >= this.#proofMs) this.#patienceMs = PATIENCE_MS;
    if (nowMs - this.#calmSince < this.#patienceMs + LOAD_STEPS * this.stepMs) return false;
    this.#calmSince = nowMs;
    this.#returnedAt = nowMs;
    return true;
  }

  get #overloadMs(): Milliseconds {
    return OVERLOAD_MS + OVERLOAD_STEPS * this.stepMs;
  }

  get #proofMs(): Milliseconds {
    return PROOF_MS + LOAD_STEPS * this.stepMs;
  }

  /** A node has left: what was learnt about the machine's limits no longer holds. */
  relieve(): void {
    this.#patienceMs = PATIENCE_MS;
  }
}
