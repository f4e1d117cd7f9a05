/**
 * Smallest module that uses a SIMD instruction: a function that returns the 128-bit constant 0.
 * (magic, version, type section () → v128, function section, code section: v128.const 0, end)
 */
const SIMD_PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 22, 1, 20, 0, 253, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 11,
]);

/** One that uses a relaxed SIMD instruction: i8x16.relaxed_swizzle of two splats. */
const RELAXED_SIMD_PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 0, 253, 15, 65, 0, 253, 15,
  253, 128, 2, 11,
]);

/**
 * Whether this page can denoise, at once and without starting anything. Never throws. Cross-origin isolation is not
 * asked for: without it the node runs in message mode. [main]
 */
export function isSupported(): boolean {
  return missingFeature() === undefined;
}

/** The first thing that is missing, as words for a message; undefined when nothing is. Never throws. [main] */
export function missingFeature(): string | undefined {
  if (typeof globalThis.GainNode !== 'function') return 'Web Audio (is this code running outside a browser?)';
  if (globalThis.isSecureContext === false) return 'a secure context: serve the page over https or from localhost';
  if (typeof globalThis.AudioWorkletNode !== 'function') return 'AudioWorklet';
  if (typeof globalThis.ConstantSourceNode !== 'function') return 'ConstantSourceNode';
  if (typeof globalThis.Worker !== 'function') return 'web workers';
  if (typeof globalThis.WebAssembly !== 'object') return 'WebAssembly';
  return hasSimd() ? undefined : 'WebAssembly SIMD';
}

/** Whether the browser has WebAssembly with SIMD. Never throws. [main] */
export function hasSimd(): boolean {
  return validates(SIMD_PROBE);
}

/** Whether it has relaxed SIMD as well, which nothing here needs. Never throws. [main] */
export function hasRelaxedSimd(): boolean {
  return validates(RELAXED_SIMD_PROBE);
}

function validates(module: Uint8Array<ArrayBuffer>): boolean {
  try {
    return WebAssembly.validate(module);
  } catch {
    return false;
  }
}

/**
 * Whether memory can be shared with a worker. A necessary condition only: the route is then proved by a round trip,
 * because some browsers have had the constructor and lost the memory on the way to the worklet. [main]
 */
export function canShareMemory(): boolean {
  return (
    globalThis.crossOriginIsolated === true &&
    typeof globalThis.SharedArrayBuffer === 'function' &&
    typeof globalThis.Atomics === 'object'
  );
}
