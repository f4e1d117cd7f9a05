import '@tensorflow/tfjs-backend-wasm';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { env, getBackend, setBackend } from '@tensorflow/tfjs-core';
import { beside } from '../../shared/beside.ts';
import { DenoiseError } from '../../shared/errors.ts';
import { namesFile } from '../../shared/file-url.ts';
import { FileFetcher } from './file-fetcher.ts';
import { urlOf } from './model-files.ts';
import { isNode, nodeModule } from './node-modules.ts';
import { providePlatform } from './provide-platform.ts';

/** The build of the backend that we ask for: SIMD, one thread. */
const FILE = 'tfjs-backend-wasm-simd.wasm';

/** The one backend of a thread, once it starts. */
let starting: Promise<void> | undefined;

/**
 * Starts TensorFlow.js' wasm backend, unless it runs already. DenoiseError 'wasm' where that fails; the next call tries
 * again.
 * @param wasmUrl the backend's .wasm file, or a folder that holds it; only a thread's first call heeds it. Default:
 *   `wasm/` beside this module.
 */
export function startBackend(wasmUrl?: string | URL): Promise<void> {
  starting ??= (async () => {
    // Threads do not pay for graphs this small, and would need cross-origin isolation.
    env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    providePlatform();
    const file = wasmUrl === undefined ? ownFile() : fileAt(String(wasmUrl));
    const files = new WasmFiles();
    let cause: unknown;
    try {
      // Where the engine runs from source nothing lies beside it, and the backend finds its file in its own package.
      if (wasmUrl !== undefined || (await isThere(file))) setWasmPaths(named((await urlOf(file)).href), true);
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
      `Expected to start WebAssembly from ${file}, but it was refused or is missing. ` +
        "Check the wasm URL, and that the content security policy has script-src 'wasm-unsafe-eval'.",
      cause === undefined ? undefined : { cause },
    );
  })();
  return starting;
}

function fileAt(url: string): string {
  if (namesFile(url, '.wasm')) return url;
  return url.endsWith('/') ? `${url}${FILE}` : `${url}/${FILE}`;
}

function ownFile(): string {
  return beside(() => new URL('./wasm/tfjs-backend-wasm-simd.wasm', import.meta.url), `wasm/${FILE}`);
}

/** Only Node can tell without a request. */
async function isThere(file: string): Promise<boolean> {
  if (!isNode()) return true;
  const { access } = await nodeModule('node:fs/promises');
  return access(new URL(file)).then(
    () => true,
    () => false,
  );
}

/** The one file under each name that the backend may look for; it wants all of them. */
function named(file: string): Parameters<typeof setWasmPaths>[0] {
  return { 'tfjs-backend-wasm.wasm': file, [FILE]: file, 'tfjs-backend-wasm-threaded-simd.wasm': file };
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
