/**
 * In:     bytes of uncompressed sound, in any byte order, or by the companding laws of telephony
 * Out:    the same in a format that sample-format.ts decodes, to pcm-reader.ts
 * Thread: any
 */
import type { SampleFormat } from '../sample-format.ts';
import { sampleBytes } from '../sample-format.ts';
import { compressedALaw, compressedMuLaw, expandedALaw, expandedMuLaw } from './g711.ts';

/** How samples lie in a file that is read: the formats that are written, and those that become one of them. */
export type Coding =
  | SampleFormat
  | 'int8'
  | 'int16be'
  | 'int24be'
  | 'int32be'
  | 'float32be'
  | 'float64be'
  | 'alaw'
  | 'mulaw';

interface Unpacking {
  /** What comes out; of the laws of telephony, what holds all of their steps. */
  readonly format: SampleFormat;
  /** Bytes of one sample in the file. */
  readonly bytes: number;
  readonly unpack: (bytes: Uint8Array) => Uint8Array;
}

const UNPACKINGS: Readonly<Record<Exclude<Coding, SampleFormat>, Unpacking>> = {
  int8: { format: 'uint8', bytes: 1, unpack: (bytes) => bytes.map((byte) => byte ^ 0x80) },
  int16be: { format: 'int16', bytes: 2, unpack: (bytes) => turned(bytes, 2) },
  int24be: { format: 'int24', bytes: 3, unpack: (bytes) => turned(bytes, 3) },
  int32be: { format: 'int32', bytes: 4, unpack: (bytes) => turned(bytes, 4) },
  float32be: { format: 'float32', bytes: 4, unpack: (bytes) => turned(bytes, 4) },
  float64be: { format: 'float64', bytes: 8, unpack: (bytes) => turned(bytes, 8) },
  alaw: { format: 'int16', bytes: 1, unpack: (bytes) => looked(bytes, A_LAW) },
  mulaw: { format: 'int16', bytes: 1, unpack: (bytes) => looked(bytes, MU_LAW) },
};

const COMPRESSIONS: Readonly<Partial<Record<Coding, (sample: number) => number>>> = {
  alaw: compressedALaw,
  mulaw: compressedMuLaw,
};
const A_LAW = Int16Array.from({ length: 256 }, (_, code) => expandedALaw(code));
const MU_LAW = Int16Array.from({ length: 256 }, (_, code) => expandedMuLaw(code));

/** Whether samples lie in the file as they are written again. */
export function isPlain(coding: Coding): coding is SampleFormat {
  return !(coding in UNPACKINGS);
}

/** The format in which the samples are decoded, and written again. */
export function formatOf(coding: Coding): SampleFormat {
  return isPlain(coding) ? coding : UNPACKINGS[coding].format;
}

/** Bytes of one frame in the file. */
export function codedFrameBytes({ channels, coding }: { readonly channels: number; readonly coding: Coding }): number {
  return channels * (isPlain(coding) ? sampleBytes(coding) : UNPACKINGS[coding].bytes);
}

/** Bytes of the file → bytes in the format of {@link formatOf}; the same array where nothing is to be done. */
export function unpacked(bytes: Uint8Array, coding: Coding): Uint8Array {
  return isPlain(coding) ? bytes : UNPACKINGS[coding].unpack(bytes);
}

/** The laws of telephony the other way: samples of 16 bits → bytes. Anything plain stays the same array. */
export function packed(bytes: Uint8Array<ArrayBuffer>, coding: Coding): Uint8Array<ArrayBuffer> {
  if (isPlain(coding)) return bytes;
  const compressed = COMPRESSIONS[coding];
  if (compressed === undefined) throw new TypeError(`Expected a coding that is written, got ${coding}.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint8Array.from({ length: bytes.length >> 1 }, (_, i) => compressed(view.getInt16(2 * i, true)));
}

/** A linear format by its size; undefined where there is none. */
export function linearCoding(
  kind: 'unsigned' | 'signed' | 'float',
  bytes: number,
  order: 'little' | 'big',
): Coding | undefined {
  if (kind !== 'float' && bytes === 1) return kind === 'signed' ? 'int8' : 'uint8';
  if (kind === 'unsigned') return undefined;
  const format =
    kind === 'float'
      ? ({ 4: 'float32', 8: 'float64' } as const)[bytes]
      : ({ 2: 'int16', 3: 'int24', 4: 'int32' } as const)[bytes];
  if (format === undefined) return undefined;
  return order === 'little' ? format : `${format}be`;
}

function turned(bytes: Uint8Array, sample: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  const end = bytes.length - (bytes.length % sample);
  for (let at = 0; at < end; at += sample) for (let i = 0; i < sample; i++) out[at + i] = bytes[at + sample - 1 - i];
  return out;
}

function looked(bytes: Uint8Array, table: Int16Array): Uint8Array {
  const out = new Uint8Array(2 * bytes.length);
  const view = new DataView(out.buffer);
  for (let i = 0; i < bytes.length; i++) view.setInt16(2 * i, table[bytes[i]], true);
  return out;
}
