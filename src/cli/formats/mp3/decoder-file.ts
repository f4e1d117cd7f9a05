import { createRequire } from 'node:module';

/** The decoder's WebAssembly. The build puts another path here: the package has the file beside the command. */
export function decoderFile(): string | URL {
  return createRequire(import.meta.url).resolve('minimp3-wasm/dist/decoder.opt.wasm');
}
