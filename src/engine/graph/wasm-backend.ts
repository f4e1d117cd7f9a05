import { backend, type TensorInfo } from '@tensorflow/tfjs-core';

/** The part of tfjs-backend-wasm 4 that a plan needs. Not public API: make-executor.ts proves that it still holds. */
export interface WasmBackend {
  readonly wasm: {
    readonly HEAPU8: Uint8Array;
    /** What the module itself exports. */
    readonly asm: { readonly memory: WebAssembly.Memory };
    _malloc(bytes: number): number;
    _free(pointer: number): void;
  } & Readonly<Record<string, ((...args: readonly number[]) => void) | undefined>>;
  readonly dataIdMap: { get(dataId: object): { readonly id: number; readonly memoryOffset: number } };
  makeOutput(shape: readonly number[], dtype: 'float32'): TensorInfo;
  disposeData(dataId: object, force?: boolean): boolean;
}

/** The backend of this thread, which start-backend.ts has started. */
export function wasmBackend(): WasmBackend {
  return backend() as unknown as WasmBackend;
}
