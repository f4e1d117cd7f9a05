/**
 * In:     features and memories of a fixed number of streams (model.ts)
 * Out:    their estimates, and their memories one step on
 * Thread: [worker], or whoever runs the engine
 */
import type { GraphModel } from '@tensorflow/tfjs-converter';
import { type NamedTensorMap, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import type { GraphContract } from '../manifest/model-head.ts';
import type { Executor } from './executor.ts';
import { batched, elements, outputNames } from './graph-contract.ts';
import type { StreamMemory } from './stream-state.ts';

/** What one run of a graph takes and gives, in the order of its contract. Freed right after it. */
export interface GraphRun {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

/** The reference: GraphModel.execute and nothing else. Tensors go in and come out at every step. */
export class GraphExecutor implements Executor {
  readonly kernels = 'graph';
  readonly bytes = 0;
  readonly #graph: GraphModel;
  readonly #contract: GraphContract;
  readonly #outputNames: string[];
  readonly #streams: number;
  readonly #watch: (run: GraphRun) => void;

  /** @param watch called in each run, before its outputs are read; what it throws ends the step */
  constructor(graph: GraphModel, contract: GraphContract, streams: number, watch: (run: GraphRun) => void = () => {}) {
    this.#graph = graph;
    this.#contract = contract;
    this.#outputNames = outputNames(contract);
    this.#streams = streams;
    this.#watch = watch;
  }

  step(memories: readonly StreamMemory[], first: number, features: Float32Array, estimates: Float32Array): void {
    const streams = this.#streams;
    const { input, output, states } = this.#contract;
    const inputSize = elements(input.shape);
    const outputSize = elements(output.shape);
    tidy(() => {
      const inputs: NamedTensorMap = {
        [input.name]: tensor(
          features.subarray(first * inputSize, (first + streams) * inputSize),
          batched(input.shape, streams),
          'float32',
        ),
      };
      states.forEach((state, s) => {
        const stacked = new Float32Array(streams * elements(state.shape));
        for (let i = 0; i < streams; i++) stacked.set(memories[first + i].values[s], i * elements(state.shape));
        inputs[state.input] = tensor(stacked, batched(state.shape, streams), 'float32');
      });
      const results = [this.#graph.execute(inputs, this.#outputNames)].flat() as Tensor[];
      this.#watch({ inputs: Object.values(inputs) as Tensor[], outputs: results });
      estimates.set(results[0].dataSync<'float32'>(), first * outputSize);
      states.forEach((state, s) => {
        const size = elements(state.shape);
        const stacked = results[s + 1].dataSync<'float32'>();
        for (let i = 0; i < streams; i++) memories[first + i].values[s].set(stacked.subarray(i * size, (i + 1) * size));
      });
    });
  }

  dispose(): void {}
}
