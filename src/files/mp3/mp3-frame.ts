/**
 * In:     bytes of an MP3 file
 * Out:    the header of a frame, to mp3-scanner.ts
 * Thread: any
 */

import { tagBytes } from '../tags.ts';

/** What the four bytes before each frame say. ISO 11172-3, 2.4.2.3, and ISO 13818-3. */
export interface FrameHeader {
  /** 1, 2 or 3; only the last is MP3. */
  readonly layer: number;
  readonly bytes: number;
  readonly samples: number;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Bytes of its frames but for padding where headers state no bit rate (free format); else undefined. */
  readonly freeBytes: number | undefined;
  /** All that does not change within a file, as one number. */
  readonly kind: number;
}

/** Bytes of a header. */
export const HEADER_BYTES = 4;

/** Kilobits a second, by layer, of MPEG-1 and then of MPEG-2 and MPEG-2.5. */
const KBPS: readonly (readonly [readonly number[], readonly number[]])[] = [
  [
    [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  ],
  [
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  ],
  [
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  ],
];
const RATES_HZ = [44100, 48000, 32000];

/** The longest frame without padding that our decoder takes where headers state no bit rate. */
export const MOST_FREE_BYTES = 2303;
/** 640 kilobits a second, the most that encoders offer, at the lowest rate. */
const LONGEST_FREE_BYTES = 5760;

/**
 * The header at `at`, or undefined where there is none.
 * @param freeBytes length of frames whose headers state no bit rate; without it, those are none
 */
export function parseHeader(bytes: Uint8Array, at: number, freeBytes?: number): FrameHeader | undefined {
  if (at + HEADER_BYTES > bytes.length || bytes[at] !== 0xff || (bytes[at + 1] & 0xe0) !== 0xe0) return undefined;
  // 0: MPEG-2.5, 2: MPEG-2, 3: MPEG-1.
  const version = (bytes[at + 1] >> 3) & 3;
  const layer = 4 - ((bytes[at + 1] >> 1) & 3);
  const rateCode = (bytes[at + 2] >> 2) & 3;
  const bitrateCode = bytes[at + 2] >> 4;
  if (version === 1 || layer === 4 || rateCode === 3 || bitrateCode === 15) return undefined;
  const free = bitrateCode === 0 && layer === 3 ? freeBytes : undefined;
  if (bitrateCode === 0 && free === undefined) return undefined;
  const kbps = KBPS[layer - 1][version === 3 ? 0 : 1][bitrateCode];
  const sampleRateHz = RATES_HZ[rateCode] / (version === 3 ? 1 : version === 2 ? 2 : 4);
  const padding = (bytes[at + 2] >> 1) & 1;
  const samples = layer === 1 ? 384 : layer === 3 && version !== 3 ? 576 : 1152;
  const length =
    free !== undefined
      ? free + padding
      : layer === 1
        ? 4 * (Math.floor((12000 * kbps) / sampleRateHz) + padding)
        : Math.floor((samples * 125 * kbps) / sampleRateHz) + padding;
  const channels = bytes[at + 3] >> 6 === 3 ? 1 : 2;
  const kind = version + 4 * layer + 16 * rateCode + 64 * channels + 256 * (free ?? 0);
  return { layer, bytes: length, samples, sampleRateHz, channels, freeBytes: free, kind };
}

/**
 * Length without padding of the frames from `at` on whose headers state no bit rate: another like it follows, and as
 * far behind that a third, or what follows the last frame. Undefined where there are none.
 */
export function findFreeBytes(bytes: Uint8Array, at: number): number | undefined {
  if (!mayBeFree(bytes, at)) return undefined;
  const isLike = (other: number): boolean =>
    bytes[other] === 0xff && bytes[other + 1] === bytes[at + 1] && (bytes[other + 2] & 0xfd) === (bytes[at + 2] & 0xfd);
  const padding = (of: number): number => (bytes[of + 2] >> 1) & 1;
  const { start, length } = sideInfoBytes(bytes.subarray(at));
  for (let next = at + start + length; next <= at + LONGEST_FREE_BYTES; next++) {
    const third = 2 * next - at - padding(at) + padding(next);
    if (isLike(next) && (isLike(third) || third === bytes.length || tagBytes(bytes, third) !== undefined))
      return next - at - padding(at);
  }
  return undefined;
}

/** Whether the bytes at `at` are those of a frame of Layer III whose header states no bit rate. */
export function mayBeFree(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at] === 0xff &&
    (bytes[at + 1] & 0xe6) === 0xe2 &&
    (bytes[at + 1] & 0x18) !== 8 &&
    bytes[at + 2] < 12 &&
    at + HEADER_BYTES <= bytes.length
  );
}

/** Bytes of the side information that follows a header, and a checksum where there is one. */
export function sideInfoBytes(frame: Uint8Array): { start: number; length: number } {
  const isOne = (frame[1] & 0x18) === 0x18;
  const isMono = frame[3] >> 6 === 3;
  return {
    start: frame[1] & 1 ? HEADER_BYTES : HEADER_BYTES + 2,
    length: isOne ? (isMono ? 17 : 32) : isMono ? 9 : 17,
  };
}

/** Bytes of earlier frames in which a frame of Layer III begins; 0 in the first one that an encoder writes. */
export function reservoirBytes(frame: Uint8Array): number {
  const { start } = sideInfoBytes(frame);
  return (frame[1] & 0x18) === 0x18 ? 2 * frame[start] + (frame[start + 1] >> 7) : frame[start];
}
