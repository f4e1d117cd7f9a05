import type { Milliseconds } from '../units.ts';

/**
 * Parts in which a wait is counted. A timer that comes late, because the thread was busy or the machine asleep, counts
 * as one of them, however long that was.
 */
const PARTS = 10;

/** Waits for signs of life, and calls back once where none comes for too long. */
export class Patience {
  #left = PARTS;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(patienceMs: Milliseconds, onEnd: () => void) {
    this.#timer = setInterval(() => {
      this.#left -= 1;
      if (this.#left > 0) return;
      this.end();
      onEnd();
    }, patienceMs / PARTS);
  }

  /** There was a sign of life. */
  renew(): void {
    this.#left = PARTS;
  }

  /** Nothing is waited for any more. */
  end(): void {
    clearInterval(this.#timer);
  }
}
