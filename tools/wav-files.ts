/** Whole WAV files, through the package's own reader and writer, for tests and bench. */
import { open, readFile, writeFile } from 'node:fs/promises';
import { bytesSource } from '../src/files/byte-source.ts';
import { PcmReader } from '../src/files/pcm/pcm-reader.ts';
import { encodeFrames, frameBytes, type SampleFormat } from '../src/files/sample-format.ts';
import { readWavLayout, type WavLayout } from '../src/files/wav/wav.ts';
import { formatChunkOf, type WavFormat } from '../src/files/wav/wav-format.ts';
import { wavHeader } from '../src/files/wav/wav-header.ts';

export interface Sound {
  readonly format: SampleFormat;
  readonly sampleRateHz: number;
  readonly channels: readonly Float32Array[];
}

/** The bytes of a WAV file. */
export function wavBytes({ format, sampleRateHz, channels }: Sound): Uint8Array<ArrayBuffer> {
  const layout = {
    channels: channels.length,
    format,
    formatChunk: formatChunkOf(sampleRateHz, channels.length, format),
  };
  return bytesOf(layout, channels);
}

/** The samples of a WAV file, and all that its header says. */
export async function readWav(file: Uint8Array): Promise<Sound & { layout: WavLayout; channels: Float32Array[] }> {
  const layout = await readWavLayout(bytesSource(file));
  const channels = Array.from({ length: layout.channels }, () => new Float32Array(layout.frames));
  await new PcmReader(bytesSource(file), layout).read(channels, 0, layout.frames);
  return { format: layout.format, sampleRateHz: layout.sampleRateHz, channels, layout };
}

export async function readWavFile(path: string | URL): ReturnType<typeof readWav> {
  return readWav(await readFile(path));
}

/** Writes samples in the format of the file that they came from. */
export async function writeWavFile(path: string, layout: WavLayout, channels: readonly Float32Array[]): Promise<void> {
  await writeFile(path, bytesOf(layout, channels));
}

/** Writes a stereo file of any length at 48 kHz, minute by minute: `sound` again and again. */
export async function writeLongFile(path: string, sound: Float32Array, seconds: number): Promise<void> {
  const rate = 48000;
  const channel = Float32Array.from({ length: 60 * rate }, (_, i) => sound[i % sound.length]);
  const minute = wavBytes({ format: 'int16', sampleRateHz: rate, channels: [channel, channel] });
  const header = minute.slice(0, minute.length - 60 * rate * 4);
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

function bytesOf(layout: WavFormat, channels: readonly Float32Array[]): Uint8Array<ArrayBuffer> {
  const frames = channels[0].length;
  const header = wavHeader(layout, frames);
  const dataBytes = frames * frameBytes(layout);
  // An odd length is filled up, as RIFF asks for.
  const file = new Uint8Array(header.length + dataBytes + (dataBytes % 2));
  file.set(header);
  encodeFrames(channels, layout.format, file.subarray(header.length), frames);
  return file;
}
