/**
 * In:     the metadata blocks of a FLAC file
 * Out:    what its header says of the sound, to flac-reader.ts
 * Thread: any
 *
 * Format: RFC 9639, https://www.rfc-editor.org/rfc/rfc9639, section 8.
 */
import type { ByteWindow } from '../byte-window.ts';

/** What the stream says of itself (STREAMINFO, section 8.2). No checksum covers it. */
export interface StreamInfo {
  readonly mostBlock: number;
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly bits: number;
  /** Samples of each channel; 0 where the encoder did not know. */
  readonly totalSamples: number;
}

const STREAMINFO = 0;
const STREAMINFO_BYTES = 34;
/** Sane files have far fewer; beyond this a header is damaged. */
const MOST_METADATA_BLOCKS = 1000;

/** Whether a file begins here that calls itself FLAC. */
export function isStreamMark(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x66 && bytes[at + 1] === 0x4c && bytes[at + 2] === 0x61 && bytes[at + 3] === 0x43;
}

/** Whether another stream begins here: the mark, and a STREAMINFO after it, which are no chance. */
export function isStream(bytes: Uint8Array, at: number): boolean {
  const [type, ...length] = bytes.subarray(at + 4, at + 8);
  return isStreamMark(bytes, at) && (type & 127) === STREAMINFO && String(length) === `0,0,${STREAMINFO_BYTES}`;
}

/**
 * Moves from the mark of a stream to its first frame, and returns its STREAMINFO; undefined where it has none. Blocks
 * that lead beyond the end of the file are not believed: then the window stays where the first of them begins.
 */
export async function readMetadata(window: ByteWindow): Promise<StreamInfo | undefined> {
  window.skip(4);
  let info: StreamInfo | undefined;
  for (let blocks = 0; blocks < MOST_METADATA_BLOCKS; blocks++) {
    await window.fill(4 + STREAMINFO_BYTES);
    const { bytes, at } = window;
    const length = 4 + ((bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]);
    if (window.left < 4 || length > window.bytesAhead) break;
    if ((bytes[at] & 127) === STREAMINFO && length >= 4 + STREAMINFO_BYTES) info ??= readStreamInfo(bytes, at + 4);
    window.skip(length);
    if (bytes[at] >= 128) break;
  }
  return info;
}

function readStreamInfo(bytes: Uint8Array, at: number): StreamInfo {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, STREAMINFO_BYTES);
  const packed = view.getUint32(10);
  return {
    mostBlock: view.getUint16(2),
    sampleRateHz: packed >>> 12,
    channels: ((packed >>> 9) & 7) + 1,
    bits: ((packed >>> 4) & 31) + 1,
    totalSamples: (packed & 15) * 2 ** 32 + view.getUint32(14),
  };
}
