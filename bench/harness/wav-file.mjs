/** WAV files as planar samples, through the package's own reader and writer. */
import { open, readFile, writeFile } from 'node:fs/promises';
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

/** The bytes of a 16-bit WAV file with the same samples in each channel. */
export function wavFile(sound, rate, channels) {
  const layout = { channels, format: 'int16', formatChunk: wav.formatChunkOf(rate, channels, 'int16') };
  const header = wav.wavHeader(layout, sound.length);
  const file = new Uint8Array(header.length + 2 * channels * sound.length);
  file.set(header);
  samples.encodeFrames(new Array(channels).fill(sound), 'int16', file.subarray(header.length), sound.length);
  return file;
}

/** Writes a stereo file of any length at 48 kHz, minute by minute: `sound` again and again. */
export async function writeLong(path, sound, seconds) {
  const rate = 48000;
  const minute = wavFile(
    Float32Array.from({ length: 60 * rate }, (_, i) => sound[i % sound.length]),
    rate,
    2,
  );
  const header = minute.subarray(0, minute.length - 60 * rate * 4).slice();
  const view = new DataView(header.buffer);
  view.setUint32(4, header.length - 8 + seconds * rate * 4, true);
  view.setUint32(header.length - 4, seconds * rate * 4, true);
  const file = await open(path, 'w');
  try {
    await file.write(header);
    for (let done = 0; done < seconds; done += 60) await file.write(minute.subarray(header.length));
  } finally {
    await file.close();
  }
}
