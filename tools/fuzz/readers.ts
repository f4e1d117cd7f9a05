/** Readers of recordings, on files that are damaged. */
import { openAudio } from '../../src/cli/formats/open-audio.ts';
import type { AudioReader } from '../../src/files/audio-file.ts';
import { bytesSource } from '../../src/files/byte-source.ts';
import { MOST_CHANNELS } from '../../src/files/require-channels.ts';
import { expect, expectDeclared } from './finding.ts';
import type { Random } from './random.ts';
import { type Recording, recordings } from './recordings.ts';
import { cutOff, spoil } from './spoil.ts';
import type { FuzzTarget } from './target.ts';

/** What a file gave. */
interface Outcome {
  readonly frames: number;
  readonly warnings: readonly string[];
  readonly error: Error | undefined;
}

const PIECE_FRAMES = 16384;
/** Samples of all channels that any file may give, and each byte of it: FLAC says 65,536 alike in four. */
const FREE_SAMPLES = 1 << 24;
const MOST_SAMPLES_PER_BYTE = 20_000;
/** Decoders of lossy formats may go beyond full scale, but not into another world. */
const MOST_LOSSY = 1000;

export const readers: FuzzTarget = {
  name: 'readers',
  run: async (random) => {
    const all = await recordings();
    const recording = random.pick(all);
    if (random.chance(0.15)) await runCutOff(recording, random);
    else await outcomeOf(spoil(recording.bytes, random, random.pick(all).bytes), random);
  },
};

/** A file that ends early gives less, and says so; nothing of it is lost without a word. */
async function runCutOff(recording: Recording, random: Random): Promise<void> {
  const whole = await outcomeOf(recording.bytes, random);
  expect(whole.error === undefined && whole.warnings.length === 0, `${recording.name}, whole: ${told(whole)}`);
  const cut = cutOff(recording.bytes, random);
  const outcome = await outcomeOf(cut, random);
  const isSilent = outcome.error === undefined && outcome.warnings.length === 0;
  // What ends with a frame, and does not state its length, looks whole.
  const looksWhole = isSilent && (await outcomeOf(cut.slice(0, -1), random)).warnings.length > 0;
  expect(
    !isSilent || outcome.frames >= whole.frames || (looksWhole && hasNoLength(recording)),
    `${recording.name} of ${recording.bytes.length} bytes, cut off after ${cut.length}: ` +
      `${outcome.frames} of ${whole.frames} samples without a word`,
  );
}

function hasNoLength({ name }: Recording): boolean {
  return name === 'int24-2.flac' || name.endsWith('.mp3');
}

function told({ error, warnings }: Outcome): string {
  return error?.message ?? warnings.join('; ');
}

/** Reads a file to its end, in pieces of one length, and holds what comes to what is promised. */
async function outcomeOf(bytes: Uint8Array, random: Random): Promise<Outcome> {
  const most = FREE_SAMPLES + MOST_SAMPLES_PER_BYTE * bytes.length;
  let reader: AudioReader | undefined;
  let frames = 0;
  try {
    reader = (await openAudio(bytesSource(bytes))).reader;
    expectShape(reader);
    const piece = random.chance(0.3) ? random.length(PIECE_FRAMES) : PIECE_FRAMES;
    const into = Array.from({ length: reader.channels }, () => new Float32Array(piece));
    for (let count = piece; count === piece; frames += count) {
      count = await reader.read(into, 0, piece);
      expectSamples(reader, into, count);
      expect(frames * reader.channels <= most, `${bytes.length} bytes gave ${frames} samples, and go on`);
    }
    expect((await reader.read(into, 0, piece)) === 0, 'reads on behind its end');
    for (const warning of reader.warnings) expectDeclared(new Error(warning), ['Error']);
    return { frames, warnings: reader.warnings, error: undefined };
  } catch (error) {
    expectDeclared(error, ['Error']);
    return { frames, warnings: [], error };
  } finally {
    reader?.close();
    reader?.close();
  }
}

function expectShape({ channels, sampleRateHz, share }: AudioReader): void {
  expect(Number.isInteger(channels) && channels >= 1 && channels <= MOST_CHANNELS, `${channels} channels`);
  expect(sampleRateHz >= 3000 && sampleRateHz <= 768_000, `${sampleRateHz} Hz`);
  expect(share >= 0 && share <= 1, `a share of ${share}`);
}

function expectSamples(reader: AudioReader, planes: readonly Float32Array[], count: number): void {
  expect(Number.isInteger(count) && count >= 0 && count <= planes[0].length, `${count} samples`);
  // Floats of a file are the file's own; enhance-reader.ts looks after them.
  const { format } = reader;
  if (format === 'float32' || format === 'float64') return;
  const { name } = reader.constructor;
  const most = /flac|wav/i.test(name) ? 1 : MOST_LOSSY;
  for (const plane of planes) {
    const wild = plane.subarray(0, count).find((sample) => !(Math.abs(sample) <= most));
    expect(wild === undefined, `a sample of ${wild} in ${format} of a ${name}`);
  }
}
