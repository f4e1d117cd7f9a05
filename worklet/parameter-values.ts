import type { ParameterName } from '../src/shared/parameters.ts';

/** Values of one AudioParam over a quantum: one for all of it, or one for each sample. */
export type Values = ArrayLike<number>;

/** Values of every parameter over a quantum, as the processor is given them. */
export type ParameterValues = Readonly<Record<ParameterName, Values>>;

/** Value for sample `i` of the quantum. Does not allocate. [audio] */
export function valueAt(values: Values, i: number): number {
  return values.length > 1 ? values[i] : values[0];
}
