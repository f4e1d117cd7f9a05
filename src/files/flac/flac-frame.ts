/**
 * In:     bytes of one FLAC frame, and its header (flac-header.ts)
 * Out:    its samples as whole numbers, to flac-reader.ts
 * Thread: any
 *
 * Format: RFC 9639, https://www.rfc-editor.org/rfc/rfc9639. Numbers are kept as float64, which holds the 33 bits of a
 * side channel and the sums of every predictor that the format allows.
 *
 * Reading the bits comes first, then the checksum, and only then what takes longer than its bytes: a frame of sixty
 * bytes may stand for half a million samples, and one that is no frame must not cost as much.
 */
import { BitReader } from './bit-reader.ts';
import { crc16 } from './crc.ts';
import type { FlacFrameHeader } from './flac-header.ts';

/** What became of an attempt to decode a frame. */
export interface FrameAttempt {
  /** False where there is no whole frame with a right checksum, or its samples are beyond their depth. */
  readonly isFrame: boolean;
  /** Length of the frame, or the work that was done in vain: a byte that was looked at, or a sample. */
  readonly bytes: number;
}

/** What is left to do for a channel once its bits have been read. */
type Completion = () => void;

/**
 * Decodes the frame whose header lies at `at` into `channels`, which must have room for its samples. Without a frame,
 * what is in `channels` afterwards is undefined.
 */
export function decodeFrame(
  bytes: Uint8Array,
  at: number,
  header: FlacFrameHeader,
  channels: readonly Float64Array[],
): FrameAttempt {
  const reader = new BitReader(bytes, at + header.bytes, Math.min(bytes.length, at + header.mostFrameBytes));
  let completions: readonly Completion[];
  try {
    completions = channels.map((channel, c) => readSubframe(reader, channel, header.samples, widthOf(header, c)));
  } catch {
    return { isFrame: false, bytes: reader.byteEnd() - at };
  }
  const end = reader.byteEnd();
  const bytesLong = end + 2 - at;
  if (end + 2 > bytes.length || crc16(bytes, at, end) !== ((bytes[end] << 8) | bytes[end + 1]))
    return { isFrame: false, bytes: bytesLong };
  for (const complete of completions) complete();
  if (header.assignment > 7) joinChannels(header, channels[0], channels[1]);
  if (channels.every((channel) => isWithin(channel, header))) return { isFrame: true, bytes: bytesLong };
  return { isFrame: false, bytes: bytesLong + header.samples * channels.length };
}

/** The difference of two channels takes one bit more than each of them. */
function widthOf({ assignment, bits }: FlacFrameHeader, channel: number): number {
  return assignment > 7 && channel === (assignment === 9 ? 0 : 1) ? bits + 1 : bits;
}

/** Inter-channel decorrelation (section 4.2). */
function joinChannels({ assignment, samples }: FlacFrameHeader, a: Float64Array, b: Float64Array): void {
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

/** Predictors of a frame that is read with the wrong depth leave all bounds, and end in what is not a number. */
function isWithin(channel: Float64Array, { samples, bits }: FlacFrameHeader): boolean {
  const fullScale = 2 ** (bits - 1);
  for (let n = 0; n < samples; n++) if (!(channel[n] >= -fullScale && channel[n] < fullScale)) return false;
  return true;
}

/** One channel (section 9.2). */
function readSubframe(reader: BitReader, out: Float64Array, samples: number, bits: number): Completion {
  if (reader.unsigned(1) !== 0) throw new Error('a subframe begins with a bit that is set');
  const type = reader.unsigned(6);
  const wasted = reader.unsigned(1) === 1 ? reader.unary() + 1 : 0;
  const width = bits - wasted;
  if (width < 1) throw new Error('a subframe has no bits left');
  const complete = readSamples(reader, out, samples, width, type);
  return () => {
    complete();
    if (wasted > 0) for (let n = 0; n < samples; n++) out[n] *= 2 ** wasted;
  };
}

function readSamples(reader: BitReader, out: Float64Array, samples: number, width: number, type: number): Completion {
  if (type === 0) {
    const value = reader.signed(width);
    return () => out.fill(value, 0, samples);
  }
  if (type === 1) {
    for (let n = 0; n < samples; n++) out[n] = reader.signed(width);
    return () => {};
  }
  const isFixed = type >= 8 && type <= 12;
  if (!isFixed && type < 32) throw new Error('a subframe has a reserved type');
  const order = isFixed ? type - 8 : type - 31;
  if (order > samples) throw new Error('a predictor is longer than its frame');
  for (let n = 0; n < order; n++) out[n] = reader.signed(width);
  const { coefficients, shift } = isFixed ? { coefficients: FIXED[order], shift: 0 } : readPredictor(reader, order);
  const fillZeros = readResidual(reader, out, samples, order);
  return () => {
    fillZeros();
    predict(out, samples, coefficients, shift);
  };
}

/** Predictors that need no coefficients in the file (section 9.2.5), newest sample first. */
export const FIXED: readonly (readonly number[])[] = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]];

function readPredictor(reader: BitReader, order: number): { coefficients: readonly number[]; shift: number } {
  const precision = reader.unsigned(4) + 1;
  const shift = reader.signed(5);
  if (precision === 16 || shift < 0) throw new Error('a predictor has an impossible precision');
  const coefficients: number[] = [];
  for (let i = 0; i < order; i++) coefficients.push(reader.signed(precision));
  return { coefficients, shift };
}

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

/** Rice codes in partitions (section 9.2.7). Partitions that take no bits are filled afterwards. */
function readResidual(reader: BitReader, out: Float64Array, samples: number, order: number): Completion {
  const method = reader.unsigned(2);
  if (method > 1) throw new Error('a residual has a reserved coding');
  const [parameterBits, escapeCode] = method === 0 ? [4, 15] : [5, 31];
  const partitions = 1 << reader.unsigned(4);
  const length = samples / partitions;
  if (!Number.isInteger(length) || length < order) throw new Error('a residual has partitions that do not fit');
  const zeros: [from: number, to: number][] = [];
  for (let p = 0, n = order; p < partitions; p++) {
    const end = (p + 1) * length;
    const parameter = reader.unsigned(parameterBits);
    const width = parameter === escapeCode ? reader.unsigned(5) : undefined;
    if (width === undefined) for (; n < end; n++) out[n] = reader.rice(parameter);
    else if (width > 0) for (; n < end; n++) out[n] = reader.signed(width);
    else zeros.push([n, end]);
    n = end;
  }
  return () => {
    for (const [from, to] of zeros) out.fill(0, from, to);
  };
}
