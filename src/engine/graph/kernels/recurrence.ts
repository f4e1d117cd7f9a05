import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelCall } from '../kernel-recorder.ts';
import { sizeOf } from '../plan-memory.ts';
import type { PlanStep } from '../plan-step.ts';
import { areAlike, type GraphUse } from './graph-use.ts';
import { blend } from './program.ts';

/** The step of a light recurrence, and the calls that it stands for, of which the last gives its result. */
export interface Recurrence {
  readonly step: PlanStep;
  readonly calls: readonly KernelCall[];
}

/** Finds c + gate · (memory − c) with c = candidate − shift, by the sum that ends it. */
export function recurrenceOf(sum: KernelCall, use: GraphUse): Recurrence | undefined {
  if (sum.kernel !== 'Add') return undefined;
  for (const [shifted, change] of bothWays(sum.inputs)) {
    const product = use.onlyFor(sum, change, 'Multiply');
    if (product === undefined) continue;
    for (const [gate, difference] of bothWays(product.inputs)) {
      const found = matched(sum, product, shifted, gate, difference, use);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function matched(
  sum: KernelCall,
  product: KernelCall,
  shifted: TensorInfo,
  gate: TensorInfo,
  difference: TensorInfo,
  use: GraphUse,
): Recurrence | undefined {
  const minus = use.onlyFor(product, difference, 'Sub');
  const shift = use.writerOf(shifted);
  if (minus === undefined || shift?.kernel !== 'Sub' || minus.inputs.b.dataId !== shifted.dataId) return undefined;
  const readers = use.readersOf(shifted);
  if (!use.isInner(shifted) || readers.length !== 2 || !readers.includes(minus) || !readers.includes(sum))
    return undefined;
  const { a: candidate, b: amount } = shift.inputs;
  const memory = minus.inputs.a;
  const { output } = sum;
  if (sizeOf(amount.shape) !== 1 || !use.isWeight(amount) || !areAlike(output, candidate, gate, memory))
    return undefined;
  return {
    calls: [shift, minus, product, sum],
    step: {
      reads: [candidate, gate, memory],
      bind: (places) => {
        const [c, g, m] = [candidate, gate, memory].map((tensor) => 4 * places.place(tensor).float);
        const [by] = places.valuesOf(amount);
        return [blend(c, g, m, by, 4 * places.allocate(output).float, sizeOf(output.shape))];
      },
    },
  };
}

function bothWays({ a, b }: KernelCall['inputs']): readonly (readonly [TensorInfo, TensorInfo])[] {
  return [
    [a, b],
    [b, a],
  ];
}
