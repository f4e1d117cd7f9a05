import { FileFetcher } from '../file-fetcher.ts';

/** The two ways in which `kernels/` is compiled: with a fused multiply-add, and for every engine that has SIMD. */
export type KernelBuild = 'relaxed-simd' | 'simd';

/** Several times what one has. */
const MOST_BYTES = 65_536;

/**
 * A build's WebAssembly. Bundles hold it: tools/kernel-binaries.mjs puts it in the place of this function. Where the
 * engine runs from source it lies where tools/compile-kernels.mjs has written it; an error where it has not.
 */
export async function kernelBinary(build: KernelBuild): Promise<Uint8Array<ArrayBuffer>> {
  const fetcher = new FileFetcher({});
  const url = new URL(`../../../../build/kernels/${build}.wasm`, import.meta.url);
  return fetcher.bytes(url, MOST_BYTES).finally(() => fetcher.end());
}
