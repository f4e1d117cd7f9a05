/**
 * In:     bytes of an MP3 or FLAC file between its frames
 * Out:    how long the tag is that begins or ends there, to mp3-scanner.ts and flac-scanner.ts
 * Thread: any
 *
 * Tags stand before and after the sound, and in the middle of files that were joined. None of them is damage.
 */
import { id3Bytes } from './id3.ts';

/** How far to look for the end of a tag that does not state its length at its beginning. */
export const MOST_TAG_BYTES = 1 << 20;

const LYRICS = 'LYRICSBEGIN';
const ID3V1_BYTES = 128;
const ID3V1_PLUS_BYTES = 227;
const APE_HEADER_BYTES = 32;
/** The first version of Lyrics3 states no length, and is no longer than this. */
const MOST_LYRICS1_BYTES = 5200;
/** More fields than any program writes. */
const MOST_LYRICS_FIELDS = 100;

/** Whether a tag begins here, or ends, that does not look so by chance; for places where anything may stand. */
export function isMark(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] === 0x49) return bytes[at + 3] < 5 && (bytes[at + 5] & 15) === 0 && id3Bytes(bytes, at) !== undefined;
  return isText(bytes, at, 'APETAGEX') || isText(bytes, at, LYRICS);
}

/** Whether a tag begins here of which {@link tagBytes} must see the end. */
export function isEndless(bytes: Uint8Array, at: number): boolean {
  return isText(bytes, at, LYRICS);
}

/** Bytes of the tag that begins at `at`; undefined where none does. It may end beyond the bytes that are there. */
export function tagBytes(bytes: Uint8Array, at: number): number | undefined {
  switch (bytes[at]) {
    case 0x49:
      return id3Bytes(bytes, at);
    case 0x54:
      return isText(bytes, at, 'TAG+') ? ID3V1_PLUS_BYTES : isText(bytes, at, 'TAG') ? ID3V1_BYTES : undefined;
    case 0x41:
      return apeBytes(bytes, at)?.after;
    case 0x4c:
      return isText(bytes, at, LYRICS) ? lyricsBytes(bytes, at) : undefined;
    default:
      return undefined;
  }
}

/** Bytes before `at` that belong to a tag of which only the end is marked; 0 where there is none. */
export function bytesBefore(bytes: Uint8Array, at: number): number {
  return bytes[at] === 0x41 ? (apeBytes(bytes, at)?.before ?? 0) : 0;
}

/** https://wiki.hydrogenaudio.org/index.php?title=APE_Tags_Header: the size leaves out the header. */
function apeBytes(bytes: Uint8Array, at: number): { before: number; after: number } | undefined {
  if (at + APE_HEADER_BYTES > bytes.length || !isText(bytes, at, 'APETAGEX')) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, APE_HEADER_BYTES);
  const size = view.getUint32(12, true);
  const isHeader = (view.getUint32(20, true) & 0x20000000) !== 0;
  return isHeader
    ? { before: 0, after: APE_HEADER_BYTES + size }
    : { before: Math.max(0, size - APE_HEADER_BYTES), after: APE_HEADER_BYTES };
}

/** https://id3.org/Lyrics3v2: fields of three letters, five digits and a text; then the length and a mark. */
function lyricsBytes(bytes: Uint8Array, at: number): number | undefined {
  let end = at + LYRICS.length;
  for (let fields = 0; fields < MOST_LYRICS_FIELDS; fields++) {
    if (isText(bytes, end + 6, 'LYRICS200')) return end + 6 + 'LYRICS200'.length - at;
    const size = Number(String.fromCharCode(...bytes.subarray(end + 3, end + 8)));
    if (!Number.isInteger(size) || end + 8 + size > bytes.length) break;
    end += 8 + size;
  }
  const most = Math.min(bytes.length, at + MOST_LYRICS1_BYTES);
  for (end = at + LYRICS.length; end < most && !isText(bytes, end, LYRICS); end++)
    if (isText(bytes, end, 'LYRICSEND')) return end + 'LYRICSEND'.length - at;
  return undefined;
}

function isText(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}
