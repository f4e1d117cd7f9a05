/**
 * In:     a file of any kind (node-files.ts)
 * Out:    a reader of its sound, to files/enhance-reader.ts
 * Thread: any of Node's
 */
import { extname } from 'node:path';
import type { AudioReader } from '../../files/audio-file.ts';
import type { ByteSource } from '../../files/byte-source.ts';
import { openMp3InWav } from '../../files/mp3/mp3-in-wav.ts';
import { openMp3 } from '../../files/mp3/mp3-reader.ts';
import { openOgg } from '../../files/ogg/ogg-reader.ts';
import { isSoundKind, openSound, type SoundKind } from '../../files/open-sound.ts';
import { CONVERT, recognise, refusalOf } from '../../files/recognise.ts';
import { loadDecoder } from './mp3/load-decoder.ts';

/** Kinds of files that are read. */
export type AudioKind = SoundKind | 'MP3' | 'MP3 in WAV' | 'Ogg Vorbis' | 'Opus';

/** Extensions that make a file in a folder a recording, and its likely kinds; its content says which kind it is. */
export const EXTENSIONS: Readonly<Record<string, readonly AudioKind[]>> = {
  '.wav': ['WAV', 'MP3 in WAV'],
  '.wave': ['WAV', 'MP3 in WAV'],
  '.bwf': ['WAV', 'MP3 in WAV'],
  '.rf64': ['WAV'],
  '.w64': ['Wave64'],
  '.aif': ['AIFF'],
  '.aiff': ['AIFF'],
  '.aifc': ['AIFF'],
  '.caf': ['CAF'],
  '.au': ['AU'],
  '.flac': ['FLAC'],
  '.mp3': ['MP3', 'MP3 in WAV'],
  '.mpga': ['MP3'],
  '.ogg': ['Ogg Vorbis', 'Opus'],
  '.oga': ['Ogg Vorbis', 'Opus'],
  '.ogx': ['Ogg Vorbis', 'Opus'],
  '.opus': ['Opus'],
};

/**
 * Endings of recordings that are not read. In a folder they are told with the line that converts them, so that none is
 * left out without a word. Videos are not looked for.
 */
const OTHER_EXTENSIONS: readonly string[] = [
  '.m4a',
  '.m4b',
  '.aac',
  '.wma',
  '.amr',
  '.mka',
  '.weba',
  '.spx',
  '.mp2',
  '.ac3',
  '.ape',
  '.wv',
  '.tta',
  '.dsf',
];

/** Whether a file in a folder counts as a recording by the end of its name. */
export function hasNameOfRecording(path: string): boolean {
  const extension = extname(path).toLowerCase();
  return extension in EXTENSIONS || OTHER_EXTENSIONS.includes(extension);
}

const READ = 'WAV, Wave64, AIFF, CAF, AU, FLAC, MP3, Ogg Vorbis or Opus';

/** Opens a file by its content. Throws an Error with the reason, and what to do, where its sound cannot be read. */
export async function openAudio(source: ByteSource): Promise<{ kind: AudioKind; reader: AudioReader }> {
  if (source.size === 0) throw new Error('the file is empty');
  const found = await recognise(source);
  if (found === undefined) return { kind: 'MP3', reader: await openUnknown(source) };
  const { kind, start } = found;
  if (isSoundKind(kind)) return { kind, reader: await openSound(source, kind, start) };
  switch (kind) {
    case 'MP3':
      return { kind, reader: await openMp3(source, loadDecoder) };
    case 'MP3 in WAV':
      return { kind, reader: await openMp3InWav(source, start, loadDecoder) };
    case 'Ogg':
    case 'Ogg Vorbis':
    case 'Opus':
      return openOgg(source);
    default:
      throw new Error(`expected ${READ}, found ${refusalOf(found)}`);
  }
}

/** An MP3 file may begin with anything: its player looks for the first frame. */
async function openUnknown(source: ByteSource): Promise<AudioReader> {
  try {
    return await openMp3(source, loadDecoder);
  } catch (cause) {
    throw new Error(`expected ${READ}, found none of them: the file is damaged, or ${CONVERT}`, { cause });
  }
}
