import type { GraphContract } from '../manifest/model-head.ts';

/** Names of the graph's inputs, the features first, then the states in order. */
export function inputNames({ input, states }: GraphContract): string[] {
  return [input.name, ...states.map((state) => state.input)];
}

/** Names of the graph's outputs, the estimate first, then the states in order. */
export function outputNames({ output, states }: GraphContract): string[] {
  return [output.name, ...states.map((state) => state.output)];
}

/** Elements of one stream: the product of all sizes but the batch. */
export function elements(shape: readonly number[]): number {
  return shape.slice(1).reduce((product, size) => product * size, 1);
}

/** A shape whose batch is `count` streams. */
export function batched(shape: readonly number[], count: number): number[] {
  return [count, ...shape.slice(1)];
}
