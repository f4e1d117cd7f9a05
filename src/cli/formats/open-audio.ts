/**
 * In:     a file of any kind (node-files.ts)
 * Out:    a reader of its sound, to files/enhance-reader.ts
 * Thread: any of Node's
 */
import type { AudioReader } from '../../files/audio-file.ts';
import type { ByteSource } from '../../files/byte-source.ts';
import { openFlac } from '../../files/flac/flac-reader.ts';
import { afterId3 } from '../../files/id3.ts';
import { openWav } from '../../files/wav/wav-reader.ts';
import { openMp3 } from './mp3/mp3-reader.ts';
import { openOgg } from './ogg/ogg-reader.ts';

/** Kinds of files that are read. */
export type AudioKind = 'WAV' | 'FLAC' | 'MP3' | 'Ogg Vorbis' | 'Opus';

/** Extensions that make a file in a folder a recording, and its likely kinds; its content says which kind it is. */
export const EXTENSIONS: Readonly<Record<string, readonly AudioKind[]>> = {
  '.wav': ['WAV'],
  '.wave': ['WAV'],
  '.bwf': ['WAV'],
  '.rf64': ['WAV'],
  '.flac': ['FLAC'],
  '.mp3': ['MP3'],
  '.ogg': ['Ogg Vorbis', 'Opus'],
  '.oga': ['Ogg Vorbis', 'Opus'],
  '.opus': ['Opus'],
};

/** Containers that are recognised only to say what to do with them. */
const OTHERS: readonly (readonly [at: number, mark: string, name: string])[] = [
  [4, 'ftyp', 'an MP4 or M4A file'],
  [0, '\x1aE\xdf\xa3', 'a WebM or Matroska file'],
  [0, 'FORM', 'an AIFF file'],
  [0, 'caff', 'a CAF file'],
  [0, 'RIFX', 'a big-endian WAV file'],
  [0, 'riff', 'a Wave64 file'],
  [0, '.snd', 'an AU file'],
  [0, '#!AMR', 'an AMR file'],
  [0, '0&\xb2u', 'a Windows Media file'],
  [0, 'MAC ', "a Monkey's Audio file"],
  [0, 'wvpk', 'a WavPack file'],
];

/** Opens a file by its content. Throws an Error with the reason, and what to do, where its sound cannot be read. */
export async function openAudio(source: ByteSource): Promise<{ kind: AudioKind; reader: AudioReader }> {
  if (source.size === 0) throw new Error('the file is empty');
  const head = text(await source.read(0, 16));
  if (/^(RIFF|RF64|BW64)/.test(head)) return { kind: 'WAV', reader: await openWav(source) };
  if (head.startsWith('OggS')) return openOgg(source);
  if (head.startsWith('fLaC') || text(await source.read(await afterId3(source), 4)) === 'fLaC')
    return { kind: 'FLAC', reader: await openFlac(source) };
  const other = OTHERS.find(([at, mark]) => head.startsWith(mark, at));
  if (other !== undefined) throw new Error(`expected WAV, FLAC, MP3, Ogg Vorbis or Opus, found ${other[2]}: ${ADVICE}`);
  // Last, because the only mark of an MP3 frame is eleven bits.
  try {
    return { kind: 'MP3', reader: await openMp3(source) };
  } catch (cause) {
    if (head.startsWith('ID3') || head.startsWith('\xff')) throw cause;
    throw new Error(
      `expected WAV, FLAC, MP3, Ogg Vorbis or Opus, found none of them: the file is damaged, or ${ADVICE}`,
      { cause },
    );
  }
}

const ADVICE = 'convert it first, for example with ffmpeg -i IN -c:a pcm_s16le OUT.wav';

function text(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
