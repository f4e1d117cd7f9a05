import { BlockPaths } from './blocks/block-path.ts';
import type { Kernels } from './graph/kernels/load-kernels.ts';
import { HopPaths } from './hops/hop-path.ts';
import { type Manifest, takesBlocks } from './manifest/manifest.ts';
import type { StreamPaths } from './stream-path.ts';

/** The paths that a model's kind asks for, with kernels of our own where they can take part. */
export function makePaths(manifest: Manifest, kernels: readonly Kernels[]): StreamPaths {
  return takesBlocks(manifest) ? new BlockPaths(manifest) : new HopPaths(manifest, kernels);
}
