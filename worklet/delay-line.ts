/**
 * In:     samples in order, from live-path.ts (dry) or the enhanced ring (wet)
 * Out:    the same samples at any position of the recent past, to tap.ts
 * Thread: [audio]
 */
import type { Samples } from '../src/shared/units.ts';

/**
 * The recent past of a few planes, by absolute position: what was written at position p is read at position p until
 * `pastSamples` more were written. Before anything was written lies silence. Nothing but the constructor allocates.
 */
export class DelayLine {
  readonly #planes: readonly Float32Array[];
  readonly #mask: number;

  /** @param pastSamples how far back positions can be read, counted from the newest */
  constructor(channels: number, pastSamples: Samples) {
    const length = 2 ** Math.ceil(Math.log2(pastSamples));
    this.#planes = Array.from({ length: channels }, () => new Float32Array(length));
    this.#mask = length - 1;
  }

  get pastSamples(): Samples {
    return this.#mask + 1;
  }

  get channels(): number {
    return this.#planes.length;
  }

  /**
   * Stores samples of one plane at a position: any whole number, also beyond 2³² (the mask takes it modulo the length).
   */
  write(channel: number, position: number, source: Float32Array, start: number, length: Samples): void {
    const plane = this.#planes[channel];
    for (let i = 0; i < length; i++) plane[(position + i) & this.#mask] = source[start + i];
  }

  /** Copies samples of one plane from a position on. */
  read(channel: number, position: number, target: Float32Array, length: Samples): void {
    const plane = this.#planes[channel];
    for (let i = 0; i < length; i++) target[i] = plane[(position + i) & this.#mask];
  }

  /** Takes over the past of another line, up to (not including) a position. */
  copyFrom(other: DelayLine, position: number): void {
    const length = Math.min(this.pastSamples, other.pastSamples);
    for (let channel = 0; channel < Math.min(this.channels, other.channels); channel++) {
      const [from, to] = [other.#planes[channel], this.#planes[channel]];
      for (let p = position - length; p < position; p++) to[p & this.#mask] = from[p & other.#mask];
    }
  }
}
