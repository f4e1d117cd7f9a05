/** Whole recordings of every format and of many shapes, short, to be spoilt. */
import { readFileSync } from 'node:fs';
import { BlobSink, bytesSource } from '../../src/files/byte-source.ts';
import { FlacWriter } from '../../src/files/flac/flac-writer.ts';
import { FrameScanner } from '../../src/files/mp3/mp3-scanner.ts';
import { wavBytes } from '../wav-files.ts';

/** A recording, and how much of it there is. */
export interface Recording {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const FIXTURES = new URL('../../test/fixtures/compressed/', import.meta.url);
const NAMES = ['lame-cbr.mp3', 'lame-vbr-mono.mp3', 'vorbis.ogg', 'libopus.opus', 'libflac-16.flac', 'long.mp3'];
const FORMATS = ['uint8', 'int16', 'int24', 'int32', 'float32', 'float64'] as const;

let all: Promise<readonly Recording[]> | undefined;

/** All of them, made once. */
export function recordings(): Promise<readonly Recording[]> {
  all ??= make();
  return all;
}

async function make(): Promise<readonly Recording[]> {
  const made: Recording[] = NAMES.map((name) => ({
    name,
    // Not as a Buffer, whose slice() does not copy.
    bytes: Uint8Array.from(readFileSync(new URL(name, FIXTURES))),
  }));
  made.push({ name: 'free-format.mp3', bytes: await freed(made[0].bytes) });
  made.push({ name: 'mp3-inside.wav', bytes: inWav(made[0].bytes) });
  for (const [i, format] of FORMATS.entries()) {
    const channels = sound(1 + (i % 3), 3000);
    made.push({ name: `${format}.wav`, bytes: wavBytes({ format, sampleRateHz: 16000 + i, channels }) });
  }
  for (const [format, channels, isLengthKnown] of [
    ['int16', 1, true],
    ['int24', 2, false],
    ['uint8', 8, true],
  ] as const) {
    const bytes = await flac(format, sound(channels, 9000), isLengthKnown);
    made.push({ name: `${format}-${channels}.flac`, bytes });
  }
  return made;
}

/** The sound of an MP3 file of a constant bit rate, without that in its headers. */
async function freed(mp3: Uint8Array): Promise<Uint8Array> {
  const scanner = new FrameScanner(bytesSource(mp3));
  const frames: number[] = [];
  // The first frame is its encoder's, and has another length.
  await scanner.next();
  for (let frame = await scanner.next(); frame !== undefined; frame = await scanner.next())
    frames.push(...frame.bytes.slice(0, 2), frame.bytes[2] & 15, ...frame.bytes.slice(3));
  return Uint8Array.from(frames);
}

/** An MP3 file in a WAV file. */
function inWav(mp3: Uint8Array): Uint8Array {
  const bytes = wavBytes({ format: 'uint8', sampleRateHz: 44100, channels: [new Float32Array(mp3.length)] });
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint16(20, 0x55, true);
  bytes.set(mp3, 44);
  return bytes;
}

/** Tones, one for each channel, with a stretch of silence. */
function sound(channels: number, frames: number): Float32Array[] {
  return Array.from({ length: channels }, (_, c) =>
    Float32Array.from({ length: frames }, (_, n) => (n % 2000 < 300 ? 0 : 0.6 * Math.sin(n * (0.02 + 0.03 * c)))),
  );
}

async function flac(
  format: 'uint8' | 'int16' | 'int24',
  channels: readonly Float32Array[],
  isLengthKnown: boolean,
): Promise<Uint8Array> {
  const sink = new BlobSink();
  const frames = channels[0].length;
  const writer = await FlacWriter.open(sink, { sampleRateHz: 32000, channels: channels.length, format, frames });
  await writer.write(channels, 0, frames);
  await writer.finish();
  const bytes = new Uint8Array(await sink.toBlob('audio/flac').arrayBuffer());
  if (!isLengthKnown) bytes.fill(0, 22, 26);
  return bytes;
}
