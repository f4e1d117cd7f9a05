import type { GraphModel } from '@tensorflow/tfjs-converter';
import { dispose, type NamedTensorMap, type Tensor, tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import type { Manifest } from '../manifest/manifest.ts';
import { KernelPlan } from './kernel-plan.ts';
import type { StreamState } from './model.ts';

/**
 * In:     features and memories of a fixed number of streams, from model.ts
 * Out:    their estimates; their memories one step on
 * Thread: [worker], or whoever runs the engine
 *
 * Two ways to run the same graph. {@link GraphExecutor} is the reference: GraphModel.execute and nothing else. {@link
 * PlanExecutor} calls the same kernels without the bookkeeping; base takes less than half the time that way.
 */
export interface Executor {
  /** Bytes held besides tensors. */
  readonly bytes: number;
  /** One step for the streams from `states[first]` on; `features` and `estimates` hold those of `states[0]` first. */
  step(states: readonly StreamState[], first: number, features: Float32Array, estimates: Float32Array): void;
  dispose(): void;
}

/** The fastest executor for batches of `streams` streams whose results are the reference's to the bit. */
export function makeExecutor(graph: GraphModel, manifest: Manifest, streams: number): Executor {
  const reference = new GraphExecutor(graph, manifest, streams);
  let planned: PlanExecutor | undefined;
  try {
    planned = new PlanExecutor(graph, manifest, streams);
    if (agree(reference, planned, manifest, streams)) return planned;
  } catch {
    // A kernel that plans do not know, or another version of the backend: the reference does the job.
  }
  planned?.dispose();
  return reference;
}

/** Through GraphModel, tensors in and out at every step. */
export class GraphExecutor implements Executor {
  readonly bytes = 0;
  private readonly outputNames: string[];

  constructor(
    private readonly graph: GraphModel,
    private readonly manifest: Manifest,
    private readonly streams: number,
  ) {
    this.outputNames = outputNames(manifest);
  }

  step(states: readonly StreamState[], first: number, features: Float32Array, estimates: Float32Array): void {
    const { streams } = this;
    const { input, output, states: contracts } = this.manifest.graph;
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
      contracts.forEach((contract, s) => {
        const stacked = new Float32Array(streams * elements(contract.shape));
        for (let i = 0; i < streams; i++) stacked.set(states[first + i].values[s], i * elements(contract.shape));
        inputs[contract.input] = tensor(stacked, batched(contract.shape, streams), 'float32');
      });
      const results = [this.graph.execute(inputs, this.outputNames)].flat() as Tensor[];
      estimates.set(results[0].dataSync<'float32'>(), first * outputSize);
      contracts.forEach((contract, s) => {
        const size = elements(contract.shape);
        const stacked = results[s + 1].dataSync<'float32'>();
        for (let i = 0; i < streams; i++) states[first + i].values[s].set(stacked.subarray(i * size, (i + 1) * size));
      });
    });
  }

  dispose(): void {}
}

/** Through a {@link KernelPlan}: allocates nothing, holds no tensors. */
export class PlanExecutor implements Executor {
  private readonly plan: KernelPlan;
  private readonly streams: number;
  private readonly inputSize: number;
  private readonly stateSizes: readonly number[];
  private readonly outputSize: number;
  private readonly input: Float32Array;
  private readonly output: Float32Array;

  /** Throws an Error where the graph cannot be planned. */
  constructor(graph: GraphModel, manifest: Manifest, streams: number) {
    const { input, output, states } = manifest.graph;
    this.streams = streams;
    this.inputSize = elements(input.shape);
    this.outputSize = elements(output.shape);
    this.stateSizes = states.map((state) => elements(state.shape));
    this.input = new Float32Array(this.inputSize);
    this.output = new Float32Array(this.outputSize);
    const inputs: NamedTensorMap = { [input.name]: zeros(batched(input.shape, streams)) };
    for (const state of states) inputs[state.input] = zeros(batched(state.shape, streams));
    try {
      this.plan = new KernelPlan(graph, inputs, outputNames(manifest));
    } finally {
      dispose(inputs);
    }
  }

  get bytes(): number {
    return this.plan.bytes;
  }

  step(states: readonly StreamState[], first: number, features: Float32Array, estimates: Float32Array): void {
    const { plan, streams, inputSize, outputSize, stateSizes, input, output } = this;
    for (let i = 0; i < streams; i++) {
      const from = (first + i) * inputSize;
      for (let k = 0; k < inputSize; k++) input[k] = features[from + k];
      plan.setInput(0, i * inputSize, input);
      for (let s = 0; s < stateSizes.length; s++) plan.setInput(s + 1, i * stateSizes[s], states[first + i].values[s]);
    }
    plan.run();
    for (let i = 0; i < streams; i++) {
      plan.getOutput(0, i * outputSize, output);
      estimates.set(output, (first + i) * outputSize);
      for (let s = 0; s < stateSizes.length; s++) plan.getOutput(s + 1, i * stateSizes[s], states[first + i].values[s]);
    }
  }

  dispose(): void {
    this.plan.dispose();
  }
}

/** Steps that both executors must agree on before the plan is trusted; the second one has a memory that is not zero. */
const PROOF_STEPS = 2;

/** Whether both give the same bits for the same input. */
function agree(reference: Executor, planned: Executor, manifest: Manifest, streams: number): boolean {
  const { input, output, states } = manifest.graph;
  const memory = () =>
    Array.from({ length: streams }, () => ({
      values: states.map((state) => new Float32Array(elements(state.shape))),
      stepsToCheck: 0,
    }));
  const [a, b] = [memory(), memory()];
  const features = new Float32Array(streams * elements(input.shape));
  const [x, y] = [
    new Float32Array(streams * elements(output.shape)),
    new Float32Array(streams * elements(output.shape)),
  ];
  for (let step = 0; step < PROOF_STEPS; step++) {
    // Neither periodic in the bins nor the same for two streams.
    for (let i = 0; i < features.length; i++) features[i] = Math.sin(i * 1.618 + step) * Math.sin(i * 0.017);
    reference.step(a, 0, features, x);
    planned.step(b, 0, features, y);
    if (!same(x, y)) return false;
  }
  return a.every((one, i) => one.values.every((values, s) => same(values, b[i].values[s])));
}

function same(a: Float32Array, b: Float32Array): boolean {
  return a.every((value, i) => Object.is(value, b[i]));
}

function outputNames(manifest: Manifest): string[] {
  return [manifest.graph.output.name, ...manifest.graph.states.map((state) => state.output)];
}

/** Elements of one stream: the product of all sizes but the batch. */
export function elements(shape: readonly number[]): number {
  return shape.slice(1).reduce((product, size) => product * size, 1);
}

/** A shape whose batch is `count` streams. */
export function batched(shape: readonly number[], count: number): number[] {
  return [count, ...shape.slice(1)];
}
