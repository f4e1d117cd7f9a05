/**
 * In:     the format chunk of a WAV file, or what one is to say
 * Out:    the other of the two, to wav.ts and wav-writer.ts
 * Thread: any
 *
 * Linear PCM of 8, 16, 24 and 32 bits, float of 32 and 64, A-law and µ-law, plain or WAVE_FORMAT_EXTENSIBLE:
 * https://learn.microsoft.com/windows-hardware/drivers/audio/extensible-wave-format-descriptors
 */
import type { Hertz } from '../../shared/units.ts';
import type { ByteOrder } from '../pcm/chunks.ts';
import { type Coding, formatOf, isPlain, linearCoding } from '../pcm/coding.ts';
import { unreadCoding } from '../pcm/unread-coding.ts';
import { requireChannels } from '../require-channels.ts';
import { requireRate } from '../require-rate.ts';
import { frameBytes, type SampleFormat, sampleBytes } from '../sample-format.ts';
import { codeString, FORMAT_A_LAW, FORMAT_EXTENSIBLE, FORMAT_FLOAT, FORMAT_MU_LAW, FORMAT_PCM } from './wav-codes.ts';

/** How the samples of a WAV file lie in one that is written. */
export interface WavFormat {
  readonly channels: number;
  readonly format: SampleFormat;
  /** Of a file that was read: the chunk as it is there, speaker positions included, where its samples can stay so. */
  readonly formatChunk: Uint8Array;
}

/**
 * Throws an Error where it is damaged, or says a format that is not read.
 * @param order of the file's numbers; RIFX files have the larger byte first
 */
export function readFormat(
  chunk: Uint8Array,
  order: ByteOrder = 'little',
): WavFormat & { readonly sampleRateHz: Hertz; readonly coding: Coding } {
  if (chunk.length < 16) throw new Error(`expected a format chunk of 16 bytes or more, found ${chunk.length}`);
  const view = viewOf(chunk);
  const isLittle = order === 'little';
  const outer = view.getUint16(0, isLittle);
  const code = outer === FORMAT_EXTENSIBLE && chunk.length >= 28 ? view.getUint32(24, isLittle) : outer;
  const channels = view.getUint16(2, isLittle);
  const sampleRateHz = view.getUint32(4, isLittle);
  const bits = view.getUint16(14, isLittle);
  requireChannels(channels);
  requireRate(sampleRateHz);
  // Samples of odd sizes take whole bytes, or wider containers, with zeros below.
  const blockBytes = view.getUint16(12, isLittle) / channels;
  const leastBytes = Math.ceil(bits / 8);
  const containerBytes = Number.isInteger(blockBytes) && blockBytes >= leastBytes ? blockBytes : leastBytes;
  const coding = codingOf(code, containerBytes, order);
  if (coding === undefined) throw unreadCoding(codeString(code, bits));
  const format = formatOf(coding);
  return { sampleRateHz, channels, coding, format, formatChunk: writtenAgain(chunk, sampleRateHz, channels, coding) };
}

function codingOf(code: number, bytes: number, order: ByteOrder): Coding | undefined {
  switch (code) {
    case FORMAT_PCM:
      return linearCoding(bytes === 1 ? 'unsigned' : 'signed', bytes, order);
    case FORMAT_FLOAT:
      return linearCoding('float', bytes, order);
    case FORMAT_A_LAW:
      return 'alaw';
    case FORMAT_MU_LAW:
      return 'mulaw';
    default:
      return undefined;
  }
}

function writtenAgain(chunk: Uint8Array, sampleRateHz: Hertz, channels: number, coding: Coding): Uint8Array {
  const format = formatOf(coding);
  if (!isPlain(coding)) return formatChunkOf(sampleRateHz, channels, format);
  const consistent = chunk.slice();
  viewOf(consistent).setUint16(12, frameBytes({ channels, format }), true);
  return consistent;
}

/** A format chunk for samples from another kind of file. More than two channels get no speaker positions. */
export function formatChunkOf(sampleRateHz: Hertz, channels: number, format: SampleFormat): Uint8Array {
  const float = format === 'float32' || format === 'float64';
  const extensible = channels > 2;
  const chunk = new Uint8Array(extensible ? 40 : 16);
  const view = viewOf(chunk);
  const frame = frameBytes({ channels, format });
  const bits = 8 * sampleBytes(format);
  const code = float ? FORMAT_FLOAT : FORMAT_PCM;
  view.setUint16(0, extensible ? FORMAT_EXTENSIBLE : code, true);
  view.setUint16(2, channels, true);
  view.setUint32(4, sampleRateHz, true);
  view.setUint32(8, Math.min(0xffffffff, sampleRateHz * frame), true);
  view.setUint16(12, frame, true);
  view.setUint16(14, bits, true);
  if (extensible) {
    view.setUint16(16, 22, true);
    view.setUint16(18, bits, true);
    view.setUint16(24, code, true);
    // The rest of every sub-format's GUID: 0000-0010-8000-00aa00389b71.
    chunk.set([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71], 26);
  }
  return chunk;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
