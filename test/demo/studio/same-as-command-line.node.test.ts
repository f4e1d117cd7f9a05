import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openRecording } from '../../../demo/studio/open-recording.ts';
import { openAudio } from '../../../src/cli/formats/open-audio.ts';
import type { AudioReader } from '../../../src/files/audio-file.ts';
import { BlobSink, bytesSource } from '../../../src/files/byte-source.ts';
import { FlacWriter } from '../../../src/files/flac/flac-writer.ts';
import { openWav } from '../../../src/files/wav/wav-reader.ts';
import { noise } from '../../engine/signals.ts';
import { aiffOf, ascii, auOf, cafOf, joined, little, wave64Of, wavOf } from '../../support/sound-files.ts';

const SHAPE = { bits: 16, channels: 2, rate: 22050 };
const samples = new Uint8Array(new Int16Array(Array.from(noise(60000, 1), (x) => 20000 * x)).buffer);
const tag = joined('ID3', [3, 0, 0, 0, 0, 0, 6], 'abcdef');
const wav = wavOf(samples, SHAPE);

async function flac(): Promise<Uint8Array> {
  const sink = new BlobSink();
  const writer = await FlacWriter.open(sink, { sampleRateHz: 22050, channels: 1, format: 'int16', frames: 9000 });
  await writer.write([noise(9000, 2)], 0, 9000);
  await writer.finish();
  return new Uint8Array(await sink.toBlob('audio/flac').arrayBuffer());
}

const READ: readonly [name: string, file: () => Uint8Array | Promise<Uint8Array>][] = [
  ['plain WAV', () => wav],
  ['WAV that states a part of itself', () => wavOf(samples, { ...SHAPE, claimedBytes: 1000 })],
  ['WAV that was cut off', () => wav.subarray(0, 100000)],
  ['WAV from a pipe', () => wavOf(samples, { ...SHAPE, claimedBytes: 0x7ffff000 })],
  ['WAV that says it has no samples', () => wavOf(samples, { ...SHAPE, claimedBytes: 0 })],
  ['WAV with an odd chunk', () => wavOf(samples, { ...SHAPE, before: joined('LIST', little(5), 'INFOx') })],
  ['WAV behind a tag', () => joined(tag, wav)],
  ['A-law WAV', () => wavOf(samples, { code: 6, bits: 8, rate: 8000 })],
  ['µ-law WAV', () => wavOf(samples, { code: 7, bits: 8, rate: 8000 })],
  ['big-endian WAV', () => wavOf(samples, { ...SHAPE, order: 'big' })],
  ['AIFF', () => aiffOf(samples, SHAPE)],
  ['AIFF-C', () => aiffOf(samples, SHAPE, 'sowt')],
  ['CAF', () => cafOf(samples, SHAPE)],
  ['CAF that was cut off', () => cafOf(samples, SHAPE).subarray(0, 100000)],
  ['Wave64', () => wave64Of(samples, SHAPE)],
  ['AU', () => auOf(samples, SHAPE, 3)],
  ['FLAC', flac],
  ['FLAC behind a tag', async () => joined(tag, await flac())],
  ['FLAC with a damaged frame', async () => (await flac()).map((byte, i) => (i > 2000 && i < 2040 ? 0x55 : byte))],
];

const padded = (head: string): Uint8Array => joined(head, new Uint8Array(2000));
const transport = new Uint8Array(1880).map((_, i) => (i % 188 === 0 ? 0x47 : 0xff));

/** What no browser decodes, and Node, which has no decoder, even less; and what is said of it. */
const REFUSED: readonly [phrase: string, file: Uint8Array][] = [
  ['an AMR file: convert it first', padded('#!AMR\n')],
  ['a Windows Media file: convert it first', padded('0&\xb2u\x8ef\xcf\x11')],
  ['an AVI video: convert it first', padded('RIFF\x00\x00\x00\x00AVI LIST')],
  ['an MPEG video: convert it first', padded('\x00\x00\x01\xba')],
  ['an MPEG transport stream: convert it first', transport],
  ["a Monkey's Audio file: convert it first", padded('MAC ')],
  ['a WavPack file: convert it first', padded('wvpk')],
  ['a DSD file: convert it first', padded('DSD ')],
  ['a NIST SPHERE file: convert it first', padded('NIST_1A')],
  ['an Amiga 8SVX file: convert it first', padded('FORM\x00\x00\x00\x008SVX')],
  ['a MIDI file, which holds notes and no sound', padded('MThd')],
  ['what a Mac keeps beside a file, which holds no sound', padded('\x00\x05\x16\x07')],
  ['a ZIP archive, unpack it first', padded('PK\x03\x04')],
  ['found IMA ADPCM (format 17): convert it first', wavOf(new Uint8Array(2000), { code: 17, bits: 4 })],
  ['found Microsoft ADPCM (format 2): convert it first', wavOf(new Uint8Array(2000), { code: 2, bits: 4 })],
  ['found Apple Lossless: convert it first', cafOf(new Uint8Array(2000), SHAPE, 'alac')],
  ['expected a data chunk', Uint8Array.from(ascii('RIFF\x04\x00\x00\x00WAVE'))],
  ['found no sound', wavOf([], { claimedBytes: 2000 })],
  ['3000 to 768000 Hz, found 0 Hz', wavOf(samples, { rate: 0 })],
];

describe('the command line and the file studio', () => {
  it('read the same samples of a file, in the same shape, and warn of the same', async () => {
    for (const [name, make] of READ) {
      const file = await make();
      const { kind, reader } = await openAudio(bytesSource(file));
      const expected = await drained(reader);
      const recording = await openRecording(new Blob([file as Uint8Array<ArrayBuffer>]), new AbortController().signal);
      const { sampleRateHz, channels, frames, resultFormat, facts, warnings } = recording;
      assert.deepEqual(
        [sampleRateHz, channels, frames, resultFormat],
        [reader.sampleRateHz, reader.channels, expected[0].length, reader.format],
        name,
      );
      assert.match(facts, new RegExp(`^${kind}, `), name);
      assert.deepEqual(warnings, reader.warnings, name);
      const found = await drained(await openWav(bytesSource(new Uint8Array(await recording.wav.arrayBuffer()))));
      assert.deepEqual(found, expected, name);
    }
  });

  it('say the same of what neither reads, and the line that converts it', async () => {
    for (const [phrase, file] of REFUSED) {
      const there = await failureOf(openAudio(bytesSource(file)));
      const here = await failureOf(
        openRecording(new Blob([file as Uint8Array<ArrayBuffer>]), new AbortController().signal),
      );
      for (const message of [there, here]) {
        assert.ok(message.includes(phrase), `${message} should say: ${phrase}`);
        if (phrase.endsWith('convert it first')) assert.match(message, /ffmpeg -i IN -c:a pcm_s16le OUT\.wav/);
      }
    }
  });
});

async function drained(reader: AudioReader): Promise<Float32Array[]> {
  const parts: number[][] = Array.from({ length: reader.channels }, () => []);
  const piece = parts.map(() => new Float32Array(8000));
  for (let count = await reader.read(piece, 0, 8000); count > 0; count = await reader.read(piece, 0, 8000))
    parts.forEach((part, c) => part.push(...piece[c].subarray(0, count)));
  return parts.map((part) => Float32Array.from(part));
}

async function failureOf(opening: Promise<unknown>): Promise<string> {
  return opening.then(
    () => 'no failure',
    (error: Error) => error.message,
  );
}
