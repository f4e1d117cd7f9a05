/**
 * In:     a graph (build-graph.ts) and what its manifest states of it
 * Out:    DenoiseError 'model-mismatch' where the two differ
 * Thread: [worker], or whoever runs the engine
 */
import type { GraphModel } from '@tensorflow/tfjs-converter';
import { type Tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import type { GraphContract } from '../manifest/model-head.ts';
import { batched, inputNames, outputNames } from './graph-contract.ts';
import { modelMismatch } from './model-mismatch.ts';

/** Every input and output that the manifest names must be there. `where` names the manifest in messages. */
export function proveNames(graph: GraphModel, contract: GraphContract, where: string): void {
  const bare = (infos: readonly { readonly name: string }[]): string[] =>
    infos.map(({ name }) => name.replace(/:0$/, ''));
  requireNames('inputs', inputNames(contract), bare(graph.inputs), where);
  requireNames('outputs', outputNames(contract), bare(graph.outputs), where);
}

/** Runs the graph once as it is, for `count` streams; every output must have the shape that the manifest states. */
export function proveShapes(graph: GraphModel, contract: GraphContract, count: number, where: string): void {
  const { input, output, states } = contract;
  const fields = ['graph.output.shape', ...states.map((_, s) => `graph.states[${s}].shape`)];
  const expected = [output.shape, ...states.map((state) => state.shape)];
  tidy(() => {
    const inputs = Object.fromEntries([
      [input.name, zeros(batched(input.shape, count))],
      ...states.map((state) => [state.input, zeros(batched(state.shape, count))]),
    ]);
    const results = [graph.execute(inputs, outputNames(contract))].flat() as Tensor[];
    results.forEach(({ shape }, i) => {
      if (String(shape) === String(batched(expected[i], count))) return;
      throw modelMismatch(
        `${where}: field "${fields[i]}": expected ${JSON.stringify(expected[i])}, ` +
          `found ${JSON.stringify(shape)} for ${count} stream(s).`,
      );
    });
  });
}

function requireNames(what: string, expected: readonly string[], found: readonly string[], where: string): void {
  for (const name of expected) {
    if (!found.includes(name)) {
      throw modelMismatch(
        `${where}: graph ${what}: expected "${name}", as the manifest states, found ${JSON.stringify(found)}.`,
      );
    }
  }
}
