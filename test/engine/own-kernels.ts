import { setFlagsFromString } from 'node:v8';
import type { KernelBuild } from '../../src/engine/graph/kernels/binaries.ts';
import type { Kernels } from '../../src/engine/graph/kernels/load-kernels.ts';
import { wasmBackend } from '../../src/engine/graph/wasm-backend.ts';
import { compileKernels } from '../../tools/compile-kernels.mjs';

// Node 20 has these instructions, and hides them; later ones know no such flag, and need none.
setFlagsFromString('--experimental-wasm-relaxed-simd');

/** A build of our kernels over the backend's memory; undefined where this engine has no such instructions. */
export async function instantiated(build: KernelBuild): Promise<Kernels | undefined> {
  const binary = (await compileKernels())[build];
  if (!WebAssembly.validate(binary)) return undefined;
  const { instance } = await WebAssembly.instantiate(binary, { env: { memory: wasmBackend().wasm.asm.memory } });
  return { build, run: instance.exports.run as Kernels['run'] };
}
