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
import { engine } from '@tensorflow/tfjs-core';
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
import { proveInterface, proveShapes } from './prove-graph.ts';
import { startBackend } from './start-backend.ts';
import { StreamState } from './stream-state.ts';

/**
 * Streams in one run of the graph; more are run in turn. Two cost 3 % less each than one alone with the kernels of
 * TensorFlow.js, the same with ours; four no less than two.
 * Both sizes are made at load: to plan a size when it first occurs would hold up live sound for a tenth of a second.
 */
const MOST_STREAMS = 2;

export interface ModelSettings {
  /** See start-backend.ts. */
  readonly wasmUrl?: string | URL | undefined;
  readonly signal?: AbortSignal | undefined;
}

export class Model {
  readonly #graph: GraphModel;
  readonly #contract: GraphContract;
  readonly #kernels: readonly Kernels[];
  readonly #stateSizes: readonly number[];
  /** One for each batch size that has occurred. */
  readonly #executors: (Executor | undefined)[] = [];
  #kernelName: KernelName = 'unknown';
  #disposed = false;

  private constructor(graph: GraphModel, contract: GraphContract, kernels: readonly Kernels[]) {
    this.#graph = graph;
    this.#kernels = kernels;
    this.#contract = contract;
    this.#stateSizes = contract.states.map((state) => elements(state.shape));
  }

  /**
   * Starts the wasm backend, unless it runs already, and builds the graph from files that are already verified.
   * Throws DenoiseError 'wasm' or 'model-mismatch', and the reason of the signal where that aborts.
   */
  static async load(files: ModelFiles, { wasmUrl, signal }: ModelSettings = {}): Promise<Model> {
    const { manifest } = files;
    const starting = startBackend(wasmUrl).then(loadKernels);
    const kernels = await (signal === undefined ? starting : unlessAborted(starting, signal));
    const model = new Model(buildGraph(files), manifest.graph, kernels);
    try {
      signal?.throwIfAborted();
      proveInterface(model.#graph, manifest.graph, files.manifestUrl);
      for (let count = 1; count <= MOST_STREAMS; count++) model.#warmUp(count, files.manifestUrl);
      model.#kernelName = model.#executorFor(1).kernels;
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
   * other, and `estimates` receives as many outputs. Allocates nothing of its own once a batch size has occurred.
   */
  step(states: readonly StreamState[], count: number, features: Float32Array, estimates: Float32Array): void {
    for (let first = 0; first < count; first += MOST_STREAMS) {
      const streams = Math.min(MOST_STREAMS, count - first);
      this.#executorFor(streams).step(states, first, features, estimates);
    }
    for (let i = 0; i < count; i++) states[i].afterStep();
  }

  /** Tensors of this thread, all models together, and the bytes of those and of this model's plans. */
  memory(): { tensors: number; bytes: number } {
    const { numTensors, numBytes } = engine().memory();
    return {
      tensors: numTensors,
      bytes: this.#executors.reduce((sum, executor) => sum + (executor?.bytes ?? 0), numBytes),
    };
  }

  /** Frees every tensor. Idempotent. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const executor of this.#executors) executor?.dispose();
    this.#executors.length = 0;
    this.#graph.dispose();
  }

  #executorFor(streams: number): Executor {
    this.#executors[streams] ??= makeExecutor(this.#graph, this.#contract, streams, this.#kernels);
    return this.#executors[streams];
  }

  /** Runs a batch of `count` streams: compiles what is compiled late, and proves the shapes before the first step. */
  #warmUp(count: number, where: string): void {
    const { input, output } = this.#contract;
    try {
      proveShapes(this.#graph, this.#contract, count, where);
      const states = Array.from({ length: count }, () => this.createState());
      const features = new Float32Array(count * elements(input.shape));
      this.step(states, count, features, new Float32Array(count * elements(output.shape)));
    } catch (cause) {
      if (cause instanceof DenoiseError) throw cause;
      const shape = JSON.stringify(input.shape);
      throw modelMismatch(
        `${shortened(where)}: expected the graph to take ${shape} for ${count} stream(s), got: ${reasonOf(cause)}`,
        cause,
      );
    }
  }
}
