/**
 * In:     a graph (build-graph.ts) and what its manifest states of it
 * Out:    DenoiseError 'model-mismatch' where the two differ
 * Thread: [worker], or whoever runs the engine
 */
import type { GraphModel } from '@tensorflow/tfjs-converter';
import { type Tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import { quoted, shortened } from '../../shared/quoted.ts';
import type { GraphContract } from '../manifest/model-head.ts';
import { batched, inputNames, outputNames } from './graph-contract.ts';
import { modelMismatch } from './model-mismatch.ts';

/** What a graph says about one of its inputs or outputs; an unknown size is −1, an unknown shape undefined or empty. */
interface TensorInfo {
  readonly name: string;
  readonly shape?: readonly number[] | undefined;
}

/**
 * Every input and output that the manifest names must be there, in the shape that it states as far as the graph tells
 * its own: before memory is taken for any. `where` names the manifest in messages.
 */
export function proveInterface(graph: GraphModel, contract: GraphContract, where: string): void {
  const { input, output, states } = contract;
  const stateShapes = states.map(({ shape }) => shape);
  proveTensors('inputs', inputNames(contract), [input.shape, ...stateShapes], graph.inputs, where);
  proveTensors('outputs', outputNames(contract), [output.shape, ...stateShapes], graph.outputs, where);
}

/** Every output of a run for `count` streams must have the shape that the manifest states. */
export function proveShapes(outputs: readonly Tensor[], contract: GraphContract, count: number, where: string): void {
  const { output, states } = contract;
  const fields = ['graph.output.shape', ...states.map((_, s) => `graph.states[${s}].shape`)];
  const expected = [output.shape, ...states.map((state) => state.shape)];
  outputs.forEach(({ shape }, i) => {
    if (String(shape) === String(batched(expected[i], count))) return;
    throw modelMismatch(
      `${shortened(where)}: field "${fields[i]}": expected ${quoted(expected[i])}, ` +
        `found ${quoted(shape)} for ${count} stream(s).`,
    );
  });
}

/** Runs the graph once as it is, for `count` streams: it must take as many, and give the shapes that it should. */
export function proveBatch(graph: GraphModel, contract: GraphContract, count: number, where: string): void {
  const { input, states } = contract;
  tidy(() => {
    const inputs = Object.fromEntries([
      [input.name, zeros(batched(input.shape, count))],
      ...states.map((state) => [state.input, zeros(batched(state.shape, count))]),
    ]);
    proveShapes([graph.execute(inputs, outputNames(contract))].flat() as Tensor[], contract, count, where);
  });
}

function proveTensors(
  what: string,
  names: readonly string[],
  shapes: readonly (readonly number[])[],
  found: readonly TensorInfo[],
  where: string,
): void {
  const infos = new Map(found.map((info) => [info.name.replace(/:0$/, ''), info]));
  names.forEach((name, i) => {
    const info = infos.get(name);
    const told = `${shortened(where)}: graph ${what}: expected ${quoted(name)}`;
    if (info === undefined) throw modelMismatch(`${told}, as the manifest states, found ${quoted([...infos.keys()])}.`);
    if (!agree(shapes[i], info.shape ?? []))
      throw modelMismatch(
        `${told} to be ${quoted(shapes[i])}, as the manifest states, found ${quoted(info.shape)} in the graph.`,
      );
  });
}

/** Whether a stated shape can be the one that a graph tells, as far as it does. */
function agree(stated: readonly number[], told: readonly number[]): boolean {
  if (told.length === 0) return true;
  return told.length === stated.length && told.every((size, i) => i === 0 || size < 0 || size === stated[i]);
}
