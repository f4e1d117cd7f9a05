/**
 * In:     the backend of this thread, started (start-backend.ts)
 * Out:    kernels of our own over its memory, to make-executor.ts
 * Thread: [worker], or whoever runs the engine
 */
import { wasmBackend } from '../wasm-backend.ts';
import { type KernelBuild, kernelBinary } from './binaries.ts';

/** A build of `kernels/`, over the memory of the backend. */
export interface Kernels {
  readonly build: KernelBuild;
  /** Runs `count` instructions (program.ts) from the address `at` on. Does not allocate. */
  run(at: number, count: number): void;
}

/** Fastest first. */
const BUILDS: readonly KernelBuild[] = ['relaxed-simd', 'simd'];

/** Those of a thread, which has one backend. */
let loading: Promise<readonly Kernels[]> | undefined;

/** What of our kernels this engine can run, fastest first; empty where none. */
export function loadKernels(): Promise<readonly Kernels[]> {
  loading ??= Promise.all(BUILDS.map(load)).then((all) => all.filter((kernels) => kernels !== undefined));
  return loading;
}

async function load(build: KernelBuild): Promise<Kernels | undefined> {
  try {
    const { memory } = wasmBackend().wasm.asm;
    const binary = await kernelBinary(build);
    if (!WebAssembly.validate(binary)) return undefined;
    const { instance } = await WebAssembly.instantiate(binary, { env: { memory } });
    return { build, run: instance.exports.run as Kernels['run'] };
  } catch {
    // The backend's kernels do the same.
    return undefined;
  }
}
