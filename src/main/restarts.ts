import type { Seconds } from '../shared/units.ts';

/** A worker that dies this often in a row is not started again. */
const MAX_RESTARTS = 3;
/** After this much health, a restart is not "in a row" any more. */
const HEALTHY_SECONDS = 60;

/** Counts how often in a row a node's worker has died. Times are the context's. [main] */
export class Restarts {
  #count = 0;
  #runningSince: Seconds | undefined;

  /** The enhanced signal is on. */
  running(now: Seconds): void {
    this.#runningSince = now;
  }

  /** The worker has died: whether another may be started. */
  mayRestart(now: Seconds): boolean {
    if (this.#runningSince !== undefined && now - this.#runningSince > HEALTHY_SECONDS) this.#count = 0;
    this.#count += 1;
    return this.#count <= MAX_RESTARTS;
  }

  /** The app begins anew. */
  forget(): void {
    this.#count = 0;
    this.#runningSince = undefined;
  }
}
