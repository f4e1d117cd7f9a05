/**
 * In:     samples in order, from a resampler or from synthesis
 * Out:    the same samples, in pieces of another size
 * Thread: [worker], or whoever runs the engine
 *
 * It grows when it holds more than ever before (whole files). The pieces of a live stream have a settled size, so it
 * allocates only in its first moments.
 */

/** First in, first out, on one thread. */
export class SampleQueue {
  #samples: Float32Array;
  #head = 0;
  #tail = 0;

  /** @param capacity samples, from 1, that fit before the queue first has to grow */
  constructor(capacity: number) {
    this.#samples = new Float32Array(capacity);
  }

  /** Samples that are in the queue. */
  get length(): number {
    return this.#tail - this.#head;
  }

  push(sample: number): void {
    if (this.#tail === this.#samples.length) this.#reserve(1);
    this.#samples[this.#tail++] = sample;
  }

  /** {@link push} for `length` samples of `from`, from `start` on. */
  pushAll(from: Float32Array, start: number, length: number): void {
    this.#reserve(length);
    const samples = this.#samples;
    const tail = this.#tail;
    for (let i = 0; i < length; i++) samples[tail + i] = from[start + i];
    this.#tail = tail + length;
  }

  /** Moves the oldest samples out, at most `length`; returns how many there were. */
  take(into: Float32Array, start: number, length: number): number {
    const samples = this.#samples;
    const head = this.#head;
    const count = Math.min(length, this.#tail - head);
    for (let i = 0; i < count; i++) into[start + i] = samples[head + i];
    this.#head = head + count;
    if (this.#head === this.#tail) this.clear();
    return count;
  }

  /** Throws the oldest samples away, at most `length`. */
  drop(length: number): void {
    this.#head += Math.min(length, this.#tail - this.#head);
    if (this.#head === this.#tail) this.clear();
  }

  clear(): void {
    this.#head = 0;
    this.#tail = 0;
  }

  /**
   * Makes room for `count` more. Slides the rest to the front where at least half is free there, so that moving stays
   * cheap; grows otherwise.
   */
  #reserve(count: number): void {
    if (this.#tail + count <= this.#samples.length) return;
    const samples = this.#samples;
    const head = this.#head;
    const tail = this.#tail;
    const length = tail - head;
    if (head >= samples.length / 2 && length + count <= samples.length) {
      samples.copyWithin(0, head, tail);
    } else {
      this.#samples = new Float32Array(Math.max(samples.length * 2, length + count));
      this.#samples.set(samples.subarray(head, tail));
    }
    this.#tail = length;
    this.#head = 0;
  }
}
