import { env } from '@tensorflow/tfjs-core';

/**
 * What TensorFlow.js asks of where it runs, where it does not know that itself. The package holds it as it is built for
 * browsers, and that runs in Node, too.
 */
export function providePlatform(): void {
  if (env().platform !== undefined) return;
  const encoder = new TextEncoder();
  env().setPlatform('denoise-node', {
    fetch: (path, init) => fetch(path, init),
    now: () => performance.now(),
    encode: (text) => encoder.encode(text),
    decode: (bytes, encoding) => new TextDecoder(encoding).decode(bytes),
    isTypedArray: (value): value is Float32Array | Int32Array | Uint8Array | Uint8ClampedArray =>
      ArrayBuffer.isView(value) && !(value instanceof DataView),
  });
}
