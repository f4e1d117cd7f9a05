/**
 * In:     the tensors of a recorded run, in the order in which its calls make and read them (kernel-plan.ts)
 * Out:    a place on the wasm heap for each, reused as soon as nothing reads it any more, to kernel-table.ts
 * Thread: [worker], or whoever runs the engine
 */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmBackend } from './wasm-backend.ts';

/** Where a tensor lies: the backend's number for it, and its first float in the heap. */
export interface Place {
  readonly id: number;
  readonly float: number;
  /** Floats that another tensor may have once no call reads them; 0 where none may: weights, inputs and outputs. */
  readonly spare: number;
  /** Tensors of the recorded run that lie here and are still to be read. */
  readers: number;
}

const VECTOR_BYTES = 16;

/** The memory of one plan. Everything is allocated while the plan is made; afterwards it only lends out the heap. */
export class PlanMemory {
  /** Bytes on the wasm heap that belong to this plan. */
  bytes = 0;
  readonly #backend: WasmBackend;
  readonly #places = new Map<object, Place>();
  /** How often the calls that are not bound yet read each tensor. */
  readonly #reads = new Map<object, number>();
  /** Places that no later call reads, by length: the next tensor of that length lies there, warm in the cache. */
  readonly #free = new Map<number, Place[]>();
  readonly #scratch = new Map<number, number>();
  readonly #owned: object[] = [];
  readonly #pointers: number[] = [];
  #heap: Float32Array;

  constructor(backend: WasmBackend) {
    this.#backend = backend;
    this.#heap = new Float32Array(backend.wasm.HEAPU8.buffer);
  }

  /** The heap as floats: another array after the heap has grown. */
  floats(): Float32Array {
    const { buffer } = this.#backend.wasm.HEAPU8;
    if (this.#heap.buffer !== buffer) this.#heap = new Float32Array(buffer);
    return this.#heap;
  }

  /** Announces one reading of a tensor. All must be announced before the first {@link noteRead}. */
  expectRead({ dataId }: TensorInfo): void {
    this.#reads.set(dataId, (this.#reads.get(dataId) ?? 0) + 1);
  }

  /**
   * A call that reads the tensor is bound. After the last one its place is free, unless another tensor shares it. A
   * reading that was announced and never noted keeps the place for good: that is how outputs stay.
   */
  noteRead(tensor: TensorInfo): void {
    const left = (this.#reads.get(tensor.dataId) as number) - 1;
    this.#reads.set(tensor.dataId, left);
    if (left > 0) return;
    const place = this.place(tensor);
    place.readers -= 1;
    if (place.readers > 0 || place.spare === 0) return;
    const spares = this.#free.get(place.spare);
    if (spares === undefined) this.#free.set(place.spare, [place]);
    else spares.push(place);
  }

  /** A place of the plan's own for what was a passing tensor in the recorded run. */
  allocate(tensor: TensorInfo, mayBeSpared = true): Place {
    const floats = sizeOf(tensor.shape);
    const place = this.#free.get(floats)?.pop() ?? this.#makePlace(floats, mayBeSpared);
    this.share(tensor, place);
    return place;
  }

  /** Where a tensor lies: in the plan's own memory or, for weights, in the graph's. */
  place(tensor: TensorInfo): Place {
    const known = this.#places.get(tensor.dataId);
    if (known !== undefined) return known;
    const { id, memoryOffset } = this.#backend.dataIdMap.get(tensor.dataId);
    const place = { id, float: memoryOffset >>> 2, spare: 0, readers: 0 };
    this.share(tensor, place);
    return place;
  }

  /** Puts a tensor where another lies already. */
  share(tensor: TensorInfo, place: Place): void {
    if (this.#places.get(tensor.dataId) === place) return;
    this.#places.set(tensor.dataId, place);
    place.readers += 1;
  }

  /** Int32 numbers on the heap, for kernels that take shapes by pointer. */
  numbers(values: readonly number[]): number {
    const pointer = this.#backend.wasm._malloc(values.length * 4);
    this.#pointers.push(pointer);
    new Int32Array(this.#backend.wasm.HEAPU8.buffer, pointer, values.length).set(values);
    return pointer;
  }

  /** Floats on the heap that stay what they are; their address in bytes, a multiple of 16. */
  constants(values: Float32Array): number {
    const pointer = this.#backend.wasm._malloc(values.byteLength + VECTOR_BYTES);
    this.#pointers.push(pointer);
    this.bytes += values.byteLength;
    const at = Math.ceil(pointer / VECTOR_BYTES) * VECTOR_BYTES;
    new Float32Array(this.#backend.wasm.HEAPU8.buffer, at, values.length).set(values);
    return at;
  }

  /** Room for `floats` floats between two instructions, the same at each call; its address in bytes. */
  scratch(floats: number): number {
    let at = this.#scratch.get(floats);
    if (at === undefined) {
      at = this.constants(new Float32Array(floats));
      this.#scratch.set(floats, at);
    }
    return at;
  }

  /** A copy of what a tensor holds now. */
  valuesOf(tensor: TensorInfo): Float32Array {
    const { float } = this.place(tensor);
    return this.floats().slice(float, float + sizeOf(tensor.shape));
  }

  /** Forgets the recorded run once all its calls are bound. */
  endPlanning(): void {
    this.#places.clear();
    this.#reads.clear();
    this.#free.clear();
    this.#scratch.clear();
  }

  /** Frees everything that was allocated. */
  dispose(): void {
    for (const dataId of this.#owned) this.#backend.disposeData(dataId, true);
    for (const pointer of this.#pointers) this.#backend.wasm._free(pointer);
    this.#owned.length = 0;
    this.#pointers.length = 0;
  }

  #makePlace(floats: number, mayBeSpared: boolean): Place {
    const { dataId } = this.#backend.makeOutput([floats], 'float32');
    this.#owned.push(dataId);
    this.bytes += 4 * floats;
    const { id, memoryOffset } = this.#backend.dataIdMap.get(dataId);
    return { id, float: memoryOffset >>> 2, spare: mayBeSpared ? floats : 0, readers: 0 };
  }
}

/** Elements of a whole tensor. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
