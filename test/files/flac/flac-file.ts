/** FLAC files of any shape, honest or not, frame by frame: what FlacWriter does not write. RFC 9639. */
import { BitWriter } from '../../../src/files/flac/bit-writer.ts';

/** What a file says of itself. */
export interface StreamFields {
  readonly leastBlock?: number;
  readonly mostBlock?: number;
  readonly rate?: number;
  readonly channels?: number;
  readonly bits?: number;
  readonly totalSamples?: number;
}

/** What a frame says of itself. */
export interface FrameFields {
  readonly number: number;
  /** Whether the number is that of its first sample. */
  readonly isVariable?: boolean;
  /** 0: as the stream. */
  readonly rateCode?: number;
  readonly bits?: number;
}

/** The mark and STREAMINFO, and nothing else before the frames. */
export function streamHead({
  leastBlock = 4096,
  mostBlock = 4096,
  rate = 48000,
  channels = 1,
  bits = 16,
  totalSamples = 0,
}: StreamFields = {}): Uint8Array {
  const head = new Uint8Array(42);
  const view = new DataView(head.buffer);
  head.set([0x66, 0x4c, 0x61, 0x43, 0x80, 0, 0, 34]);
  view.setUint16(8, leastBlock);
  view.setUint16(10, mostBlock);
  view.setUint32(18, rate * 4096 + ((channels - 1) << 9) + ((bits - 1) << 4));
  view.setUint32(22, totalSamples);
  return head;
}

/** A frame of samples as they are, whole numbers, one list for each channel. */
export function plainFrame(channels: readonly ArrayLike<number>[], fields: FrameFields): Uint8Array {
  const bits = fields.bits ?? 16;
  const out = frameHead(channels[0].length, channels.length, fields);
  for (const samples of channels) {
    out.put(1 << 1, 8);
    for (let n = 0; n < samples.length; n++) out.putSigned(samples[n], bits);
  }
  return out.endWithCrc16().slice();
}

/** One channel of sound out of a few bytes: first samples, a predictor, and nothing that corrects it. */
export function predictedFrame(
  samples: number,
  first: readonly number[],
  coefficients: readonly number[],
  fields: FrameFields,
): Uint8Array {
  const out = frameHead(samples, 1, fields);
  out.put((31 + first.length) << 1, 8);
  for (const value of first) out.putSigned(value, fields.bits ?? 16);
  out.put(14, 4);
  out.put(0, 5);
  for (const coefficient of coefficients) out.putSigned(coefficient, 15);
  // One partition of residuals of no bits.
  out.put(0, 6);
  out.put(15, 4);
  out.put(0, 5);
  return out.endWithCrc16().slice();
}

/** A frame's header, to be followed by its channels. */
export function frameHead(samples: number, channels: number, fields: FrameFields): BitWriter {
  const { number, isVariable = false, rateCode = 0, bits = 16 } = fields;
  const out = new BitWriter();
  out.put(0xfff8 | (isVariable ? 1 : 0), 16);
  out.put(7, 4);
  out.put(rateCode, 4);
  out.put(channels - 1, 4);
  out.put({ 8: 1, 12: 2, 16: 4, 20: 5, 24: 6 }[bits] ?? 0, 3);
  out.put(0, 1);
  for (const byte of new TextEncoder().encode(String.fromCodePoint(number))) out.put(byte, 8);
  out.put(samples - 1, 16);
  out.putCrc8();
  return out;
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => {
    whole.set(part, at);
    return at + part.length;
  }, 0);
  return whole;
}
