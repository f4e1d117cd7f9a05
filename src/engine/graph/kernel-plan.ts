import type { GraphModel } from '@tensorflow/tfjs-converter';
import {
  backend,
  backend_util,
  getKernelsForBackend,
  type KernelFunc,
  type NamedTensorMap,
  type TensorInfo,
} from '@tensorflow/tfjs-core';

/**
 * In:     the kernels that one run of the graph calls, watched while it runs
 * Out:    the same calls over memory that is allocated once, to executor.ts
 * Thread: [worker], or whoever runs the engine
 *
 * GraphModel.execute spends more than half of a small graph's time on bookkeeping: looking up nodes, making and freeing
 * tensors, checking shapes that never change. A plan is what remains when all that is done once. It calls the very
 * functions that tfjs' own kernels call, with the same arguments, so its results are the same to the bit; executor.ts
 * checks that before it uses one, and goes on with GraphModel where anything is missing: what is used here of the
 * backend is not public API.
 */

/** The part of tfjs-backend-wasm 4 that a plan needs. */
interface WasmBackend {
  readonly wasm: {
    readonly HEAPU8: Uint8Array;
    _malloc(bytes: number): number;
    _free(pointer: number): void;
  } & Readonly<Record<string, ((...args: readonly number[]) => void) | undefined>>;
  readonly dataIdMap: { get(dataId: object): { readonly id: number; readonly memoryOffset: number } };
  makeOutput(shape: readonly number[], dtype: 'float32'): TensorInfo;
  disposeData(dataId: object, force?: boolean): boolean;
}

/** One call of a kernel as it was seen. */
interface Seen {
  readonly kernel: string;
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly output: TensorInfo;
}

/** Where a tensor lies: the backend's number for it, and its first float in the heap. */
interface Place {
  readonly id: number;
  readonly float: number;
  /**
   * Floats that a plan may give to another tensor when no call reads them any more; 0 where it may not: weights, inputs
   * and outputs.
   */
  readonly spare: number;
  /** Tensors of the recorded run that lie here and are still to be read. */
  readers: number;
}

/** The backend's numbers for activations that its fused kernels apply. */
const ACTIVATION: Readonly<Record<string, number>> = { linear: 0, relu: 1, relu6: 2, sigmoid: 5, elu: 6 };
const FLOAT32 = 0;

export class KernelPlan {
  private readonly backend: WasmBackend;
  private readonly calls: (() => void)[] = [];
  private readonly places = new Map<object, Place>();
  /** How often the calls that are not bound yet read each tensor. */
  private readonly reads = new Map<object, number>();
  /**
   * Memory of the plan that no later call reads, by its length: the next tensor of that length lies there, warm in the
   * cache.
   */
  private readonly free = new Map<number, Place[]>();
  private readonly owned: object[] = [];
  private readonly pointers: number[] = [];
  private readonly inputs: readonly Place[];
  /** With views of the pieces that are read, by their beginning; each is made once. */
  private readonly outputs: readonly { readonly place: Place; readonly views: Map<number, Float32Array> }[];
  private heap: Float32Array;
  /** Bytes on the wasm heap that belong to this plan. */
  bytes = 0;

  /**
   * Runs the graph once and records it.
   * @param inputs every input of the graph, in the order in which {@link input} counts them
   * @param outputNames in the order in which {@link output} counts them
   * Throws an Error where the graph uses a kernel that plans do not know, or the backend is not the one expected.
   */
  constructor(graph: GraphModel, inputs: NamedTensorMap, outputNames: readonly string[]) {
    this.backend = backend() as unknown as WasmBackend;
    this.heap = new Float32Array(this.backend.wasm.HEAPU8.buffer);
    const seen: Seen[] = [];
    const outputs = watchKernels(seen, () => [graph.execute(inputs, [...outputNames])].flat() as TensorInfo[]);
    try {
      for (const tensor of outputs) this.expectRead(tensor);
      for (const call of seen) for (const tensor of readBy(call)) this.expectRead(tensor);
      this.inputs = Object.values(inputs).map((tensor) => this.allocate(tensor, false));
      for (const call of seen) {
        this.bind(call);
        for (const tensor of readBy(call)) this.noteRead(tensor);
      }
      this.outputs = outputs.map((tensor) => ({ place: this.place(tensor), views: new Map() }));
      this.places.clear();
      this.reads.clear();
      this.free.clear();
    } catch (error) {
      this.dispose();
      throw error;
    } finally {
      for (const tensor of outputs) (tensor as unknown as { dispose(): void }).dispose();
    }
  }

  /** Writes `values` into the graph's `index`-th input, `start` floats from its beginning. Does not allocate. */
  setInput(index: number, start: number, values: Float32Array): void {
    this.floats().set(values, this.inputs[index].float + start);
  }

  /**
   * Copies from the graph's `index`-th output into all of `into`, `start` floats from its beginning. Does not allocate
   * once a piece has been asked for.
   */
  getOutput(index: number, start: number, into: Float32Array): void {
    const { place, views } = this.outputs[index];
    const { buffer } = this.floats();
    let view = views.get(start);
    if (view === undefined || view.length !== into.length || view.buffer !== buffer) {
      view = new Float32Array(buffer, 4 * (place.float + start), into.length);
      views.set(start, view);
    }
    // As a whole: a loop takes as long as a layer of a small graph.
    into.set(view);
  }

  /** Calls every kernel in order. */
  run(): void {
    for (let i = 0; i < this.calls.length; i++) this.calls[i]();
  }

  /** Frees everything that the plan allocated. */
  dispose(): void {
    for (const dataId of this.owned) this.backend.disposeData(dataId, true);
    for (const pointer of this.pointers) this.backend.wasm._free(pointer);
    this.owned.length = 0;
    this.pointers.length = 0;
    this.calls.length = 0;
  }

  /** The heap as floats. The buffer is another one after the heap has grown. */
  private floats(): Float32Array {
    const { buffer } = this.backend.wasm.HEAPU8;
    if (this.heap.buffer !== buffer) this.heap = new Float32Array(buffer);
    return this.heap;
  }

  /** Memory of the plan's own for what was a passing tensor in the recorded run. */
  private allocate(tensor: TensorInfo, mayBeSpared = true): Place {
    const floats = size(tensor.shape);
    const place = this.free.get(floats)?.pop() ?? this.makePlace(floats, mayBeSpared);
    this.put(tensor, place);
    return place;
  }

  private makePlace(floats: number, mayBeSpared: boolean): Place {
    const { dataId } = this.backend.makeOutput([floats], 'float32');
    this.owned.push(dataId);
    this.bytes += 4 * floats;
    const { id, memoryOffset } = this.backend.dataIdMap.get(dataId);
    return { id, float: memoryOffset >>> 2, spare: mayBeSpared ? floats : 0, readers: 0 };
  }

  /** Where a tensor lies: in the plan's own memory, or, for weights, in the graph's. */
  private place(tensor: TensorInfo): Place {
    const known = this.places.get(tensor.dataId);
    if (known !== undefined) return known;
    const { id, memoryOffset } = this.backend.dataIdMap.get(tensor.dataId);
    const place = { id, float: memoryOffset >>> 2, spare: 0, readers: 0 };
    this.put(tensor, place);
    return place;
  }

  private put(tensor: TensorInfo, place: Place): void {
    if (this.places.get(tensor.dataId) === place) return;
    this.places.set(tensor.dataId, place);
    place.readers += 1;
  }

  private expectRead({ dataId }: TensorInfo): void {
    this.reads.set(dataId, (this.reads.get(dataId) ?? 0) + 1);
  }

  /**
   * A call that reads the tensor is bound. After the last one its memory is free, unless another tensor shares it.
   * Outputs are read at the end.
   */
  private noteRead(tensor: TensorInfo): void {
    const left = (this.reads.get(tensor.dataId) as number) - 1;
    this.reads.set(tensor.dataId, left);
    if (left > 0) return;
    const place = this.place(tensor);
    place.readers -= 1;
    if (place.readers > 0 || place.spare === 0) return;
    const spares = this.free.get(place.spare);
    if (spares === undefined) this.free.set(place.spare, [place]);
    else spares.push(place);
  }

  /** Int32 numbers on the heap, for kernels that take shapes by pointer. */
  private numbers(values: readonly number[]): number {
    const pointer = this.backend.wasm._malloc(values.length * 4);
    this.pointers.push(pointer);
    new Int32Array(this.backend.wasm.HEAPU8.buffer, pointer, values.length).set(values);
    return pointer;
  }

  private call(name: string, ...args: readonly number[]): void {
    const kernel = this.backend.wasm[name];
    if (typeof kernel !== 'function') throw new Error(`Expected the backend to export ${name}.`);
    this.calls.push(() => kernel(...args));
  }

  private bind({ kernel, inputs, attributes, output }: Seen): void {
    switch (kernel) {
      case 'Reshape':
      case 'Identity':
        this.put(output, this.place(inputs.x));
        return;
      case 'Add':
      case 'Sub':
      case 'Multiply': {
        const { a, b } = inputs;
        this.call(`_${kernel}`, ...this.shaped(a), ...this.shaped(b), FLOAT32, this.allocate(output).id);
        return;
      }
      case 'Sigmoid':
        this.call('_Sigmoid', this.place(inputs.x).id, this.allocate(output).id);
        return;
      case 'Tanh':
      case 'Relu':
      case 'Elu':
      case 'Exp':
        this.call(`_${kernel}`, this.place(inputs.x).id, FLOAT32, this.allocate(output).id);
        return;
      case 'LeakyRelu':
        this.call('_LeakyRelu', this.place(inputs.x).id, FLOAT32, attributes.alpha as number, this.allocate(output).id);
        return;
      case '_FusedMatMul': {
        requireFalse(attributes, 'transposeA', 'transposeB');
        const bias = inputs.bias === undefined ? 0 : this.place(inputs.bias).id;
        this.call(
          '__FusedMatMul',
          ...this.shaped(inputs.a),
          ...this.shaped(inputs.b),
          0,
          0,
          activation(attributes),
          bias,
          0,
          0,
          this.allocate(output).id,
        );
        return;
      }
      case 'BatchMatMul':
        requireFalse(attributes, 'transposeA', 'transposeB');
        this.call(
          '_BatchMatMul',
          ...this.shaped(rank3(inputs.a)),
          ...this.shaped(rank3(inputs.b)),
          0,
          0,
          this.allocate(output).id,
        );
        return;
      case 'FusedConv2D':
        this.call('_FusedConv2D', ...this.convolution(inputs, attributes), this.allocate(output).id);
        return;
      case 'MaxPool':
        this.call('_MaxPool', ...this.pool(inputs.x, attributes), this.allocate(output).id);
        return;
      case 'ResizeNearestNeighbor':
        this.call('_ResizeNearestNeighbor', ...this.resize(inputs.images, attributes), this.allocate(output).id);
        return;
      case 'Transpose':
        this.transpose(inputs.x, attributes.perm as number[], output);
        return;
      case 'Slice':
        this.slice(inputs.x, attributes.begin as readonly number[], output);
        return;
      case 'Concat':
        this.concat(Object.values(inputs), attributes.axis as number, output);
        return;
      default:
        throw new Error(`Expected kernels that plans know, found ${kernel}.`);
    }
  }

  /** A tensor as kernels take it: number, pointer to the shape, rank. */
  private shaped(tensor: TensorInfo): readonly [number, number, number] {
    return [this.place(tensor).id, this.numbers(tensor.shape), tensor.shape.length];
  }

  private convolution({ x, filter, bias }: Seen['inputs'], attributes: Seen['attributes']): number[] {
    type Info = typeof backend_util.computeConv2DInfo;
    const info = backend_util.computeConv2DInfo(
      x.shape as Parameters<Info>[0],
      filter.shape as Parameters<Info>[1],
      attributes.strides as number,
      attributes.dilations as number,
      attributes.pad as 'same',
      attributes.dimRoundingMode as 'floor',
    );
    const { padInfo: pad } = info;
    return [
      ...[this.place(x).id, info.batchSize, info.inHeight, info.inWidth],
      ...[this.place(filter).id, info.filterHeight, info.filterWidth, bias === undefined ? 0 : this.place(bias).id],
      ...[pad.top, pad.right, pad.bottom, pad.left, pad.type === 'SAME' ? 1 : 0],
      ...[
        info.dilationHeight,
        info.dilationWidth,
        info.strideHeight,
        info.strideWidth,
        info.inChannels,
        info.outChannels,
      ],
      ...[activation(attributes), 0, 0],
    ];
  }

  private pool(x: TensorInfo, attributes: Seen['attributes']): number[] {
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
      ...[this.place(x).id, info.batchSize, info.inHeight, info.inWidth, info.filterHeight, info.filterWidth],
      ...[pad.top, pad.right, pad.bottom, pad.left, info.dilationHeight, info.dilationWidth],
      ...[info.strideHeight, info.strideWidth, info.inChannels, info.outChannels],
    ];
  }

  private resize(images: TensorInfo, attributes: Seen['attributes']): number[] {
    const [batch, height, width, channels] = images.shape;
    const [newHeight, newWidth] = attributes.size as [number, number];
    const { alignCorners, halfPixelCenters } = attributes;
    return [
      this.place(images).id,
      batch,
      height,
      width,
      channels,
      newHeight,
      newWidth,
      alignCorners ? 1 : 0,
      halfPixelCenters ? 1 : 0,
    ];
  }

  /** Axes of length one are left out, as tfjs does: its kernel is faster at lower ranks. */
  private transpose(x: TensorInfo, perm: readonly number[], output: TensorInfo): void {
    const axes = x.shape.flatMap((length, axis) => (length === 1 ? [] : [axis]));
    const order = perm.filter((axis) => x.shape[axis] !== 1).map((axis) => axes.indexOf(axis));
    if (order.every((axis, i) => axis === i)) {
      this.put(output, this.place(x));
      return;
    }
    const shape = this.numbers(axes.map((axis) => x.shape[axis]));
    this.call(
      '_Transpose',
      this.place(x).id,
      shape,
      axes.length,
      FLOAT32,
      this.allocate(output).id,
      this.numbers(order),
      order.length,
    );
  }

  /** tfjs has no kernel for this either: it copies in JavaScript. */
  private concat(parts: readonly TensorInfo[], axis: number, output: TensorInfo): void {
    const rows = size(parts[0].shape.slice(0, axis));
    const widths = parts.map((part) => size(part.shape.slice(axis)));
    const from = parts.map((part) => this.place(part).float);
    const to = this.allocate(output).float;
    const stride = widths.reduce((sum, width) => sum + width, 0);
    this.calls.push(() => {
      const heap = this.floats();
      let column = to;
      for (let p = 0; p < from.length; p++) {
        const width = widths[p];
        for (let row = 0; row < rows; row++) {
          copyWithin(heap, from[p] + row * width, column + row * stride, width);
        }
        column += width;
      }
    });
  }

  /** Nor for this. A row is what lies together in both tensors: the innermost axis that is cut, and all within it. */
  private slice(x: TensorInfo, begin: readonly number[], output: TensorInfo): void {
    let inner = x.shape.length - 1;
    while (inner > 0 && x.shape[inner] === output.shape[inner]) inner--;
    const width = size(output.shape.slice(inner));
    const starts: number[] = [];
    const visit = (axis: number, at: number): void => {
      if (axis > inner) {
        starts.push(at);
        return;
      }
      const stride = size(x.shape.slice(axis + 1));
      const count = axis === inner ? 1 : output.shape[axis];
      for (let i = 0; i < count; i++) visit(axis + 1, at + (begin[axis] + i) * stride);
    };
    const source = this.place(x).float;
    visit(0, source);
    const to = this.allocate(output).float;
    const from = Int32Array.from(starts);
    this.calls.push(() => {
      const heap = this.floats();
      for (let row = 0; row < from.length; row++) copyWithin(heap, from[row], to + row * width, width);
    });
  }
}

/** Runs `action` and notes every kernel that it calls. The registry is as before afterwards, whatever happens. */
function watchKernels<T>(seen: Seen[], action: () => T): T {
  const configs = getKernelsForBackend('wasm') as { kernelName: string; kernelFunc: KernelFunc }[];
  const originals = configs.map((config) => config.kernelFunc);
  configs.forEach((config, i) => {
    config.kernelFunc = (args) => {
      const output = originals[i](args);
      if (Array.isArray(output)) throw new Error(`Expected kernels with one output, found ${config.kernelName}.`);
      seen.push({
        kernel: config.kernelName,
        inputs: { ...(args.inputs as Seen['inputs']) },
        attributes: { ...args.attrs },
        output,
      });
      return output;
    };
  });
  try {
    return action();
  } finally {
    configs.forEach((config, i) => {
      config.kernelFunc = originals[i];
    });
  }
}

/** Rows up to this length are copied faster value by value. */
const SHORT_ROW = 48;

function copyWithin(heap: Float32Array, from: number, to: number, length: number): void {
  if (length > SHORT_ROW) heap.copyWithin(to, from, from + length);
  else for (let i = 0; i < length; i++) heap[to + i] = heap[from + i];
}

/** Kernels have inputs that may be left out, as a bias. */
function readBy({ inputs }: Seen): TensorInfo[] {
  return Object.values(inputs).filter((tensor) => tensor !== undefined);
}

function activation(attributes: Seen['attributes']): number {
  const number = ACTIVATION[String(attributes.activation)];
  if (number === undefined) throw new Error(`Expected an activation that plans know, found ${attributes.activation}.`);
  return number;
}

function requireFalse(attributes: Seen['attributes'], ...names: readonly string[]): void {
  for (const name of names) if (attributes[name]) throw new Error(`Expected ${name} to be false.`);
}

function rank3(tensor: TensorInfo): TensorInfo {
  const { shape } = tensor;
  return { ...tensor, shape: [size(shape.slice(0, -2)), ...shape.slice(-2)] };
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
