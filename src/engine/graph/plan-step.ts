/**
 * In:     recorded calls (kernel-recorder.ts)
 * Out:    what a plan does for them, in order, to kernel-plan.ts
 * Thread: [worker], or whoever runs the engine
 */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type KernelCall, readBy } from './kernel-recorder.ts';
import { type BoundCall, bindKernel } from './kernel-table.ts';
import type { Instruction } from './kernels/program.ts';
import type { PlanMemory } from './plan-memory.ts';
import type { WasmBackend } from './wasm-backend.ts';

/** One call, or several that are done as one. */
export interface PlanStep {
  /** Tensors that it reads. */
  readonly reads: readonly TensorInfo[];
  /**
   * Binds it to places in memory: a call, or instructions for our kernels; undefined where nothing has to be done.
   * Throws an Error where a plan cannot do it.
   */
  bind(memory: PlanMemory, backend: WasmBackend): BoundCall | readonly Instruction[] | undefined;
}

/** A call as it was recorded, by the backend's kernel. */
export function recordedStep(call: KernelCall): PlanStep {
  return { reads: readBy(call), bind: (memory, backend) => bindKernel(call, memory, backend) };
}
