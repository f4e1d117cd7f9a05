/** Sound for streams, and what the command line makes of the same. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { bytesSource } from '../../src/files/byte-source.ts';
import { codedFrameBytes, packed } from '../../src/files/pcm/coding.ts';
import { encodeFrames, frameBytes } from '../../src/files/sample-format.ts';
import { readWavLayout } from '../../src/files/wav/wav.ts';
import { CODING_OF, type PcmFormat } from '../../src/server/pcm-format.ts';
import { seededRandom } from '../engine/signals.ts';
import { command } from '../support/command-line.ts';
import { wavOf } from '../support/sound-files.ts';

/** What WAV calls the formats: code and bits. */
const IN_WAV: Readonly<Record<PcmFormat, readonly [number, number]>> = {
  s16le: [1, 16],
  s24le: [1, 24],
  f32le: [3, 32],
  mulaw: [7, 8],
  alaw: [6, 8],
};
const isLaw = (format: PcmFormat): boolean => format === 'mulaw' || format === 'alaw';

/** Planes as the bytes of a format. */
export function pcmOf(planes: readonly Float32Array[], format: PcmFormat): Uint8Array<ArrayBuffer> {
  const linear = isLaw(format) ? 'int16' : (CODING_OF[format] as 'int16');
  const frames = planes[0].length;
  const bytes = new Uint8Array(frames * frameBytes({ channels: planes.length, format: linear }));
  encodeFrames(planes, linear, bytes, frames);
  return packed(bytes, CODING_OF[format]);
}

/** What the command line makes of the same samples, in the same format. */
export async function byCommandLine(
  pcm: Uint8Array,
  { format, channels, rate }: { format: PcmFormat; channels: number; rate: number },
  ...args: string[]
): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'denoise-server-'));
  try {
    const [from, to] = [join(folder, 'in.wav'), join(folder, 'out.wav')];
    const [code, bits] = IN_WAV[format];
    await writeFile(from, wavOf(pcm, { code, bits, channels, rate }));
    const { status, stderr } = await command(from, '-o', to, '--quiet', ...args);
    if (status !== 0) throw new Error(stderr);
    const file = new Uint8Array(await readFile(to));
    const { dataStart, frames, coding } = await readWavLayout(bytesSource(file));
    const data = file.slice(dataStart, dataStart + frames * codedFrameBytes({ channels, coding }));
    // What comes from telephones is written with the 16 bits that it stands for.
    return packed(data, CODING_OF[format]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Bytes cut at random places, of which many are odd. */
export function* cut(bytes: Uint8Array, seed: number, most: number): Generator<Uint8Array> {
  const random = seededRandom(seed);
  for (let at = 0; at < bytes.length; ) {
    const length = Math.floor(random() ** 2 * most);
    yield bytes.slice(at, at + length);
    at += length;
  }
}

/** Writes chunks with regard for back-pressure, and gives everything that comes out. */
export async function through(stream: Duplex, chunks: Iterable<Uint8Array>): Promise<Uint8Array> {
  const written = write(stream, chunks);
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece as Uint8Array);
  await written;
  return new Uint8Array(Buffer.concat(pieces));
}

async function write(stream: Duplex, chunks: Iterable<Uint8Array>): Promise<void> {
  for (const chunk of chunks) if (!stream.write(chunk)) await new Promise((resolve) => stream.once('drain', resolve));
  stream.end();
}
