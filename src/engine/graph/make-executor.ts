import type { GraphModel } from '@tensorflow/tfjs-converter';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { GraphContract } from '../manifest/model-head.ts';
import type { Executor } from './executor.ts';
import { elements } from './graph-contract.ts';
import { GraphExecutor, type GraphRun } from './graph-executor.ts';
import { type RecordedRun, recordKernels } from './kernel-recorder.ts';
import type { Kernels } from './kernels/load-kernels.ts';
import { PlanExecutor } from './plan-executor.ts';
import type { StreamMemory } from './stream-state.ts';

/**
 * The first executor for batches of `streams` streams that agrees with the reference: with `kernels`, fastest first, to
 * {@link TOLERANCE}; with the backend's kernels to the bit; or the reference itself. Plans are made of what the
 * reference does in its first step.
 * @param requireShapes called with the outputs of every run of the reference; what it throws is thrown
 */
export function makeExecutor(
  graph: GraphModel,
  contract: GraphContract,
  streams: number,
  kernels: readonly Kernels[] = [],
  requireShapes: (outputs: readonly Tensor[]) => void = () => {},
): Executor {
  const { expected, run } = referenceOf(graph, contract, streams, requireShapes);
  for (const own of run === undefined ? [] : [...kernels, undefined]) {
    let planned: PlanExecutor | undefined;
    try {
      planned = new PlanExecutor(run as RecordedRun, contract, streams, own);
      if (agree(expected, proof(planned, contract, streams), own === undefined ? 0 : TOLERANCE)) return planned;
    } catch {
      // A kernel that plans do not know, or another version of the backend: the next one does the job.
    }
    planned?.dispose();
  }
  return new GraphExecutor(graph, contract, streams);
}

/** What plans must agree with, and what they are made of: undefined where none can be. */
function referenceOf(
  graph: GraphModel,
  contract: GraphContract,
  streams: number,
  requireShapes: (outputs: readonly Tensor[]) => void,
): { expected: Float32Array[]; run: RecordedRun | undefined } {
  let first: GraphRun | undefined;
  let calls: RecordedRun['calls'] | undefined;
  const reference = new GraphExecutor(graph, contract, streams, (run) => {
    requireShapes(run.outputs);
    first ??= run;
  });
  const expected = proof(reference, contract, streams, (step) => {
    calls = recordKernels(step);
  });
  return { expected, run: calls && first && { calls, ...first } };
}

/** Steps that both executors must agree on before the plan is trusted; from the second on they start from a memory. */
const PROOF_STEPS = 3;

/** Most by which values may differ, of those above 1 as a share: sums in another order, rounded once less. */
const TOLERANCE = 1e-5;

/**
 * What an executor makes of always the same features: estimates of every step, and the memories after them.
 * @param takeFirst takes the first step
 */
function proof(
  executor: Executor,
  { input, output, states }: GraphContract,
  streams: number,
  takeFirst = (step: () => void): void => step(),
): Float32Array[] {
  const memories = Array.from(
    { length: streams },
    (): StreamMemory => ({ values: states.map((state) => new Float32Array(elements(state.shape))) }),
  );
  const features = new Float32Array(streams * elements(input.shape));
  const estimates = Array.from({ length: PROOF_STEPS }, (_, step) => {
    // Neither periodic in the bins nor the same for two streams.
    for (let i = 0; i < features.length; i++) features[i] = Math.sin(i * 1.618 + step) * Math.sin(i * 0.017);
    const estimate = new Float32Array(streams * elements(output.shape));
    const take = (): void => executor.step(memories, 0, features, estimate);
    if (step === 0) takeFirst(take);
    else take();
    return estimate;
  });
  return [...estimates, ...memories.flatMap(({ values }) => values)];
}

function agree(expected: readonly Float32Array[], found: readonly Float32Array[], tolerance: number): boolean {
  return expected.every((values, i) =>
    values.every((value, k) => {
      const other = found[i][k];
      if (tolerance === 0) return Object.is(value, other);
      return Math.abs(value - other) <= tolerance * Math.max(1, Math.abs(value)) || Object.is(value, other);
    }),
  );
}
