/**
 * In:     a file of a kind that has been recognised (files/recognise.ts)
 * Out:    the rate and bit depth that it states
 * Thread: any; does no input or output itself
 *
 * decodeAudioData brings everything to the rate of its context and does not say what it was before. So the rate is read
 * here, and the context is made at that rate. Only what that takes is read; the browser does the decoding.
 */
import type { ByteSource } from '../../src/files/byte-source.ts';
import type { Recognised } from '../../src/files/recognise.ts';

/** What a file says about itself. */
export interface Identity {
  /** For people, for example `FLAC`. */
  readonly format: string;
  /** Undefined where the file does not say, or not where it was looked for. */
  readonly sampleRateHz?: number | undefined;
  /** Only of formats that keep samples exactly. */
  readonly bits?: number | undefined;
}

type Read = ByteSource['read'];

const HEAD_BYTES = 64;
const MPEG_SEARCH_BYTES = 4096;
const WEBM_SEARCH_BYTES = 65536;
const MOST_BOXES = 1000;

/** What there is to say of a file that has been recognised. */
export async function identify(source: ByteSource, { kind, start }: Recognised): Promise<Identity> {
  const read: Read = (position, length) => source.read(start + position, length);
  switch (kind) {
    case 'FLAC':
      return flac(await read(0, HEAD_BYTES));
    case 'Opus':
    case 'Ogg Vorbis':
    case 'Ogg FLAC':
      return ogg(kind, await read(0, HEAD_BYTES));
    case 'MPEG-4':
      return { format: kind, sampleRateHz: await mp4Rate(read, source.size - start) };
    case 'WebM':
      return webm(await read(0, WEBM_SEARCH_BYTES));
    case 'MP3':
    case 'AAC':
      return mpeg(await read(0, MPEG_SEARCH_BYTES)) ?? { format: kind };
    default:
      return { format: kind };
  }
}

/** https://www.rfc-editor.org/rfc/rfc9639#section-8.2 */
function flac(head: Uint8Array): Identity {
  if (head.length < 22) return { format: 'FLAC' };
  const rate = (head[18] << 12) | (head[19] << 4) | (head[20] >> 4);
  return { format: 'FLAC', sampleRateHz: plausible(rate), bits: 1 + (((head[20] & 1) << 4) | (head[21] >> 4)) };
}

/** The first packet begins after a page header with one segment: https://www.rfc-editor.org/rfc/rfc3533#section-6 */
function ogg(format: 'Opus' | 'Ogg Vorbis' | 'Ogg FLAC', head: Uint8Array): Identity {
  // Opus decodes at 48 kHz whatever was recorded: https://www.rfc-editor.org/rfc/rfc7845#section-5.1
  if (format === 'Opus') return { format, sampleRateHz: 48000 };
  if (format === 'Ogg FLAC') return { ...flac(head.subarray(37)), format };
  return { format, sampleRateHz: head.length < 44 ? undefined : plausible(viewOf(head).getUint32(40, true)) };
}

/** Frame headers of MPEG audio, and of AAC in ADTS, whose layer is 0. */
function mpeg(bytes: Uint8Array): Identity | undefined {
  for (let at = 0; at + 4 <= bytes.length; at++) {
    if (bytes[at] !== 0xff || (bytes[at + 1] & 0xe0) !== 0xe0) continue;
    const version = (bytes[at + 1] >> 3) & 3;
    const layer = (bytes[at + 1] >> 1) & 3;
    if (layer === 0 && (bytes[at + 1] & 0xf0) === 0xf0) {
      const rate = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000][
        (bytes[at + 2] >> 2) & 15
      ];
      if (rate !== undefined) return { format: 'AAC', sampleRateHz: rate };
    }
    const index = (bytes[at + 2] >> 2) & 3;
    const bitrate = bytes[at + 2] >> 4;
    if (layer === 0 || version === 1 || index === 3 || bitrate === 15 || bitrate === 0) continue;
    const halvings = version === 3 ? 0 : version === 2 ? 1 : 2;
    return { format: layer === 1 ? 'MP3' : 'MPEG audio', sampleRateHz: [44100, 48000, 32000][index] >> halvings };
  }
  return undefined;
}

/** SamplingFrequency is element B5 of a track: https://www.rfc-editor.org/rfc/rfc9559#name-samplingfrequency-element */
function webm(bytes: Uint8Array): Identity {
  const format = 'WebM';
  if (indexOf(bytes, 'A_OPUS') >= 0) return { format, sampleRateHz: 48000 };
  const view = viewOf(bytes);
  for (let at = 0; at + 10 <= bytes.length; at++) {
    if (bytes[at] !== 0xb5 || (bytes[at + 1] !== 0x84 && bytes[at + 1] !== 0x88)) continue;
    const rate = plausible(bytes[at + 1] === 0x84 ? view.getFloat32(at + 2) : view.getFloat64(at + 2));
    if (rate !== undefined) return { format, sampleRateHz: rate };
  }
  return { format };
}

/**
 * The clock of the first sound track, which writers set to its sample rate: ISO/IEC 14496-12, boxes moov, trak, mdia,
 * mdhd and hdlr.
 */
async function mp4Rate(read: Read, fileBytes: number): Promise<number | undefined> {
  const ends = [fileBytes];
  let clock: number | undefined;
  for (let at = 0, boxes = 0; at + 8 <= fileBytes && boxes < MOST_BOXES; boxes++) {
    const head = await read(at, 40);
    if (head.length < 16) return undefined;
    const view = viewOf(head);
    const name = text(head, 4, 4);
    const size = view.getUint32(0) === 1 ? Number(view.getBigUint64(8)) : view.getUint32(0);
    if (name === 'mdhd') clock = view.getUint32(head[8] === 1 ? 28 : 20);
    if (name === 'hdlr' && text(head, 16, 4) === 'soun') return clock === undefined ? undefined : plausible(clock);
    if (['moov', 'trak', 'mdia'].includes(name)) {
      ends.push(at + size);
      at += 8;
      continue;
    }
    if (size < 8) return undefined;
    at += size;
    while (ends.length > 1 && at >= ends[ends.length - 1]) ends.pop();
  }
  return undefined;
}

/** A rate that an audio context can be made at. */
function plausible(rate: number): number | undefined {
  return Number.isInteger(rate) && rate >= 3000 && rate <= 768000 ? rate : undefined;
}

function text(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}

function indexOf(bytes: Uint8Array, word: string): number {
  for (let at = 0; at + word.length <= bytes.length; at++)
    if (bytes[at] === word.charCodeAt(0) && text(bytes, at, word.length) === word) return at;
  return -1;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
