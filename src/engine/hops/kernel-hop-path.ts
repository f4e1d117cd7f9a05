/**
 * In:     as hop-path.ts
 * Out:    the same, by kernels of our own (hop-program.ts)
 * Thread: [worker], or whoever runs the engine
 */
import type { Decibels } from '../../shared/units.ts';
import { noisyShare } from '../attenuation-limit.ts';
import type { SampleQueue } from '../dsp/sample-queue.ts';
import type { StreamPath } from '../stream-path.ts';
import type { HopParts, HopProgram } from './hop-program.ts';

/** The path of one stream through a streaming model. */
export class KernelHopPath implements StreamPath {
  readonly #program: HopProgram;
  readonly #hopSamples: number;
  readonly #frame: Float32Array;
  /** Real parts, then imaginary ones. */
  readonly #spectrum: Float64Array;
  /** [overlap] The end of the last frame, not yet complete. */
  readonly #tail: Float64Array;

  constructor({ manifest: { framing }, fft, windows }: HopParts, program: HopProgram) {
    this.#program = program;
    this.#hopSamples = framing.hopSamples;
    this.#frame = new Float32Array(framing.windowSamples);
    this.#spectrum = new Float64Array(2 * fft.bins);
    this.#tail = new Float64Array(windows.synthesis.length - framing.hopSamples);
  }

  analyse(noisy: SampleQueue, features: Float32Array, offset: number): boolean {
    const frame = this.#frame;
    const hopSamples = this.#hopSamples;
    frame.copyWithin(0, hopSamples);
    noisy.take(frame, frame.length - hopSamples, hopSamples);
    this.#program.analyse(frame, this.#spectrum, features, offset);
    return true;
  }

  synthesise(estimates: Float32Array, offset: number, attenuationLimitDb: Decibels, enhanced: Float32Array): boolean {
    const share = noisyShare(attenuationLimitDb);
    return this.#program.synthesise(this.#spectrum, estimates, offset, share, this.#tail, enhanced);
  }

  reset(): void {
    this.#frame.fill(0);
    this.#tail.fill(0);
  }
}
