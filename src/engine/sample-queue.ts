/**
 * In:     samples in order, from a resampler or from synthesis
 * Out:    the same samples, in pieces of another size
 * Thread: [worker], or whoever runs the engine
 *
 * First in, first out, one thread. It grows when more is put in than ever before (whole files), so a live stream, whose
 * pieces have a settled size, allocates in its first moments only.
 */
export class SampleQueue {
  private samples: Float32Array;
  private head = 0;
  private tail = 0;

  /** @param capacity room before the queue first has to grow, from 1. */
  constructor(capacity: number) {
    this.samples = new Float32Array(capacity);
  }

  /** Samples that lie ready. */
  get length(): number {
    return this.tail - this.head;
  }

  push(sample: number): void {
    if (this.tail === this.samples.length) this.makeRoom();
    this.samples[this.tail++] = sample;
  }

  /** Moves the oldest samples out, at most `length`; returns how many there were. */
  take(into: Float32Array, start: number, length: number): number {
    const count = Math.min(length, this.tail - this.head);
    const from = this.head;
    for (let i = 0; i < count; i++) into[start + i] = this.samples[from + i];
    this.head += count;
    if (this.head === this.tail) this.clear();
    return count;
  }

  clear(): void {
    this.head = 0;
    this.tail = 0;
  }

  /** Slides the rest to the front when at least half is free there, so that moving stays cheap; grows otherwise. */
  private makeRoom(): void {
    if (this.head >= this.samples.length / 2) {
      this.samples.copyWithin(0, this.head, this.tail);
    } else {
      const larger = new Float32Array(this.samples.length * 2);
      larger.set(this.samples.subarray(this.head, this.tail));
      this.samples = larger;
    }
    this.tail -= this.head;
    this.head = 0;
  }
}
