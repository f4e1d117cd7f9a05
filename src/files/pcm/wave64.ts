/**
 * In:     a Wave64 file, wherever its bytes lie (byte-source.ts)
 * Out:    its layout, to pcm-reader.ts
 * Thread: any
 *
 * Sonic Foundry's WAV for long recordings: names of 16 bytes, sizes of 64 bits that count the chunk's own header,
 * chunks at positions that 8 divides.
 */
import type { ByteSource } from '../byte-source.ts';
import { readFormat } from '../wav/wav-format.ts';
import { type ChunkAt, findChunks, isOtherThanSamples } from './chunks.ts';
import { codedFrameBytes } from './coding.ts';
import { sizeOfData } from './data-size.ts';
import type { PcmLayout } from './pcm-reader.ts';

const FILE_HEADER_BYTES = 40;
const CHUNK_HEADER_BYTES = 24;
const MOST_FORMAT_BYTES = 1024;

/** Finds format and samples. Throws an Error that says what was expected and found. */
export async function readWave64Layout(source: ByteSource, begin: number): Promise<PcmLayout> {
  const chunkAt = wave64Chunks(begin);
  const chunks = await findChunks(source, begin + FILE_HEADER_BYTES, chunkAt, 'fmt ', 'data');
  const [formatChunk, data] = [chunks.get('fmt '), chunks.get('data')];
  if (formatChunk === undefined) throw new Error('expected a format chunk, found none: rate and channels are unknown');
  if (data === undefined) throw new Error('expected a data chunk, found none: the file has no samples');
  const { sampleRateHz, channels, coding } = readFormat(
    (await source.read(formatChunk.start, Math.min(MOST_FORMAT_BYTES, formatChunk.bytes ?? 0))).slice(),
  );
  const frameBytes = codedFrameBytes({ channels, coding });
  const { bytes, warnings } = await sizeOfData(source, {
    start: data.start,
    claimedBytes: data.bytes,
    frameBytes,
    isOtherFrom: (end) => isOtherThanSamples(source, roundedUp(end, begin), chunkAt),
    mayWrap: false,
  });
  return { sampleRateHz, channels, coding, frames: Math.floor(bytes / frameBytes), dataStart: data.start, warnings };
}

function wave64Chunks(begin: number): ChunkAt {
  return async (source, position) => {
    const header = await source.read(position, CHUNK_HEADER_BYTES);
    if (header.length < CHUNK_HEADER_BYTES) return undefined;
    const name = String.fromCharCode(...header.subarray(0, 4));
    const whole = Number(new DataView(header.buffer, header.byteOffset).getBigUint64(16, true));
    if (whole < CHUNK_HEADER_BYTES) return undefined;
    const start = position + CHUNK_HEADER_BYTES;
    return { name, start, bytes: whole - CHUNK_HEADER_BYTES, end: roundedUp(position + whole, begin) };
  };
}

/** The next position that is a multiple of 8 as the file counts them, from where it begins. */
function roundedUp(position: number, begin: number): number {
  return begin + 8 * Math.ceil((position - begin) / 8);
}
