/**
 * In:     the beginning of a file (byte-source.ts)
 * Out:    what kind of file it is, whatever its name says, to the command line and the file studio
 * Thread: any
 */
import type { ByteSource } from './byte-source.ts';
import { afterId3 } from './id3.ts';
import { holdsMp3 } from './wav/holds-mp3.ts';

/** Kinds of files that hold sound, and a few that are taken for such. */
export type FileKind = (typeof SIGNATURES)[number][0] | 'MP3' | 'MP3 in WAV' | 'AAC';

/** What a file is. */
export interface Recognised {
  readonly kind: FileKind;
  /** The same for a sentence: `a WAV file`. */
  readonly phrase: string;
  /** Where it begins: behind tags of MP3 players, which are put in front of anything. */
  readonly start: number;
}

type Mark = readonly [at: number, text: string];

/** A kind, the same for a sentence, and bytes of which all are there, one character each. */
type Signature = readonly [kind: string, phrase: string, ...marks: readonly Mark[]];

/** The first that fits counts. */
const SIGNATURES = [
  ['AVI', 'an AVI video', [0, 'RIFF'], [8, 'AVI ']],
  ['QCP', 'a QCP file', [0, 'RIFF'], [8, 'QLCM']],
  ['MIDI', 'a MIDI file', [0, 'RIFF'], [8, 'RMID']],
  ['MIDI', 'a MIDI file', [0, 'MThd']],
  ['WAV', 'a WAV file', [0, 'RIFF']],
  ['WAV', 'a WAV file', [0, 'RF64']],
  ['WAV', 'a WAV file', [0, 'BW64']],
  ['WAV', 'a WAV file', [0, 'RIFX']],
  ['Wave64', 'a Wave64 file', [0, 'riff\x2e\x91\xcf\x11']],
  ['AIFF', 'an AIFF file', [0, 'FORM'], [8, 'AIF']],
  ['8SVX', 'an Amiga 8SVX file', [0, 'FORM'], [8, '8SVX']],
  ['CAF', 'a CAF file', [0, 'caff']],
  ['AU', 'an AU file', [0, '.snd']],
  ['FLAC', 'a FLAC file', [0, 'fLaC']],
  ['Opus', 'an Opus file', [0, 'OggS'], [28, 'OpusHead']],
  ['Ogg Vorbis', 'an Ogg Vorbis file', [0, 'OggS'], [29, 'vorbis']],
  ['Ogg FLAC', 'an Ogg FLAC file', [0, 'OggS'], [29, 'FLAC']],
  ['Speex', 'a Speex file', [0, 'OggS'], [28, 'Speex']],
  ['Ogg', 'an Ogg file', [0, 'OggS']],
  ['MPEG-4', 'an MP4, M4A or QuickTime file', [4, 'ftyp']],
  ['MPEG-4', 'an MP4, M4A or QuickTime file', [4, 'moov']],
  ['MPEG-4', 'an MP4, M4A or QuickTime file', [4, 'mdat']],
  ['MPEG-4', 'an MP4, M4A or QuickTime file', [4, 'wide']],
  ['WebM', 'a WebM or Matroska file', [0, '\x1aE\xdf\xa3']],
  ['Windows Media', 'a Windows Media file', [0, '0&\xb2u\x8ef\xcf\x11']],
  ['AMR', 'an AMR file', [0, '#!AMR']],
  ['EVRC', 'an EVRC file', [0, '#!EVRC']],
  ['SILK', 'a SILK file', [0, '#!SILK']],
  ['SILK', 'a SILK file', [1, '#!SILK']],
  ['AAC', 'an AAC file', [0, 'ADIF']],
  ["Monkey's Audio", "a Monkey's Audio file", [0, 'MAC ']],
  ['WavPack', 'a WavPack file', [0, 'wvpk']],
  ['True Audio', 'a True Audio file', [0, 'TTA']],
  ['TAK', 'a TAK file', [0, 'tBaK']],
  ['OptimFROG', 'an OptimFROG file', [0, 'OFR ']],
  ['Shorten', 'a Shorten file', [0, 'ajkg']],
  ['Musepack', 'a Musepack file', [0, 'MPCK']],
  ['Musepack', 'a Musepack file', [0, 'MP+']],
  ['DSD', 'a DSD file', [0, 'DSD ']],
  ['DSD', 'a DSD file', [0, 'FRM8']],
  ['NIST SPHERE', 'a NIST SPHERE file', [0, 'NIST_1A']],
  ['VOC', 'a Creative Voice file', [0, 'Creative Voice File']],
  ['RealMedia', 'a RealMedia file', [0, '.RMF']],
  ['RealMedia', 'a RealMedia file', [0, '.ra\xfd']],
  ['Flash video', 'a Flash video', [0, 'FLV\x01']],
  ['MPEG video', 'an MPEG video', [0, '\0\0\x01\xba']],
  ['MPEG video', 'an MPEG video', [0, '\0\0\x01\xb3']],
  ['MPEG video', 'an MPEG transport stream', [0, 'G'], [188, 'G'], [376, 'G']],
  ['AC-3', 'an AC-3 file', [0, '\x0bw']],
  ['DTS', 'a DTS file', [0, '\x7f\xfe\x80\x01']],
  ['AppleDouble', 'what a Mac keeps beside a file', [0, '\0\x05\x16\x07']],
  ['ZIP', 'a ZIP archive', [0, 'PK\x03\x04']],
] as const satisfies readonly Signature[];

/** What to do with files that hold no sound, or hold it wrapped up. */
const WITHOUT_SOUND: Readonly<Partial<Record<FileKind, string>>> = {
  MIDI: 'which holds notes and no sound',
  AppleDouble: 'which holds no sound',
  ZIP: 'unpack it first',
};

const HEAD_BYTES = 384;

/** What to do with a recording that is not read. */
export const CONVERT = 'convert it first, for example with ffmpeg -i IN -c:a pcm_s16le OUT.wav';

/** What a file is by its content; undefined where nothing is recognised. */
export async function recognise(source: ByteSource): Promise<Recognised | undefined> {
  const start = await afterId3(source);
  const head = (await source.read(start, HEAD_BYTES)).slice();
  const found = SIGNATURES.find(([, , ...marks]: Signature) =>
    marks.every(([at, mark]) => text(head, at, mark.length) === mark),
  );
  if (found?.[0] === 'WAV' && (await holdsMp3(source, start)))
    return { kind: 'MP3 in WAV', phrase: 'a WAV file with MP3 in it', start };
  if (found !== undefined) return { kind: found[0], phrase: found[1], start };
  if (await isAdts(source, start)) return { kind: 'AAC', phrase: 'an AAC file', start };
  return start > 0 || isMpegHeader(head) ? { kind: 'MP3', phrase: 'an MP3 file', start } : undefined;
}

/** The only mark of an MPEG frame is eleven bits. Some values of those that follow are reserved. */
function isMpegHeader(head: Uint8Array): boolean {
  if (head.length < 4 || head[0] !== 0xff || (head[1] & 0xe0) !== 0xe0) return false;
  const [version, layer, bitrate, rate] = [(head[1] >> 3) & 3, (head[1] >> 1) & 3, head[2] >> 4, (head[2] >> 2) & 3];
  return version !== 1 && layer !== 0 && bitrate !== 15 && rate !== 3;
}

/** What a file is that is recognised and cannot be read, and what to do with it. */
export function refusalOf({ kind, phrase }: Pick<Recognised, 'kind' | 'phrase'>): string {
  const words = WITHOUT_SOUND[kind];
  return words === undefined ? `${phrase}: ${CONVERT}` : `${phrase}, ${words}`;
}

/** Two headers of AAC frames, the second where the first says: ISO/IEC 13818-7, section 6.2. */
async function isAdts(source: ByteSource, start: number): Promise<boolean> {
  let position = start;
  for (let frames = 0; frames < 2; frames++) {
    const head = await source.read(position, 7);
    if (head.length < 7 || head[0] !== 0xff || (head[1] & 0xf6) !== 0xf0) return false;
    const bytes = ((head[3] & 3) << 11) | (head[4] << 3) | (head[5] >> 5);
    if (bytes < 7) return false;
    position += bytes;
  }
  return true;
}

function text(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
