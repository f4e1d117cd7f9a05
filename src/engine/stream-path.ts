/**
 * In:     noisy samples of one stream at the model's rate, from its queue (denoiser-stream.ts)
 * Out:    the graph's input; and, from the graph's output, as many enhanced samples
 * Thread: [worker], or whoever runs the engine
 */
import type { Decibels, Samples } from '../shared/units.ts';
import type { SampleQueue } from './dsp/sample-queue.ts';

/** What stands on both sides of the model, one for each stream: hop-path.ts or block-path.ts, by the model's kind. */
export interface StreamPath {
  /**
   * Takes one advance of samples, which must be there, and writes the graph's input for it into `features` from
   * `offset` on. Returns false where there is nothing to ask the graph: then no estimate follows. Does not allocate.
   */
  analyse(noisy: SampleQueue, features: Float32Array, offset: number): boolean;

  /**
   * Writes the enhanced samples for the oldest {@link analyse} that has not been answered yet; the graph's output lies
   * in `estimates` from `offset` on. Returns false where that is not finite, and lets the noisy signal through. Does
   * not allocate.
   */
  synthesise(estimates: Float32Array, offset: number, attenuationLimitDb: Decibels, enhanced: Float32Array): boolean;

  /** Back to the start of a stream. */
  reset(): void;
}

/** All paths through one model, and what they share. */
export interface StreamPaths {
  /** Samples of one step at the model's rate, in and out. */
  readonly advanceSamples: Samples;
  /** How many calls of `analyse` for one stream may come before the first `synthesise`. */
  readonly depth: number;
  createPath(): StreamPath;
  /** Frees what they hold; no path may be asked any more. */
  dispose(): void;
}
