import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type KernelCall, readBy } from '../kernel-recorder.ts';
import { sizeOf } from '../plan-memory.ts';

const ALIASES: ReadonlySet<string> = new Set(['Reshape', 'Identity']);

/** Who writes and reads what in a recorded run. Tensors are told apart by their data: a reshaped one is the same. */
export class GraphUse {
  /** In order, without those that only give their input another shape. */
  readonly calls: readonly KernelCall[];
  readonly #writers = new Map<object, KernelCall>();
  readonly #readers = new Map<object, KernelCall[]>();
  readonly #inputs: ReadonlySet<object>;
  readonly #outputs: ReadonlySet<object>;

  constructor(recorded: readonly KernelCall[], inputs: readonly TensorInfo[], outputs: readonly TensorInfo[]) {
    this.#inputs = new Set(inputs.map(({ dataId }) => dataId));
    this.#outputs = new Set(outputs.map(({ dataId }) => dataId));
    this.calls = recorded.filter(
      ({ kernel, inputs: { x }, output }) => !(ALIASES.has(kernel) && x.dataId === output.dataId),
    );
    for (const call of this.calls) {
      this.#writers.set(call.output.dataId, call);
      for (const { dataId } of readBy(call)) {
        const readers = this.#readers.get(dataId);
        if (readers === undefined) this.#readers.set(dataId, [call]);
        else readers.push(call);
      }
    }
  }

  /** The call that made a tensor; undefined for inputs and weights. */
  writerOf({ dataId }: TensorInfo): KernelCall | undefined {
    return this.#writers.get(dataId);
  }

  /** The calls that read a tensor, one for each reading. */
  readersOf({ dataId }: TensorInfo): readonly KernelCall[] {
    return this.#readers.get(dataId) ?? [];
  }

  /** Whether nothing outside the graph sees a tensor. */
  isInner({ dataId }: TensorInfo): boolean {
    return this.#writers.has(dataId) && !this.#outputs.has(dataId);
  }

  /** Whether a tensor is the same at every run. */
  isWeight({ dataId }: TensorInfo): boolean {
    return !this.#writers.has(dataId) && !this.#inputs.has(dataId);
  }

  /** The call that made a tensor, if it is of that kernel and nobody reads it but one call. */
  onlyFor(reader: KernelCall, tensor: TensorInfo, kernel: string): KernelCall | undefined {
    const writer = this.writerOf(tensor);
    if (writer?.kernel !== kernel || !this.isInner(tensor)) return undefined;
    const readers = this.readersOf(tensor);
    return readers.length === 1 && readers[0] === reader ? writer : undefined;
  }
}

/** Whether all are floats, and as many of them as in the first. */
export function areAlike(first: TensorInfo, ...others: readonly TensorInfo[]): boolean {
  const size = sizeOf(first.shape);
  return [first, ...others].every(({ dtype, shape }) => dtype === 'float32' && sizeOf(shape) === size);
}
