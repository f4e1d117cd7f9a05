import type { GraphModel } from '@tensorflow/tfjs-converter';
import { elements } from '../../src/engine/graph/graph-contract.ts';
import { GraphExecutor, type GraphRun } from '../../src/engine/graph/graph-executor.ts';
import { type RecordedRun, recordKernels } from '../../src/engine/graph/kernel-recorder.ts';
import type { GraphContract } from '../../src/engine/manifest/model-head.ts';

/** What a graph does in a step of `streams` streams: what a plan is made of. */
export function recordedRun(graph: GraphModel, contract: GraphContract, streams: number): RecordedRun {
  const { input, output, states } = contract;
  let run: GraphRun | undefined;
  const reference = new GraphExecutor(graph, contract, streams, (seen) => {
    run = seen;
  });
  const memories = Array.from({ length: streams }, () => ({
    values: states.map((state) => new Float32Array(elements(state.shape))),
  }));
  const [features, estimates] = [input, output].map(({ shape }) => new Float32Array(streams * elements(shape)));
  const calls = recordKernels(() => reference.step(memories, 0, features, estimates));
  if (calls === undefined || run === undefined) throw new Error('Expected a graph that can be planned.');
  return { calls, ...run };
}
