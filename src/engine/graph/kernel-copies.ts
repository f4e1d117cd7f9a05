/**
 * In:     recorded calls that only move values (kernel-table.ts)
 * Out:    the same moves over a plan's memory, as functions without arguments
 * Thread: [worker], or whoever runs the engine
 */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type PlanMemory, sizeOf } from './plan-memory.ts';

/** Rows up to this length are copied faster value by value. */
const SHORT_ROW = 48;

/** Tensors side by side along one axis. */
export function bindConcat(
  parts: readonly TensorInfo[],
  axis: number,
  output: TensorInfo,
  memory: PlanMemory,
): () => void {
  const rows = sizeOf(parts[0].shape.slice(0, axis));
  const widths = parts.map((part) => sizeOf(part.shape.slice(axis)));
  const from = parts.map((part) => memory.place(part).float);
  const to = memory.allocate(output).float;
  const stride = widths.reduce((sum, width) => sum + width, 0);
  return () => {
    const heap = memory.floats();
    let column = to;
    for (let p = 0; p < from.length; p++) {
      const width = widths[p];
      for (let row = 0; row < rows; row++) copyRow(heap, from[p] + row * width, column + row * stride, width);
      column += width;
    }
  };
}

/**
 * A part of a tensor. A row is what is contiguous in both tensors: the innermost axis that is cut, and everything
 * within it.
 */
export function bindSlice(x: TensorInfo, begin: readonly number[], output: TensorInfo, memory: PlanMemory): () => void {
  let inner = x.shape.length - 1;
  while (inner > 0 && x.shape[inner] === output.shape[inner]) inner--;
  const width = sizeOf(output.shape.slice(inner));
  const starts: number[] = [];
  const visit = (axis: number, at: number): void => {
    if (axis > inner) {
      starts.push(at);
      return;
    }
    const stride = sizeOf(x.shape.slice(axis + 1));
    const count = axis === inner ? 1 : output.shape[axis];
    for (let i = 0; i < count; i++) visit(axis + 1, at + (begin[axis] + i) * stride);
  };
  visit(0, memory.place(x).float);
  const to = memory.allocate(output).float;
  const from = Int32Array.from(starts);
  return () => {
    const heap = memory.floats();
    for (let row = 0; row < from.length; row++) copyRow(heap, from[row], to + row * width, width);
  };
}

function copyRow(heap: Float32Array, from: number, to: number, length: number): void {
  if (length > SHORT_ROW) heap.copyWithin(to, from, from + length);
  else for (let i = 0; i < length; i++) heap[to + i] = heap[from + i];
}
