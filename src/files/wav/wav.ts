/**
 * In:     bytes of a RIFF WAVE, RF64, BW64 or RIFX file, wherever they lie (byte-source.ts)
 * Out:    its layout, to wav-reader.ts
 * Thread: any
 *
 * Chunks in any order. Formats: Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0, 1991;
 * RF64, with 64-bit sizes: EBU Tech 3306, https://tech.ebu.ch/docs/tech/tech3306v1_1.pdf
 */
import type { ByteSource } from '../byte-source.ts';
import { afterId3 } from '../id3.ts';
import { type ByteOrder, endOfRiffChunk, findChunks, isOtherThanSamples, riffChunks } from '../pcm/chunks.ts';
import { codedFrameBytes } from '../pcm/coding.ts';
import { sizeOfData } from '../pcm/data-size.ts';
import type { PcmLayout } from '../pcm/pcm-reader.ts';
import { readFormat, type WavFormat } from './wav-format.ts';
import { DS64_BYTES, SIZE_IN_DS64 } from './wav-header.ts';

/** What a WAV file's chunks say. */
export interface WavLayout extends PcmLayout, WavFormat {}

const ORDERS: Readonly<Record<string, ByteOrder>> = { RIFF: 'little', RF64: 'little', BW64: 'little', RIFX: 'big' };
/** A format chunk has 16, 18 or 40 bytes. */
const MOST_FORMAT_BYTES = 1024;

/** Finds format and samples. Throws an Error that says what was expected and found. */
export async function readWavLayout(source: ByteSource): Promise<WavLayout> {
  // Tagging programs for MP3 put theirs in front of anything.
  const begin = await afterId3(source);
  const head = await source.read(begin, 12);
  const order = ORDERS[tag(head, 0)];
  if (head.length < 12 || order === undefined || tag(head, 8) !== 'WAVE') {
    const found = source.size === 0 ? 'an empty file' : `${JSON.stringify(tag(head, 0))} at its start`;
    throw new Error(`expected a RIFF WAVE file, found ${found}`);
  }
  const chunkAt = riffChunks(order);
  const wideDataBytes = await sizeInDs64(source, begin + 12);
  const chunks = await findChunks(source, begin + 12, chunkAt, 'fmt ', 'data');
  const [formatChunk, data] = [chunks.get('fmt '), chunks.get('data')];
  const formatBytes = formatChunk?.bytes ?? 0;
  if (formatBytes > MOST_FORMAT_BYTES)
    throw new Error(`expected a format chunk of 16 to 40 bytes, found one that says ${formatBytes}`);
  if (data === undefined) throw new Error('expected a data chunk, found none: the file has no samples');
  if (formatChunk === undefined) throw new Error('expected a format chunk, found none: rate and channels are unknown');
  const format = readFormat((await source.read(formatChunk.start, formatBytes)).slice(), order);
  const isWide = data.bytes === SIZE_IN_DS64 && wideDataBytes !== undefined;
  const frameBytes = codedFrameBytes(format);
  const { start } = data;
  const { bytes, warnings } = await sizeOfData(source, {
    start,
    claimedBytes: isWide ? wideDataBytes : data.bytes,
    frameBytes,
    isOtherFrom: async (end) =>
      isOtherThanSamples(source, await endOfRiffChunk(source, start, end - start, order), chunkAt),
    mayWrap: !isWide,
  });
  return { ...format, frames: Math.floor(bytes / frameBytes), dataStart: start, warnings };
}

/** The size of the samples in the chunk ds64, which is the first of an RF64 file; undefined where there is none. */
async function sizeInDs64(source: ByteSource, position: number): Promise<number | undefined> {
  const chunk = await source.read(position, 8 + DS64_BYTES);
  if (chunk.length < 8 + DS64_BYTES || tag(chunk, 0) !== 'ds64') return undefined;
  return Number(new DataView(chunk.buffer, chunk.byteOffset).getBigUint64(16, true));
}

function tag(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
