import { BlockPaths } from './blocks/block-path.ts';
import { HopPaths } from './hops/hop-path.ts';
import { type Manifest, takesBlocks } from './manifest/manifest.ts';
import type { StreamPaths } from './stream-path.ts';

/** The paths that a model's kind asks for. */
export function makePaths(manifest: Manifest): StreamPaths {
  return takesBlocks(manifest) ? new BlockPaths(manifest) : new HopPaths(manifest);
}
