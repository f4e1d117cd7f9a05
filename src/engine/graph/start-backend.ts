import '@tensorflow/tfjs-backend-wasm';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { env, getBackend, setBackend } from '@tensorflow/tfjs-core';
import { DenoiseError } from '../../shared/errors.ts';
import { FileFetcher } from './file-fetcher.ts';
import { isNode } from './node-modules.ts';

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
    const files = new WasmFiles();
    let cause: unknown;
    try {
      if (folder !== undefined) setWasmPaths(folder);
      if ((await setBackend('wasm')) && getBackend() === 'wasm') return;
    } catch (error) {
      cause = error;
    } finally {
      files.end();
    }
    cause = files.failure ?? cause;
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

/** Several times what the backend's files have: 0.4 MB. */
const MOST_WASM_BYTES = 16_777_216;

/**
 * While it lives, TensorFlow.js fetches by the engine's own fetcher: left to itself it waits for ever for a server that
 * falls silent, and for a request that fails.
 */
class WasmFiles {
  /** Why a file did not come. */
  failure: unknown;
  readonly #platform = env().platform;
  readonly #fetch = this.#platform.fetch;
  readonly #fetcher = new FileFetcher({});

  constructor() {
    this.#platform.fetch = async (path) => {
      try {
        const url = new URL(path, globalThis.location?.href);
        return new Response(await this.#fetcher.bytes(url, MOST_WASM_BYTES));
      } catch (error) {
        this.failure = error;
        return new Response(null, { status: 404 }); // The one answer at which the backend gives up.
      }
    };
  }

  end(): void {
    this.#platform.fetch = this.#fetch;
    this.#fetcher.end();
  }
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
