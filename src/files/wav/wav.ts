/**
 * In:     bytes of a RIFF WAVE or RF64 file, wherever they lie (byte-source.ts)
 * Out:    its layout, to wav-reader.ts
 * Thread: any
 *
 * Chunks in any order. Formats: Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0, 1991;
 * RF64, with 64-bit sizes: EBU Tech 3306, https://tech.ebu.ch/docs/tech/tech3306v1_1.pdf
 */
import type { Hertz } from '../../shared/units.ts';
import type { ByteSource } from '../byte-source.ts';
import { frameBytes } from '../sample-format.ts';
import { readFormat, type WavFormat } from './wav-format.ts';
import { DS64_BYTES, SIZE_IN_DS64 } from './wav-header.ts';

/** What a WAV file's chunks say. */
export interface WavLayout extends WavFormat {
  readonly sampleRateHz: Hertz;
  /** Frames that are in the file: one sample of each channel. */
  readonly frames: number;
  /** Position of the first frame in the file, bytes. */
  readonly dataStart: number;
  /** Where the file contradicts its header, one sentence each. */
  readonly warnings: readonly string[];
}

/** Sizes that recorders write before they know better, and leave there when they are interrupted. */
const SIZES_OF_STREAMS: readonly number[] = [0x7fffffff, 0xffffffff];
/** Known files have fewer than twenty. Without a limit, zeros would be read as empty chunks for ever. */
const MOST_CHUNKS = 1000;
/** A format chunk has 16, 18 or 40 bytes. */
const MOST_FORMAT_BYTES = 1024;

/** Finds format and samples. Throws an Error that says what was expected and found. */
export async function readWavLayout(source: ByteSource): Promise<WavLayout> {
  const head = await source.read(0, 12);
  const outer = tag(head, 0);
  if (head.length < 12 || (outer !== 'RIFF' && outer !== 'RF64' && outer !== 'BW64') || tag(head, 8) !== 'WAVE') {
    const found = source.size === 0 ? 'an empty file' : `${JSON.stringify(outer)} at its start`;
    throw new Error(`expected a RIFF WAVE file, found ${found}`);
  }
  let formatChunk: Uint8Array | undefined;
  let data: { start: number; claimedBytes: number } | undefined;
  let wideDataBytes: number | undefined;
  let position = 12;
  for (let chunks = 0; position + 8 <= source.size && (formatChunk === undefined || data === undefined); chunks++) {
    if (chunks === MOST_CHUNKS)
      throw new Error(`expected at most ${MOST_CHUNKS} chunks before the samples, found more: this is not a WAV file`);
    const header = await source.read(position, 8);
    const name = tag(header, 0);
    let bytes = viewOf(header).getUint32(4, true);
    const start = position + 8;
    if (name === 'ds64') {
      const sizes = await source.read(start, DS64_BYTES);
      if (sizes.length === DS64_BYTES) wideDataBytes = Number(viewOf(sizes).getBigUint64(8, true));
    } else if (name === 'fmt ' && formatChunk === undefined) {
      if (bytes > MOST_FORMAT_BYTES)
        throw new Error(`expected a format chunk of 16 to 40 bytes, found one that says ${bytes}`);
      formatChunk = (await source.read(start, bytes)).slice();
    } else if (name === 'data' && data === undefined) {
      if (bytes === SIZE_IN_DS64 && wideDataBytes !== undefined) bytes = wideDataBytes;
      data = { start, claimedBytes: bytes };
    }
    position = start + bytes + (bytes % 2);
  }
  if (data === undefined) throw new Error('expected a data chunk, found none: the file has no samples');
  if (formatChunk === undefined) throw new Error('expected a format chunk, found none: rate and channels are unknown');
  const format = readFormat(formatChunk);
  const { dataBytes, warnings } = await sizeOfData(source, data.start, data.claimedBytes, frameBytes(format));
  return { ...format, frames: Math.floor(dataBytes / frameBytes(format)), dataStart: data.start, warnings };
}

/** Bytes of samples that are in the file, whatever its header claims. */
async function sizeOfData(
  source: ByteSource,
  start: number,
  claimed: number,
  frame: number,
): Promise<{ dataBytes: number; warnings: string[] }> {
  const there = Math.max(0, source.size - start);
  if (claimed === 0 && there > 0 && !(await isChunksToTheEnd(source, start))) {
    return {
      dataBytes: there,
      warnings: [`the header says that there are no samples: all ${there} bytes after it are taken for samples`],
    };
  }
  if (claimed <= there) return { dataBytes: claimed, warnings: [] };
  if (SIZES_OF_STREAMS.includes(claimed)) return { dataBytes: there, warnings: [] };
  const [expected, found] = [claimed, there].map((bytes) => Math.floor(bytes / frame));
  if (found === 0) throw new Error(`found no sound, where the header promises ${expected} samples per channel`);
  return {
    dataBytes: there,
    warnings: [`the header promises ${expected} samples per channel, the file ends after ${found}`],
  };
}

async function isChunksToTheEnd(source: ByteSource, from: number): Promise<boolean> {
  let position = from;
  for (let chunks = 0; position + 8 <= source.size && chunks < MOST_CHUNKS; chunks++) {
    const header = await source.read(position, 8);
    if (!/^[\x20-\x7e]{4}$/.test(tag(header, 0))) return false;
    const bytes = viewOf(header).getUint32(4, true);
    position += 8 + bytes + (bytes % 2);
  }
  // Some writers leave the last padding byte out.
  return position === source.size || position === source.size + 1;
}

function tag(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
