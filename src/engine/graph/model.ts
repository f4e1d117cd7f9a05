/**
 * In:     features of all streams that take a step, `[streams, …]` as the manifest states them, from their paths
 * Out:    the graph's estimates for them, back to the paths; memories stay here
 * Thread: [worker], or whoever runs the engine
 *
 * Loads what TensorFlow.js runs, and feeds it. A stream's memory is its own arrays, copied in and out at every step
 * (7 µs for base), so streams can join and leave a batch as they like. Tensors: the weights; everything else is freed
 * within its step.
 */
import type { GraphModel } from '@tensorflow/tfjs-converter';
import { engine, type Tensor } from '@tensorflow/tfjs-core';
import { DenoiseError } from '../../shared/errors.ts';
import type { KernelName } from '../../shared/kernel-names.ts';
import { shortened } from '../../shared/quoted.ts';
import { unlessAborted } from '../../shared/waiting/unless-aborted.ts';
import type { GraphContract } from '../manifest/model-head.ts';
import { buildGraph } from './build-graph.ts';
import type { Executor } from './executor.ts';
import { elements } from './graph-contract.ts';
import { type Kernels, loadKernels } from './kernels/load-kernels.ts';
import { makeExecutor } from './make-executor.ts';
import type { ModelFiles } from './model-files.ts';
import { modelMismatch, reasonOf } from './model-mismatch.ts';
import { proveBatch, proveInterface, proveShapes } from './prove-graph.ts';
import { startBackend } from './start-backend.ts';
import { StreamState } from './stream-state.ts';

/**
 * Streams in one run of the graph; more are run in turn. With the kernels of TensorFlow.js two cost 3 % less each than
 * one alone, four no less than two. With ours two cost the same, so there each is run alone.
 * All sizes are made at load: to plan one when it first occurs would hold up live sound for a tenth of a second.
 */
const MOST_STREAMS = 2;

export interface ModelSettings {
  /** From {@link startEngine}. */
  readonly starting?: Promise<readonly Kernels[]>;
  readonly signal?: AbortSignal | undefined;
}

/** Starts what models run on, unless it runs already: the backend (start-backend.ts), and our kernels on it. */
export function startEngine(wasmUrl?: string | URL): Promise<readonly Kernels[]> {
  return startBackend(wasmUrl).then(loadKernels);
}

export class Model {
  readonly #graph: GraphModel;
  readonly #contract: GraphContract;
  readonly #kernels: readonly Kernels[];
  readonly #stateSizes: readonly number[];
  /** One for one stream, one for two where that pays. */
  readonly #executors: Executor[] = [];
  #kernelName: KernelName = 'unknown';
  #disposed = false;

  private constructor(graph: GraphModel, contract: GraphContract, kernels: readonly Kernels[]) {
    this.#graph = graph;
    this.#kernels = kernels;
    this.#contract = contract;
    this.#stateSizes = contract.states.map((state) => elements(state.shape));
  }

  /**
   * Builds the graph from files that are already verified, on the backend that is starting. Throws DenoiseError 'wasm'
   * or 'model-mismatch', and the reason of the signal where that aborts.
   */
  static async load(files: ModelFiles, { starting = startEngine(), signal }: ModelSettings = {}): Promise<Model> {
    const { manifest } = files;
    const kernels = await (signal === undefined ? starting : unlessAborted(starting, signal));
    const model = new Model(buildGraph(files), manifest.graph, kernels);
    try {
      signal?.throwIfAborted();
      proveInterface(model.#graph, manifest.graph, files.manifestUrl);
      model.#makeExecutors(files.manifestUrl);
    } catch (error) {
      model.dispose();
      throw error;
    }
    return model;
  }

  /** What the graph runs on. */
  get kernels(): KernelName {
    return this.#kernelName;
  }

  /** Memory for a new stream: zeros. */
  createState(): StreamState {
    return new StreamState(this.#stateSizes);
  }

  /**
   * One step for each of the first `count` states: `features` holds one input of the graph for each, one after the
   * other, and `estimates` receives as many outputs. Allocates nothing of its own.
   */
  step(states: readonly StreamState[], count: number, features: Float32Array, estimates: Float32Array): void {
    const executors = this.#executors;
    for (let first = 0; first < count; first += executors.length) {
      const streams = Math.min(executors.length, count - first);
      executors[streams - 1].step(states, first, features, estimates);
    }
    for (let i = 0; i < count; i++) states[i].afterStep();
  }

  /** Tensors of this thread, all models together, and the bytes of those and of this model's plans. */
  memory(): { tensors: number; bytes: number } {
    const { numTensors, numBytes } = engine().memory();
    return {
      tensors: numTensors,
      bytes: this.#executors.reduce((sum, executor) => sum + executor.bytes, numBytes),
    };
  }

  /** Frees every tensor. Idempotent. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const executor of this.#executors) executor.dispose();
    this.#executors.length = 0;
    this.#graph.dispose();
  }

  /** Whatever runs later, the graph must take as many streams as the manifest says that it does: any number. */
  #makeExecutors(where: string): void {
    this.#makeExecutor(1, where);
    this.#kernelName = this.#executors[0].kernels;
    const isOurs = this.#kernelName !== 'tensorflow' && this.#kernelName !== 'graph';
    for (let count = 2; count <= MOST_STREAMS; count++) {
      if (isOurs) this.#naming(count, where, () => proveBatch(this.#graph, this.#contract, count, where));
      else this.#makeExecutor(count, where);
    }
  }

  #makeExecutor(count: number, where: string): void {
    this.#naming(count, where, () => {
      const requireShapes = (outputs: readonly Tensor[]): void => proveShapes(outputs, this.#contract, count, where);
      this.#executors.push(makeExecutor(this.#graph, this.#contract, count, this.#kernels, requireShapes));
    });
  }

  /** Says of what `action` throws which batch of streams it was. */
  #naming(count: number, where: string, action: () => void): void {
    try {
      action();
    } catch (cause) {
      if (cause instanceof DenoiseError) throw cause;
      const shape = JSON.stringify(this.#contract.input.shape);
      throw modelMismatch(
        `${shortened(where)}: expected the graph to take ${shape} for ${count} stream(s), got: ${reasonOf(cause)}`,
        cause,
      );
    }
  }
}
