/**
 * Something with the engine's shape that hands every sample on, scaled, `ENGINE_DELAY` samples later. It stands for the
 * engine in tests about indices, scheduling and errors, where the real one would hide by its sound what went wrong;
 * step-loop.test.ts also runs the real one.
 */
import type { Denoiser } from '../../src/engine/denoiser.ts';

export const HOP = 480;
export const ENGINE_DELAY = 240;
/** A stream that is fed this sample throws. */
export const POISON = 666;

class PassthroughStream {
  readonly delaySamples = ENGINE_DELAY;
  attenuationLimitDb = 100;
  disposed = false;
  #waiting: number[] = [];
  #done: number[] = [];
  #past = new Array<number>(ENGINE_DELAY).fill(0);

  push(noisy: Float32Array, start: number, length: number): void {
    for (let i = start; i < start + length; i++) {
      if (noisy[i] === POISON) throw new Error('Poison.');
      this.#waiting.push(noisy[i]);
    }
  }

  get hopReady(): boolean {
    return this.#waiting.length >= HOP;
  }

  get samplesToHop(): number {
    return Math.max(0, HOP - this.#waiting.length);
  }

  get available(): number {
    return this.#done.length;
  }

  step(): void {
    this.#past.push(...this.#waiting.splice(0, HOP));
    this.#done.push(...this.#past.splice(0, HOP).map((sample) => sample / 2));
  }

  pull(into: Float32Array, start: number, length: number): number {
    const moved = this.#done.splice(0, length);
    into.set(moved, start);
    return moved.length;
  }

  reset(): void {
    this.#waiting = [];
    this.#done = [];
    this.#past = new Array<number>(ENGINE_DELAY).fill(0);
  }

  dispose(): void {
    this.disposed = true;
  }
}

/** Counts its steps, and takes as long for one as it is told to. */
export class Passthrough {
  readonly manifest = { sampleRateHz: 48000, framing: { hopSamples: HOP } };
  readonly batches: number[] = [];
  stepMs = 0;

  createStream(): PassthroughStream {
    return new PassthroughStream();
  }

  step(streams: readonly PassthroughStream[], count: number): void {
    this.batches.push(count);
    const until = performance.now() + this.stepMs * count;
    while (performance.now() < until);
    for (let i = 0; i < count; i++) {
      if (!streams[i].hopReady) throw new Error('A stream without a hop.');
      streams[i].step();
    }
  }

  /** As the engine's type, of which the worker uses no more than this. */
  get asDenoiser(): Denoiser {
    return this as unknown as Denoiser;
  }
}
