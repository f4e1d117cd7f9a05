/**
 * In:     the left side of a product, as it was recorded
 * Out:    the rows that its kernel reads: where they lie before they are joined or turned
 * Thread: [worker], or whoever runs the engine
 */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelCall } from '../kernel-recorder.ts';
import { type PlanMemory, sizeOf } from '../plan-memory.ts';
import type { GraphUse } from './graph-use.ts';
import { type MatrixProduct, productOf } from './matrix-product.ts';
import type { Part } from './program.ts';

export interface Operand {
  readonly sources: readonly TensorInfo[];
  /** The same number of rows in each. */
  readonly batches: number;
  parts(batch: number, memory: PlanMemory): Part[];
}

/** What a product reads: the parts of a joined tensor, the rows of a turned one, or a tensor as it is. */
export function operandOf(product: MatrixProduct, use: GraphUse): Operand {
  const writer = use.writerOf(product.a);
  const spared = writer !== undefined && isSpared(writer, use) ? spare(writer, product) : undefined;
  return spared ?? rowsOf([product.a], product);
}

/** Whether a call only joins or turns what products read, so that it need not be done. */
export function isSpared(call: KernelCall, use: GraphUse): boolean {
  const { output } = call;
  if (!use.isInner(output)) return false;
  return use.readersOf(output).every((reader) => {
    const product = productOf(reader, use);
    return product !== undefined && product.a.dataId === output.dataId && spare(call, product) !== undefined;
  });
}

function spare(call: KernelCall, product: MatrixProduct): Operand | undefined {
  if (call.kernel === 'Concat') return joined(call, product);
  if (call.kernel === 'Transpose') return turned(call, product);
  return undefined;
}

/** Two tensors side by side in every row. */
function joined({ inputs, attributes }: KernelCall, product: MatrixProduct): Operand | undefined {
  const parts = Object.values(inputs);
  const isSideBySide = parts.every(({ shape }) => attributes.axis === shape.length - 1);
  const depth = parts.reduce((sum, { shape }) => sum + shape[shape.length - 1], 0);
  if (parts.length !== 2 || !isSideBySide || depth !== product.depth) return undefined;
  if (parts.some(({ shape }) => sizeOf(shape.slice(0, -1)) !== product.rows)) return undefined;
  return rowsOf(parts, product);
}

function rowsOf(sources: readonly TensorInfo[], { rows }: MatrixProduct): Operand {
  return {
    sources,
    batches: 1,
    parts: (_, memory) =>
      sources.map((source) => {
        const depth = sizeOf(source.shape) / rows;
        return { at: 4 * memory.place(source).float, rowBytes: 4 * depth, step: 4, depth };
      }),
  };
}

/** The last two axes changed, so that what are rows now were columns. */
function turned({ inputs: { x }, attributes }: KernelCall, product: MatrixProduct): Operand | undefined {
  const perm = attributes.perm as readonly number[];
  const last = x.shape.length - 1;
  const expected = [...x.shape.keys()].map((axis) => (axis < last - 1 ? axis : 2 * last - 1 - axis));
  if (last < 1 || String(perm) !== String(expected)) return undefined;
  const [depth, rows] = x.shape.slice(-2);
  const batches = sizeOf(x.shape.slice(0, -2));
  if (depth !== product.depth || batches * rows !== product.rows || rows === 1 || depth === 1) return undefined;
  return {
    sources: [x],
    batches,
    parts: (batch, memory) => [
      { at: 4 * (memory.place(x).float + batch * depth * rows), rowBytes: 4, step: 4 * rows, depth },
    ],
  };
}
