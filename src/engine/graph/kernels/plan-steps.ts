/**
 * In:     recorded calls (kernel-recorder.ts)
 * Out:    the steps of a plan that our kernels take part in, to kernel-plan.ts: by the pattern of the calls, so that
 *         every graph gets what it can use, and the backend's kernels for the rest
 * Thread: [worker], or whoever runs the engine
 */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelCall } from '../kernel-recorder.ts';
import { sizeOf } from '../plan-memory.ts';
import { type PlanStep, recordedStep } from '../plan-step.ts';
import { areAlike, GraphUse } from './graph-use.ts';
import { isSpared } from './operand.ts';
import { convolutionStep, productStep } from './product-steps.ts';
import { add, isUnary, unary } from './program.ts';
import { type Recurrence, recurrenceOf } from './recurrence.ts';

/** The steps for a run, of whose tensors `inputs` come from outside and `outputs` are what is wanted. */
export function planSteps(
  recorded: readonly KernelCall[],
  inputs: readonly TensorInfo[],
  outputs: readonly TensorInfo[],
): PlanStep[] {
  const use = new GraphUse(recorded, inputs, outputs);
  const recurrences = new Map<KernelCall, Recurrence>();
  const done = new Set<KernelCall>();
  for (const call of use.calls) {
    const recurrence = recurrenceOf(call, use);
    if (recurrence === undefined) continue;
    recurrences.set(call, recurrence);
    for (const part of recurrence.calls) done.add(part);
  }
  return use.calls.flatMap((call) => {
    const recurrence = recurrences.get(call);
    if (recurrence !== undefined) return [recurrence.step];
    if (done.has(call) || isSpared(call, use)) return [];
    return [productStep(call, use) ?? convolutionStep(call, use) ?? elementwiseStep(call) ?? recordedStep(call)];
  });
}

function elementwiseStep({ kernel, inputs, output }: KernelCall): PlanStep | undefined {
  const name = kernel.toLowerCase();
  const floats = sizeOf(output.shape);
  if (isUnary(name) && areAlike(output, inputs.x)) {
    const { x } = inputs;
    return {
      reads: [x],
      bind: (memory) => [unary(name, 4 * memory.place(x).float, 4 * memory.allocate(output).float, floats)],
    };
  }
  const { a, b } = inputs;
  if (kernel !== 'Add' || !areAlike(output, a, b)) return undefined;
  return {
    reads: [a, b],
    bind: (memory) => {
      const [from, and] = [a, b].map((tensor) => 4 * memory.place(tensor).float);
      return [add(from, and, 4 * memory.allocate(output).float, floats)];
    },
  };
}
