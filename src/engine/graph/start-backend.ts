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
    let cause: unknown;
    try {
      // Where the engine runs from source nothing lies beside it, and the backend finds its file in its own package.
      const isOffered = wasmUrl !== undefined || (await isThere(file));
      const takeBack = isOffered ? await offer(await urlOf(file)) : () => {};
      try {
        if ((await setBackend('wasm')) && getBackend() === 'wasm') return;
      } finally {
        takeBack();
      }
    } catch (error) {
      cause = error;
    }
    starting = undefined;
    throw new DenoiseError(
      'wasm',
      `Expected to start WebAssembly from ${file}, but it was refused, is missing or did not come. ` +
        'Check the wasm URL, and that the content security policy allows it: connect-src for the file, ' +
        "'wasm-unsafe-eval' in script-src.",
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

/** \0asm, version 1, and nothing in it. */
const EMPTY_MODULE = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
/** Several times what the file has: 0.4 MB. */
const MOST_WASM_BYTES = 16_777_216;

/**
 * Gives the backend a file that was fetched and compiled before: by itself it would wait for ever where bytes do not
 * come, are no WebAssembly, or are refused by a policy. Returns how to end that.
 */
async function offer(url: URL): Promise<() => void> {
  const fetcher = new FileFetcher({});
  const bytes = await fetcher.bytes(url, MOST_WASM_BYTES).finally(() => fetcher.end());
  await WebAssembly.compile(bytes);
  // WebKit compiles whatever the policy says, and asks it here.
  await WebAssembly.instantiate(EMPTY_MODULE);
  const { platform } = env();
  const { fetch } = platform;
  platform.fetch = async () => new Response(bytes);
  // The backend wants a URL under each name that it may look for.
  const { href } = url;
  setWasmPaths({ 'tfjs-backend-wasm.wasm': href, [FILE]: href, 'tfjs-backend-wasm-threaded-simd.wasm': href }, true);
  return () => {
    platform.fetch = fetch;
  };
}
