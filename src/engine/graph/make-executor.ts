import type { GraphModel } from '@tensorflow/tfjs-converter';
import type { GraphContract } from '../manifest/model-head.ts';
import type { Executor } from './executor.ts';
import { elements } from './graph-contract.ts';
import { GraphExecutor } from './graph-executor.ts';
import { PlanExecutor } from './plan-executor.ts';
import type { StreamMemory } from './stream-state.ts';

/** The fastest executor for batches of `streams` streams whose results are the reference's to the bit. */
export function makeExecutor(graph: GraphModel, contract: GraphContract, streams: number): Executor {
  const reference = new GraphExecutor(graph, contract, streams);
  let planned: PlanExecutor | undefined;
  try {
    planned = new PlanExecutor(graph, contract, streams);
    if (agree(reference, planned, contract, streams)) return planned;
  } catch {
    // A kernel that plans do not know, or another version of the backend: the reference does the job.
  }
  planned?.dispose();
  return reference;
}

/** Steps that both executors must agree on before the plan is trusted; the second one starts from a real memory. */
const PROOF_STEPS = 2;

/** Whether both give the same bits for the same input. */
function agree(reference: Executor, planned: Executor, contract: GraphContract, streams: number): boolean {
  const { input, output, states } = contract;
  const freshMemories = (): StreamMemory[] =>
    Array.from({ length: streams }, () => ({ values: states.map((state) => new Float32Array(elements(state.shape))) }));
  const [a, b] = [freshMemories(), freshMemories()];
  const features = new Float32Array(streams * elements(input.shape));
  const outputSize = streams * elements(output.shape);
  const [x, y] = [new Float32Array(outputSize), new Float32Array(outputSize)];
  for (let step = 0; step < PROOF_STEPS; step++) {
    // Neither periodic in the bins nor the same for two streams.
    for (let i = 0; i < features.length; i++) features[i] = Math.sin(i * 1.618 + step) * Math.sin(i * 0.017);
    reference.step(a, 0, features, x);
    planned.step(b, 0, features, y);
    if (!same(x, y)) return false;
  }
  return a.every(({ values }, i) => values.every((state, s) => same(state, b[i].values[s])));
}

function same(a: Float32Array, b: Float32Array): boolean {
  return a.every((value, i) => Object.is(value, b[i]));
}
