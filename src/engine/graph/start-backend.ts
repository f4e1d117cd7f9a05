import '@tensorflow/tfjs-backend-wasm';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { env, getBackend, setBackend } from '@tensorflow/tfjs-core';
import { DenoiseError } from '../../shared/errors.ts';
import { isNode } from './model-files.ts';

/** The one backend of a thread, once it starts. */
let starting: Promise<void> | undefined;

/**
 * Starts TensorFlow.js' wasm backend, unless it runs already. DenoiseError 'wasm' where that fails; the next call tries
 * again.
 * @param wasmUrl folder with the backend's .wasm files; only a thread's first call heeds it. Default: `wasm/` beside
 *   this module, in Node the backend package's own.
 */
export function startBackend(wasmUrl?: string | URL): Promise<void> {
  starting ??= (async () => {
    // Threads do not pay for graphs this small, and would need cross-origin isolation.
    env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    const folder = await wasmFolder(wasmUrl);
    let cause: unknown;
    try {
      if (folder !== undefined) setWasmPaths(folder);
      if ((await setBackend('wasm')) && getBackend() === 'wasm') return;
    } catch (error) {
      cause = error;
    }
    starting = undefined;
    throw new DenoiseError(
      'wasm',
      `Expected to start WebAssembly from ${folder ?? 'the backend package'}, but it was refused or is missing. ` +
        "Check the wasm URL, and that the content security policy has script-src 'wasm-unsafe-eval'.",
      cause === undefined ? undefined : { cause },
    );
  })();
  return starting;
}

async function wasmFolder(wasmUrl?: string | URL): Promise<string | undefined> {
  if (wasmUrl !== undefined) {
    const text = String(wasmUrl);
    return text.endsWith('/') ? text : `${text}/`;
  }
  if (isNode()) return undefined;
  // In two steps, so that bundlers do not take the folder for an asset.
  const here = import.meta.url;
  return new URL('wasm/', here).href;
}
