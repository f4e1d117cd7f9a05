/** WAV files as planar samples, through the package's own reader and writer. */
import { readFile, writeFile } from 'node:fs/promises';
import { tsImport } from 'tsx/esm/api';

const [wav, samples, source] = await Promise.all(
  ['wav', 'sample-format', 'byte-source'].map((name) => tsImport(`../../src/files/${name}.ts`, import.meta.url)),
);

/** @param {string | URL} path @returns {Promise<{ layout: object, channels: Float32Array[] }>} */
export async function readWav(path) {
  const bytes = await readFile(path);
  const layout = await wav.readWavLayout(source.bytesSource(bytes));
  const channels = Array.from({ length: layout.channels }, () => new Float32Array(layout.frames));
  samples.decodeFrames(bytes.subarray(layout.dataStart), layout.format, channels, layout.frames);
  return { layout, channels };
}

/** Writes samples in the format of the file that they came from. */
export async function writeWav(path, layout, channels) {
  const frames = channels[0].length;
  const bytes = new Uint8Array(frames * samples.frameBytes(layout));
  samples.encodeFrames(channels, layout.format, bytes, frames);
  await writeFile(path, [wav.wavHeader(layout, frames), bytes]);
}
