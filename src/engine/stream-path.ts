import type { Decibels, Samples } from '../shared/units.ts';
import { BlockPaths } from './blocks/block-path.ts';
import type { SampleQueue } from './dsp/sample-queue.ts';
import { HopPaths } from './hops/hop-path.ts';
import { type Manifest, takesBlocks } from './manifest/manifest.ts';

/**
 * In:     noisy samples of one stream, model rate, from its queue (denoiser.ts)
 * Out:    the graph's input; and from the graph's output as many enhanced samples
 * Thread: [worker], or whoever runs the engine
 *
 * What stands on both sides of the model, in its two kinds: hop-path.ts and block-path.ts. One for each stream.
 */
export interface StreamPath {
  /**
   * Takes one advance of samples, which must be there, and writes what the graph wants to know of it into `features`
   * from `offset` on. Returns false where there is nothing to ask: no estimate follows then. Does not allocate.
   */
  analyse(noisy: SampleQueue, features: Float32Array, offset: number): boolean;

  /**
   * Writes the enhanced samples of the oldest {@link analyse} that has not had its own; the graph's answer lies in
   * `estimates` from `offset` on. Returns false where it is not finite: the noisy signal has been let through. Does not
   * allocate.
   */
  synthesise(estimates: Float32Array, offset: number, attenuationLimitDb: Decibels, enhanced: Float32Array): boolean;

  /** Back to the start of a stream. */
  reset(): void;
}

/** All paths through one model, and what they share. */
export interface StreamPaths {
  /** Samples of one step at the model rate, both in and out. */
  readonly advanceSamples: Samples;
  /** Calls of `analyse` for one stream that may come before the first `synthesise`. */
  readonly depth: number;
  createPath(): StreamPath;
}

/** The kind of path that a model needs. */
export function makePaths(manifest: Manifest): StreamPaths {
  return takesBlocks(manifest) ? new BlockPaths(manifest) : new HopPaths(manifest);
}
