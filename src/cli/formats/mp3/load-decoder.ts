/**
 * In:     the file of minimp3 (decoder-file.ts)
 * Out:    its module, to files/mp3/mp3-reader.ts
 * Thread: any of Node's
 */
import { readFile } from 'node:fs/promises';
import { decoderFile } from './decoder-file.ts';

/** Once for all files. */
let compiling: Promise<WebAssembly.Module> | undefined;

export function loadDecoder(): Promise<WebAssembly.Module> {
  compiling ??= readFile(decoderFile()).then((bytes) => WebAssembly.compile(bytes));
  return compiling;
}
