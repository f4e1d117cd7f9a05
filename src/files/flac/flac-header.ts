/**
 * In:     bytes of a FLAC file
 * Out:    the header of a frame, to flac-frame.ts and flac-reader.ts
 * Thread: any
 *
 * Format: RFC 9639, https://www.rfc-editor.org/rfc/rfc9639, section 9.1. What a frame says of itself is checked by two
 * checksums, and what the stream's header says of it by none. So a frame is read by what it says, and the stream's
 * header fills in what it leaves open.
 */
import { crc8 } from './crc.ts';

/** Header of one frame. */
export interface FlacFrameHeader {
  readonly samples: number;
  readonly channels: number;
  /** 0 … 7: independent channels, one less than there are; 8 left-side, 9 side-right, 10 mid-side. */
  readonly assignment: number;
  readonly sampleRateHz: number;
  readonly bits: number;
  /** Whether {@link number} counts samples; otherwise frames, which all have one length but for the last. */
  readonly numbersSamples: boolean;
  /** Number of the frame, or of its first sample. */
  readonly number: number;
  /** Length of the header, its checksum included. */
  readonly bytes: number;
  /** The most bytes that the frame can sensibly have: twice those of samples that are not compressed. */
  readonly mostFrameBytes: number;
}

/** What a frame may leave to the stream's header. */
export interface FrameDefaults {
  readonly sampleRateHz: number;
  readonly bits: number;
}

/** The most bytes that a header has. */
export const MOST_HEADER_BYTES = 16;

const SAMPLE_BITS = [0, 8, 12, -1, 16, 20, 24, 32];
const RATES_HZ = [0, 88200, 176400, 192000, 8000, 16000, 22050, 24000, 32000, 44100, 48000, 96000];

/**
 * The header at `at`, or undefined where there is none. At least {@link MOST_HEADER_BYTES} must follow, or the end of
 * the file.
 */
export function parseFrameHeader(bytes: Uint8Array, at: number, defaults: FrameDefaults): FlacFrameHeader | undefined {
  if (bytes[at] !== 0xff || (bytes[at + 1] & 0xfe) !== 0xf8) return undefined;
  const sizeCode = bytes[at + 2] >> 4;
  const rateCode = bytes[at + 2] & 15;
  const assignment = bytes[at + 3] >> 4;
  const bits = SAMPLE_BITS[(bytes[at + 3] >> 1) & 7] || defaults.bits;
  if (assignment > 10 || bits < 4 || (bytes[at + 3] & 1) === 1 || sizeCode === 0 || rateCode === 15) return undefined;
  const number = codedNumber(bytes, at + 4);
  if (number === undefined) return undefined;
  let end = at + 4 + number.bytes;
  let samples: number;
  if (sizeCode === 6) samples = bytes[end++] + 1;
  else if (sizeCode === 7) {
    samples = ((bytes[end] << 8) | bytes[end + 1]) + 1;
    end += 2;
  } else if (sizeCode === 1) samples = 192;
  else samples = sizeCode < 6 ? 144 << sizeCode : 1 << sizeCode;
  let sampleRateHz = RATES_HZ[rateCode] || defaults.sampleRateHz;
  if (rateCode === 12) sampleRateHz = 1000 * bytes[end++];
  else if (rateCode > 12) {
    sampleRateHz = ((bytes[end] << 8) | bytes[end + 1]) * (rateCode === 13 ? 1 : 10);
    end += 2;
  }
  if (end >= bytes.length || crc8(bytes, at, end) !== bytes[end]) return undefined;
  const channels = assignment > 7 ? 2 : assignment + 1;
  return {
    samples,
    channels,
    assignment,
    sampleRateHz,
    bits,
    numbersSamples: (bytes[at + 1] & 1) === 1,
    number: number.value,
    bytes: end + 1 - at,
    mostFrameBytes: MOST_HEADER_BYTES + channels * (16 + Math.ceil((samples * (bits + 1)) / 4)),
  };
}

/** The number of a frame or sample: up to 36 bits, coded as UTF-8 codes characters (section 9.1.5). */
function codedNumber(bytes: Uint8Array, at: number): { value: number; bytes: number } | undefined {
  const ones = Math.clz32(~(bytes[at] << 24));
  if (ones === 0) return { value: bytes[at], bytes: 1 };
  if (ones === 1 || ones > 7) return undefined;
  let value = bytes[at] & (0x7f >> ones);
  for (let i = 1; i < ones; i++) {
    if ((bytes[at + i] & 0xc0) !== 0x80) return undefined;
    value = value * 64 + (bytes[at + i] & 0x3f);
  }
  return { value, bytes: ones };
}
