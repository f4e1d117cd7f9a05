/**
 * Instructions for the kernels of `kernels/program.ts`, as the words of their 64 bytes. Addresses and strides are in
 * bytes.
 */
/** Words of one instruction; those that are missing at its end are 0. */
export type Instruction = readonly number[];

export const INSTRUCTION_WORDS = 16;

/** Rows of a matrix on the left: where, bytes to the next row, bytes to the next value of a row, values in a row. */
export interface Part {
  readonly at: number;
  readonly rowBytes: number;
  readonly step: number;
  readonly depth: number;
}

/** What is multiplied: columns of weights in panels (panels.ts), and a bias for each. */
export interface Factor {
  readonly columns: number;
  readonly panels: number;
  readonly panelBytes: number;
  readonly bias: number;
}

/** `rows` rows of `columns` values each, one after the other: part · factor + its bias. */
export function product(rows: number, part: Part, factor: Factor, out: number): Instruction {
  return productOnto(factor.bias, 0, rows, part, factor, out);
}

/** The same, but onto what another product has left in the place of the bias. Nothing may lie where another does. */
export function furtherProduct(start: number, rows: number, part: Part, factor: Factor, out: number): Instruction {
  return productOnto(start, 4 * factor.columns, rows, part, factor, out);
}

function productOnto(
  start: number,
  startRowBytes: number,
  rows: number,
  { at, rowBytes, step, depth }: Part,
  { columns, panels, panelBytes }: Factor,
  out: number,
): Instruction {
  return [0, rows, columns, panels, panelBytes, start, startRowBytes, out, 4 * columns, at, rowBytes, step, depth];
}

const UNARY = { relu: 1, sigmoid: 2, tanh: 3 };

export type Unary = keyof typeof UNARY;

export function isUnary(name: string): name is Unary {
  return Object.hasOwn(UNARY, name);
}

/** One value from each, `floats` of them; `to` may be `from`. */
export function unary(name: Unary, from: number, to: number, floats: number): Instruction {
  return [UNARY[name], from, to, 4 * floats];
}

export function add(a: number, b: number, to: number, floats: number): Instruction {
  return [4, a, b, to, 4 * floats];
}

/** With c = candidate − shift: c + gate · (memory − c). */
export function blend(
  candidate: number,
  gate: number,
  memory: number,
  shift: number,
  to: number,
  floats: number,
): Instruction {
  const [shiftBits] = new Int32Array(Float32Array.of(shift).buffer);
  return [5, candidate, gate, memory, to, 4 * floats, shiftBits];
}

/** What stands around a network in one hop; what their words are: kernels/transform.ts and hop.ts. */
export const OPERATION = { pass: 6, weigh: 7, spectrum: 8, features: 9, masked: 10, pairs: 11, overlapped: 12 };

/** A program as it lies in memory. */
export function encoded(instructions: readonly Instruction[]): number[] {
  return instructions.flatMap((words) => [...words, ...Array(INSTRUCTION_WORDS - words.length).fill(0)]);
}
