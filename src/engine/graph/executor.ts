/**
 * In:     features and memories of a fixed number of streams (model.ts)
 * Out:    their estimates, and their memories one step on
 * Thread: [worker], or whoever runs the engine
 */
import type { KernelName } from '../../shared/kernel-names.ts';
import type { StreamMemory } from './stream-state.ts';

/** One of the two ways to run a graph: graph-executor.ts or plan-executor.ts. make-executor.ts chooses. */
export interface Executor {
  /** What it runs on. */
  readonly kernels: KernelName;
  /** Bytes held besides tensors. */
  readonly bytes: number;
  /** One step for the streams from `memories[first]` on; `features` and `estimates` start at those of `memories[0]`. */
  step(memories: readonly StreamMemory[], first: number, features: Float32Array, estimates: Float32Array): void;
  dispose(): void;
}
