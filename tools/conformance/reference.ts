/** The same recording as the program decodes it that its format's makers give away, or that everybody uses. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readWavFile } from '../wav-files.ts';
import type { Decoded } from './decoded.ts';
import { isInstalled, tried } from './programs.ts';

/** Who decodes a kind, and how far our samples may be from theirs, full scale being 1. */
interface Reference {
  readonly program: string;
  readonly tolerance: number;
  /** Planes, one for each channel; undefined where the program refuses the file. */
  decode(path: string, folder: string, ours: Decoded): Promise<readonly Float32Array[] | undefined>;
}

const STEP = 1 / 0x8000;

const FFMPEG: Reference = {
  program: 'ffmpeg',
  tolerance: 0,
  decode: throughWav('ffmpeg', (from, to) => ['-v', 'error', '-y', '-i', from, '-c:a', 'pcm_f32le', to]),
};

const REFERENCES: Readonly<Record<string, Reference>> = {
  FLAC: { program: 'flac', tolerance: 0, decode: flacSamples },
  MP3: {
    program: 'mpg123',
    // Ours gives whole steps of 16 bits; the two round on their way there.
    tolerance: 3 * STEP,
    decode: throughWav('mpg123', (from, to) => ['-q', '-e', 'f32', '-w', to, from]),
  },
  'MP3 in WAV': {
    program: 'mpg123',
    tolerance: 3 * STEP,
    decode: throughWav('mpg123', (from, to) => ['-q', '-e', 'f32', '-w', to, from]),
  },
  Opus: {
    program: 'opusdec',
    // The two are different builds: at full scale they are two steps of 16 bits apart.
    tolerance: 3 * STEP,
    decode: throughWav('opusdec', (from, to) => ['--quiet', '--float', '--rate', '48000', from, to]),
  },
  'Ogg Vorbis': {
    program: 'oggdec',
    // Theirs gives whole steps of 16 bits.
    tolerance: 2 * STEP,
    decode: throughWav('oggdec', (from, to) => ['-Q', '-o', to, from]),
  },
};

/** The reference for a kind, undefined where its program is not installed. */
export function referenceFor(kind: string): Reference | undefined {
  const reference = REFERENCES[kind] ?? FFMPEG;
  return isInstalled(reference.program) ? reference : undefined;
}

function throughWav(program: string, args: (from: string, to: string) => string[]): Reference['decode'] {
  return async (path, folder) => {
    const to = join(folder, 'reference.wav');
    rmSync(to, { force: true });
    // mpg123 writes nothing of a single frame, and says that all is well.
    if (tried(program, args(path, to)) === undefined || !existsSync(to)) return undefined;
    return (await readWavFile(to)).channels;
  };
}

/**
 * Bare samples, because the WAV files that flac writes repeat a header that contradicts the frames. It gives bare
 * samples of whole bytes only. `-F`: what is wrong in other places does not matter.
 */
async function flacSamples(path: string, folder: string, ours: Decoded): Promise<readonly Float32Array[] | undefined> {
  const to = join(folder, 'reference.raw');
  const bare = ['--force-raw-format', '--endian=little', '--sign=signed'];
  if (tried('flac', ['-d', '-s', '-f', '-F', ...bare, '-o', to, path]) === undefined)
    return throughWav('flac', (from, wav) => ['-d', '-s', '-f', '-F', '-o', wav, from])(path, folder, ours);
  const bytes = readFileSync(to);
  const size = { uint8: 1, int16: 2, int24: 3, int32: 4, float32: 4, float64: 8 }[ours.format];
  const frames = Math.floor(bytes.length / size / ours.channels.length);
  return ours.channels.map((_, c) =>
    Float32Array.from({ length: frames }, (_, n) => {
      const at = size * (n * ours.channels.length + c);
      return bytes.readIntLE(at, size) / 2 ** (8 * size - 1);
    }),
  );
}
