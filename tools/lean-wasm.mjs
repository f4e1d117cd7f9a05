/**
 * The wasm backend's binary as the package carries it: without the kernels of TensorFlow.js that no bundle asks for
 * (lean-tensorflow.mjs), and what only they call. Nothing else in it is changed, nor optimised anew.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import binaryen from 'binaryen';

const require = createRequire(import.meta.url);

/** The backend with SIMD, which we ask for, and without threads, which cost more than they bring. */
export const WASM_FILE = 'tfjs-backend-wasm-simd.wasm';

/** Gradients, and what only asynchronous operations call; a convolution turned round is an operation as well. */
const UNUSED =
  /Grad$|BackpropFilter|^(?:Conv3|Dilation2)DBackpropInput|^NonMaxSuppressionV\d$|^FlipLeftRight$|^RotateWithOffset$/;

/** @returns {Uint8Array<ArrayBuffer>} WebAssembly */
export function leanWasm() {
  const bytes = readFileSync(require.resolve(`@tensorflow/tfjs-backend-wasm/dist/${WASM_FILE}`));
  const unused = WebAssembly.Module.exports(new WebAssembly.Module(bytes)).filter(({ name }) => UNUSED.test(name));
  if (unused.length === 0) throw new Error(`${WASM_FILE}: expected kernels of gradients: this version is another.`);
  const module = binaryen.readBinary(bytes);
  try {
    module.setFeatures(binaryen.Features.All);
    for (const { name } of unused) module.removeExport(name);
    module.runPasses(['remove-unused-module-elements']);
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}
