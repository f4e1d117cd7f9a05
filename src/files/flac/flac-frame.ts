/**
 * In:     bytes of one FLAC frame
 * Out:    its header, and its samples as whole numbers, to flac-reader.ts
 * Thread: any
 *
 * Format: RFC 9639, https://www.rfc-editor.org/rfc/rfc9639. Numbers are kept as float64, which holds the 33 bits of a
 * side channel and the sums of every predictor that the format allows.
 */
import { BitReader } from './bit-reader.ts';
import { crc8, crc16 } from './crc.ts';

/** What the stream says of all its frames (STREAMINFO, section 8.2). */
export interface FlacStream {
  readonly leastBlock: number;
  readonly mostBlock: number;
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly bits: number;
}

/** Header of one frame (section 9.1). */
export interface FlacFrameHeader {
  readonly samples: number;
  /** 0 … 7: independent channels, one less than there are; 8 left-side, 9 side-right, 10 mid-side. */
  readonly assignment: number;
  readonly bits: number;
  /** Number of the frame's first sample in the stream. */
  readonly firstSample: number;
  /** Length of the header, its checksum included. */
  readonly bytes: number;
}

/** The most bytes that a header has. */
export const MOST_HEADER_BYTES = 16;

const SAMPLE_BITS = [0, 8, 12, -1, 16, 20, 24, 32];

/**
 * The header at `at`, or undefined where there is none that fits the stream. At least {@link MOST_HEADER_BYTES} must
 * follow, or the end of the file.
 */
export function parseFrameHeader(bytes: Uint8Array, at: number, stream: FlacStream): FlacFrameHeader | undefined {
  if (bytes[at] !== 0xff || (bytes[at + 1] & 0xfe) !== 0xf8) return undefined;
  const numbersSamples = (bytes[at + 1] & 1) === 1;
  const sizeCode = bytes[at + 2] >> 4;
  const rateCode = bytes[at + 2] & 15;
  const assignment = bytes[at + 3] >> 4;
  const bits = SAMPLE_BITS[(bytes[at + 3] >> 1) & 7] || stream.bits;
  if (assignment > 10 || bits !== stream.bits || (bytes[at + 3] & 1) === 1 || sizeCode === 0 || rateCode === 15)
    return undefined;
  if ((assignment > 7 ? 2 : assignment + 1) !== stream.channels) return undefined;
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
  if (rateCode === 12) end += 1;
  else if (rateCode > 12) end += 2;
  if (samples > stream.mostBlock || end >= bytes.length || crc8(bytes, at, end) !== bytes[end]) return undefined;
  return {
    samples,
    assignment,
    bits,
    firstSample: numbersSamples ? number.value : number.value * stream.leastBlock,
    bytes: end + 1 - at,
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

/**
 * Decodes the frame whose header lies at `at` into `channels`, and returns its length in bytes. Throws an Error where
 * it is damaged or `bytes` end before it does.
 */
export function decodeFrame(
  bytes: Uint8Array,
  at: number,
  header: FlacFrameHeader,
  channels: readonly Float64Array[],
): number {
  const { samples, assignment, bits } = header;
  const reader = new BitReader(bytes, at + header.bytes);
  for (let c = 0; c < channels.length; c++) {
    // The difference of two channels takes one bit more than each of them.
    const isSide = (assignment === 8 && c === 1) || (assignment === 9 && c === 0) || (assignment === 10 && c === 1);
    decodeSubframe(reader, channels[c], samples, bits + (isSide ? 1 : 0));
  }
  const end = reader.byteEnd();
  if (end + 2 > bytes.length) throw new Error('a frame is cut off');
  if (crc16(bytes, at, end) !== ((bytes[end] << 8) | bytes[end + 1]))
    throw new Error('the checksum of a frame is wrong');
  if (assignment > 7) joinChannels(assignment, channels[0], channels[1], samples);
  return end + 2 - at;
}

/** Inter-channel decorrelation (section 4.2). */
function joinChannels(assignment: number, a: Float64Array, b: Float64Array, samples: number): void {
  for (let n = 0; n < samples; n++) {
    const [first, second] = [a[n], b[n]];
    if (assignment === 8) b[n] = first - second;
    else if (assignment === 9) a[n] = first + second;
    else {
      const sum = 2 * first + Math.abs(second % 2);
      a[n] = (sum + second) / 2;
      b[n] = (sum - second) / 2;
    }
  }
}

/** One channel (section 9.2). */
function decodeSubframe(reader: BitReader, out: Float64Array, samples: number, bits: number): void {
  if (reader.unsigned(1) !== 0) throw new Error('a subframe begins with a bit that is set');
  const type = reader.unsigned(6);
  const wasted = reader.unsigned(1) === 1 ? reader.unary() + 1 : 0;
  const width = bits - wasted;
  if (width < 1) throw new Error('a subframe has no bits left');
  if (type === 0) {
    out.fill(reader.signed(width), 0, samples);
  } else if (type === 1) {
    for (let n = 0; n < samples; n++) out[n] = reader.signed(width);
  } else if (type >= 8 && type <= 12) {
    const order = type - 8;
    for (let n = 0; n < order; n++) out[n] = reader.signed(width);
    decodeResidual(reader, out, samples, order);
    predict(out, samples, FIXED[order], 0);
  } else if (type >= 32) {
    const order = type - 31;
    if (order > samples) throw new Error('a predictor is longer than its frame');
    for (let n = 0; n < order; n++) out[n] = reader.signed(width);
    const precision = reader.unsigned(4) + 1;
    const shift = reader.signed(5);
    if (precision === 16 || shift < 0) throw new Error('a predictor has an impossible precision');
    const coefficients = Array.from({ length: order }, () => reader.signed(precision));
    decodeResidual(reader, out, samples, order);
    predict(out, samples, coefficients, shift);
  } else {
    throw new Error('a subframe has a reserved type');
  }
  if (wasted > 0) for (let n = 0; n < samples; n++) out[n] *= 2 ** wasted;
}

/** Predictors that need no coefficients in the file (section 9.2.5), newest sample first. */
export const FIXED: readonly (readonly number[])[] = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]];

/** Adds to each residual the prediction from the samples before it. */
function predict(out: Float64Array, samples: number, coefficients: readonly number[], shift: number): void {
  const order = coefficients.length;
  const weights = Float64Array.from(coefficients);
  const scale = 2 ** -shift;
  for (let n = order; n < samples; n++) {
    let sum = 0;
    for (let i = 0; i < order; i++) sum += weights[i] * out[n - 1 - i];
    out[n] += Math.floor(sum * scale);
  }
}

/** Rice codes in partitions (section 9.2.7). */
function decodeResidual(reader: BitReader, out: Float64Array, samples: number, order: number): void {
  const method = reader.unsigned(2);
  if (method > 1) throw new Error('a residual has a reserved coding');
  const [parameterBits, escapeCode] = method === 0 ? [4, 15] : [5, 31];
  const partitions = 1 << reader.unsigned(4);
  const length = samples / partitions;
  if (!Number.isInteger(length) || length < order) throw new Error('a residual has partitions that do not fit');
  for (let p = 0, n = order; p < partitions; p++) {
    const end = (p + 1) * length;
    const parameter = reader.unsigned(parameterBits);
    if (parameter === escapeCode) {
      const width = reader.unsigned(5);
      for (; n < end; n++) out[n] = width === 0 ? 0 : reader.signed(width);
    } else {
      for (; n < end; n++) out[n] = reader.rice(parameter);
    }
  }
}
