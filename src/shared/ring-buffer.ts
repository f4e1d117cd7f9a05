/**
 * In:     planes of samples from one thread: the worklet (noisyRing) or the worker (enhancedRing)
 * Out:    the same samples to one other thread
 * Thread: [audio] and [worker], one writing and one reading
 *
 * Single producer, single consumer, several planes that move together. Two words of the control block are its indices.
 * They count samples for ever and wrap at 2³², so "full" (capacity apart) and "empty" (equal) differ and every slot is
 * used. Each index has one writer. Samples are stored before the index that publishes them (Atomics are sequentially
 * consistent), so the reader never sees a slot that is not written, nor the writer one that is not read.
 */
import { quoted } from './quoted.ts';
import type { Samples } from './units.ts';

/** The most channels that a node carries: those of an AudioNode. */
export const MOST_CHANNELS = 32;

/** A ring of float32 planes. Nothing but the constructor allocates. */
export class RingBuffer {
  readonly channels: number;
  /** Samples that each plane holds, a power of two. All of them can be filled. */
  readonly capacity: Samples;
  readonly #planes: readonly Float32Array[];
  readonly #mask: number;
  readonly #words: Int32Array;
  readonly #writeWord: number;
  readonly #readWord: number;

  /**
   * @param memory `channels` planes of `capacity` float32 each, one after the other; shared or not
   * @param words the control block; `writeWord` and `readWord` name the words that are this ring's indices
   */
  constructor(
    memory: ArrayBufferLike,
    channels: number,
    capacity: Samples,
    words: Int32Array,
    writeWord: number,
    readWord: number,
  ) {
    this.#words = words;
    this.#writeWord = writeWord;
    this.#readWord = readWord;
    if (!(Number.isInteger(channels) && channels >= 1 && channels <= MOST_CHANNELS))
      throw new RangeError(
        `RingBuffer channels: expected a whole number up to ${MOST_CHANNELS}, got ${quoted(channels)}.`,
      );
    if (!Number.isInteger(Math.log2(capacity)))
      throw new RangeError(`RingBuffer capacity: expected a power of two, got ${capacity}.`);
    this.channels = channels;
    this.capacity = capacity;
    this.#mask = capacity - 1;
    this.#planes = Array.from(
      { length: channels },
      (_, channel) => new Float32Array(memory, channel * capacity * Float32Array.BYTES_PER_ELEMENT, capacity),
    );
  }

  /** Index of the next sample to be written: how many were written so far, modulo 2³², signed. */
  get writeIndex(): number {
    return Atomics.load(this.#words, this.#writeWord);
  }

  /** Index of the next sample to be read. */
  get readIndex(): number {
    return Atomics.load(this.#words, this.#readWord);
  }

  /** Samples that lie ready. [reader; a writer sees at least what is there] */
  get availableRead(): Samples {
    return (this.writeIndex - this.readIndex) >>> 0;
  }

  /** Samples for which there is room. [writer; a reader sees at most what is there] */
  get availableWrite(): Samples {
    return this.capacity - this.availableRead;
  }

  /**
   * Writes `length` samples from `start` on of the first `count` planes, and zeros into the others; as many as fit,
   * returns how many. [writer]
   */
  write(source: readonly Float32Array[], count: number, start: number, length: Samples): Samples {
    const fitting = Math.min(length, this.availableWrite);
    const index = this.writeIndex;
    for (let channel = 0; channel < this.channels; channel++) {
      if (channel < count) this.put(channel, index, source[channel], start, fitting);
      else this.#clear(channel, index, fitting);
    }
    this.publish(fitting);
    return fitting;
  }

  /** Writes silence into every plane; as many samples as fit, returns how many. [writer] */
  writeSilence(length: Samples): Samples {
    return this.write(NO_PLANES, 0, 0, length);
  }

  /**
   * Moves the oldest samples out, at most `length`, to `start` and on of each plane; returns how many there were.
   * [reader]
   */
  read(target: readonly Float32Array[], start: number, length: Samples): Samples {
    const count = Math.min(length, this.availableRead);
    const index = this.readIndex;
    for (let channel = 0; channel < this.channels; channel++) this.get(channel, index, target[channel], start, count);
    this.release(count);
    return count;
  }

  /** Throws away the oldest samples, at most `length`; returns how many there were. [reader] */
  discard(length: Samples): Samples {
    const count = Math.min(length, this.availableRead);
    this.release(count);
    return count;
  }

  /**
   * Stores samples of one plane at an index, unseen by the reader until {@link publish}. The caller has made sure that
   * there is room. [writer]
   */
  put(channel: number, index: number, source: Float32Array, start: number, length: Samples): void {
    const plane = this.#planes[channel];
    for (let i = 0; i < length; i++) plane[(index + i) & this.#mask] = source[start + i];
  }

  /**
   * Copies samples of one plane, and leaves them where they are until {@link release}. The caller has made sure that
   * they are there. [reader]
   */
  get(channel: number, index: number, target: Float32Array, start: number, length: Samples): void {
    const plane = this.#planes[channel];
    for (let i = 0; i < length; i++) target[start + i] = plane[(index + i) & this.#mask];
  }

  /** Hands stored samples to the reader. [writer] */
  publish(length: Samples): void {
    Atomics.store(this.#words, this.#writeWord, (this.writeIndex + length) | 0);
  }

  /** Hands the room of the oldest samples back to the writer. [reader] */
  release(length: Samples): void {
    Atomics.store(this.#words, this.#readWord, (this.readIndex + length) | 0);
  }

  #clear(channel: number, index: number, length: Samples): void {
    const plane = this.#planes[channel];
    for (let i = 0; i < length; i++) plane[(index + i) & this.#mask] = 0;
  }
}

const NO_PLANES: readonly Float32Array[] = [];

/** Whether an index of a ring has reached another; both wrap at 2³² and are less than 2³¹ apart. */
export function hasReached(index: number, other: number): boolean {
  return ((index - other) | 0) >= 0;
}
