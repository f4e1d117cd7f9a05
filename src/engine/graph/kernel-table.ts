/**
 * In:     one recorded call (kernel-recorder.ts)
 * Out:    the same call over a plan's memory, as a function without arguments, to kernel-plan.ts
 * Thread: [worker], or whoever runs the engine
 *
 * Each entry calls the function that tfjs' own kernel of that name calls, with the same arguments, so that results are
 * the same to the bit. Slice and Concat have no such function: tfjs copies in JavaScript, and so do plans
 * (kernel-copies.ts).
 */
import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import { bindConcat, bindSlice } from './kernel-copies.ts';
import type { KernelCall } from './kernel-recorder.ts';
import { type PlanMemory, sizeOf } from './plan-memory.ts';
import type { WasmBackend } from './wasm-backend.ts';

/** Runs one kernel. Does not allocate. */
export type BoundCall = () => void;

/** Binds a call to places in memory; undefined where the output simply lies where the input does. */
type Bind = (call: KernelCall, memory: PlanMemory, backend: WasmBackend) => BoundCall | undefined;

const FLOAT32 = 0;
/** The backend's numbers for the activations that its fused kernels apply. */
const ACTIVATION: Readonly<Record<string, number>> = { linear: 0, relu: 1, relu6: 2, sigmoid: 5, elu: 6 };

const KERNELS: Readonly<Record<string, Bind>> = {
  Reshape: alias,
  Identity: alias,
  Add: binary,
  Sub: binary,
  Multiply: binary,
  Sigmoid: ({ inputs, output }, memory, backend) =>
    bound(backend, '_Sigmoid', memory.place(inputs.x).id, memory.allocate(output).id),
  Tanh: unary,
  Relu: unary,
  Elu: unary,
  Exp: unary,
  LeakyRelu: ({ inputs, attributes, output }, memory, backend) => {
    const x = memory.place(inputs.x).id;
    return bound(backend, '_LeakyRelu', x, FLOAT32, attributes.alpha as number, memory.allocate(output).id);
  },
  _FusedMatMul: ({ inputs, attributes, output }, memory, backend) => {
    requireFalse(attributes, 'transposeA', 'transposeB');
    const bias = inputs.bias === undefined ? 0 : memory.place(inputs.bias).id;
    const [a, b] = [shaped(inputs.a, memory), shaped(inputs.b, memory)];
    const rest = [activation(attributes), bias, 0, 0, memory.allocate(output).id];
    return bound(backend, '__FusedMatMul', ...a, ...b, 0, 0, ...rest);
  },
  BatchMatMul: ({ inputs, attributes, output }, memory, backend) => {
    requireFalse(attributes, 'transposeA', 'transposeB');
    const [a, b] = [shaped(rank3(inputs.a), memory), shaped(rank3(inputs.b), memory)];
    return bound(backend, '_BatchMatMul', ...a, ...b, 0, 0, memory.allocate(output).id);
  },
  FusedConv2D: (call, memory, backend) =>
    bound(backend, '_FusedConv2D', ...convolution(call, memory), memory.allocate(call.output).id),
  MaxPool: (call, memory, backend) =>
    bound(backend, '_MaxPool', ...pool(call, memory), memory.allocate(call.output).id),
  ResizeNearestNeighbor: (call, memory, backend) =>
    bound(backend, '_ResizeNearestNeighbor', ...resize(call, memory), memory.allocate(call.output).id),
  Transpose: transpose,
  Slice: ({ inputs, attributes, output }, memory) =>
    bindSlice(inputs.x, attributes.begin as readonly number[], output, memory),
  Concat: ({ inputs, attributes, output }, memory) =>
    bindConcat(Object.values(inputs), attributes.axis as number, output, memory),
};

/**
 * Binds a recorded call; undefined where nothing has to be done. Throws an Error where plans do not know the kernel, or
 * the backend lacks its function.
 */
export function bindKernel(call: KernelCall, memory: PlanMemory, backend: WasmBackend): BoundCall | undefined {
  if (!Object.hasOwn(KERNELS, call.kernel)) throw new Error(`Expected kernels that plans know, found ${call.kernel}.`);
  return KERNELS[call.kernel](call, memory, backend);
}

function bound(backend: WasmBackend, name: string, ...args: readonly number[]): BoundCall {
  const kernel = backend.wasm[name];
  if (typeof kernel !== 'function') throw new Error(`Expected the backend to export ${name}.`);
  return () => kernel(...args);
}

function alias({ inputs, output }: KernelCall, memory: PlanMemory): undefined {
  memory.share(output, memory.place(inputs.x));
}

function unary({ kernel, inputs, output }: KernelCall, memory: PlanMemory, backend: WasmBackend): BoundCall {
  return bound(backend, `_${kernel}`, memory.place(inputs.x).id, FLOAT32, memory.allocate(output).id);
}

function binary({ kernel, inputs, output }: KernelCall, memory: PlanMemory, backend: WasmBackend): BoundCall {
  const [a, b] = [shaped(inputs.a, memory), shaped(inputs.b, memory)];
  return bound(backend, `_${kernel}`, ...a, ...b, FLOAT32, memory.allocate(output).id);
}

/** A tensor as kernels take it: number, pointer to the shape, rank. */
function shaped(tensor: TensorInfo, memory: PlanMemory): readonly [number, number, number] {
  return [memory.place(tensor).id, memory.numbers(tensor.shape), tensor.shape.length];
}

function convolution({ inputs: { x, filter, bias }, attributes }: KernelCall, memory: PlanMemory): number[] {
  type Info = typeof backend_util.computeConv2DInfo;
  const info = backend_util.computeConv2DInfo(
    x.shape as Parameters<Info>[0],
    filter.shape as Parameters<Info>[1],
    attributes.strides as number,
    attributes.dilations as number,
    attributes.pad as 'same',
    attributes.dimRoundingMode as 'floor',
  );
  const { padInfo: pad, filterHeight, filterWidth } = info;
  return [
    ...[memory.place(x).id, info.batchSize, info.inHeight, info.inWidth],
    ...[memory.place(filter).id, filterHeight, filterWidth, bias === undefined ? 0 : memory.place(bias).id],
    ...[pad.top, pad.right, pad.bottom, pad.left, pad.type === 'SAME' ? 1 : 0],
    ...[info.dilationHeight, info.dilationWidth, info.strideHeight, info.strideWidth],
    ...[info.inChannels, info.outChannels, activation(attributes), 0, 0],
  ];
}

function pool({ inputs: { x }, attributes }: KernelCall, memory: PlanMemory): number[] {
  type Info = typeof backend_util.computePool2DInfo;
  const info = backend_util.computePool2DInfo(
    x.shape as Parameters<Info>[0],
    attributes.filterSize as number,
    attributes.strides as number,
    1,
    attributes.pad as 'same',
    attributes.dimRoundingMode as 'floor',
  );
  const { padInfo: pad } = info;
  return [
    ...[memory.place(x).id, info.batchSize, info.inHeight, info.inWidth, info.filterHeight, info.filterWidth],
    ...[pad.top, pad.right, pad.bottom, pad.left, info.dilationHeight, info.dilationWidth],
    ...[info.strideHeight, info.strideWidth, info.inChannels, info.outChannels],
  ];
}

function resize({ inputs: { images }, attributes }: KernelCall, memory: PlanMemory): number[] {
  const [batch, height, width, channels] = images.shape;
  const [newHeight, newWidth] = attributes.size as [number, number];
  const [alignCorners, halfPixelCenters] = [attributes.alignCorners ? 1 : 0, attributes.halfPixelCenters ? 1 : 0];
  const { id } = memory.place(images);
  return [id, batch, height, width, channels, newHeight, newWidth, alignCorners, halfPixelCenters];
}

/** Axes of length one are left out, as tfjs does: its kernel is faster at lower ranks. */
function transpose(
  { inputs: { x }, attributes, output }: KernelCall,
  memory: PlanMemory,
  backend: WasmBackend,
): BoundCall | undefined {
  const perm = attributes.perm as readonly number[];
  const axes = x.shape.flatMap((length, axis) => (length === 1 ? [] : [axis]));
  const order = perm.filter((axis) => x.shape[axis] !== 1).map((axis) => axes.indexOf(axis));
  if (order.every((axis, i) => axis === i)) {
    memory.share(output, memory.place(x));
    return undefined;
  }
  const shape = memory.numbers(axes.map((axis) => x.shape[axis]));
  const [from, to] = [memory.place(x).id, memory.allocate(output).id];
  return bound(backend, '_Transpose', from, shape, axes.length, FLOAT32, to, memory.numbers(order), order.length);
}

function activation(attributes: KernelCall['attributes']): number {
  const number = ACTIVATION[String(attributes.activation)];
  if (number === undefined) throw new Error(`Expected an activation that plans know, found ${attributes.activation}.`);
  return number;
}

function requireFalse(attributes: KernelCall['attributes'], ...names: readonly string[]): void {
  for (const name of names) if (attributes[name]) throw new Error(`Expected ${name} to be false.`);
}

function rank3(tensor: TensorInfo): TensorInfo {
  const { shape } = tensor;
  return { ...tensor, shape: [sizeOf(shape.slice(0, -2)), ...shape.slice(-2)] };
}
