/**
 * In:     numbers of things, each once, with a level
 * Out:    the same numbers, highest level first; within a level the youngest first
 * Thread: any
 */

/** A priority queue with a list for each of few levels. Compares nothing, and allocates nothing once constructed. */
export class BucketQueue {
  readonly #heads: Int32Array;
  readonly #next: Int32Array;
  #top = -1;

  /** For things 0 … count − 1 on levels 0 … levels − 1. */
  constructor(count: number, levels: number) {
    this.#heads = new Int32Array(levels).fill(-1);
    this.#next = new Int32Array(count);
  }

  add(thing: number, level: number): void {
    const at = Math.min(level, this.#heads.length - 1);
    this.#next[thing] = this.#heads[at];
    this.#heads[at] = thing;
    if (at > this.#top) this.#top = at;
  }

  /** The youngest on the highest level, which it removes; −1 where there is none. */
  take(): number {
    const heads = this.#heads;
    while (this.#top >= 0 && heads[this.#top] < 0) this.#top--;
    if (this.#top < 0) return -1;
    const thing = heads[this.#top];
    heads[this.#top] = this.#next[thing];
    return thing;
  }
}
