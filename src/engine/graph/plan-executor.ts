/**
 * In:     features and memories of a fixed number of streams (model.ts)
 * Out:    their estimates, and their memories one step on
 * Thread: [worker], or whoever runs the engine
 */
import type { KernelName } from '../../shared/kernel-names.ts';
import type { GraphContract } from '../manifest/model-head.ts';
import type { Executor } from './executor.ts';
import { elements } from './graph-contract.ts';
import { KernelPlan } from './kernel-plan.ts';
import type { RecordedRun } from './kernel-recorder.ts';
import type { Kernels } from './kernels/load-kernels.ts';
import type { StreamMemory } from './stream-state.ts';

/**
 * Calls the kernels of the graph without tfjs' bookkeeping, through a {@link KernelPlan}: allocates nothing and holds
 * no tensors. base takes less than half the time of the reference.
 */
export class PlanExecutor implements Executor {
  readonly kernels: KernelName;
  readonly #plan: KernelPlan;
  readonly #streams: number;
  readonly #inputSize: number;
  readonly #stateSizes: readonly number[];
  readonly #outputSize: number;
  readonly #input: Float32Array;
  readonly #output: Float32Array;

  /**
   * @param run the graph's, for as many streams
   * @param kernels of our own; without them the backend's
   * Throws an Error where the graph cannot be planned.
   */
  constructor(run: RecordedRun, contract: GraphContract, streams: number, kernels?: Kernels) {
    this.kernels = kernels?.build ?? 'tensorflow';
    const { input, output, states } = contract;
    this.#streams = streams;
    this.#inputSize = elements(input.shape);
    this.#outputSize = elements(output.shape);
    this.#stateSizes = states.map((state) => elements(state.shape));
    this.#input = new Float32Array(this.#inputSize);
    this.#output = new Float32Array(this.#outputSize);
    this.#plan = new KernelPlan(run, kernels);
  }

  get bytes(): number {
    return this.#plan.bytes;
  }

  step(memories: readonly StreamMemory[], first: number, features: Float32Array, estimates: Float32Array): void {
    const plan = this.#plan;
    const streams = this.#streams;
    const inputSize = this.#inputSize;
    const outputSize = this.#outputSize;
    const stateSizes = this.#stateSizes;
    const input = this.#input;
    const output = this.#output;
    for (let i = 0; i < streams; i++) {
      const { values } = memories[first + i];
      const from = (first + i) * inputSize;
      for (let k = 0; k < inputSize; k++) input[k] = features[from + k];
      plan.setInput(0, i * inputSize, input);
      for (let s = 0; s < stateSizes.length; s++) plan.setInput(s + 1, i * stateSizes[s], values[s]);
    }
    plan.run();
    for (let i = 0; i < streams; i++) {
      const { values } = memories[first + i];
      plan.getOutput(0, i * outputSize, output);
      estimates.set(output, (first + i) * outputSize);
      for (let s = 0; s < stateSizes.length; s++) plan.getOutput(s + 1, i * stateSizes[s], values[s]);
    }
  }

  dispose(): void {
    this.#plan.dispose();
  }
}
