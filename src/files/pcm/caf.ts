/**
 * In:     a CAF file, wherever its bytes lie (byte-source.ts)
 * Out:    its layout, to pcm-reader.ts
 * Thread: any
 *
 * https://developer.apple.com/library/archive/documentation/MusicAudio/Reference/CAFSpec/CAF_spec/CAF_spec.html
 */
import type { ByteSource } from '../byte-source.ts';
import { requireChannels } from '../require-channels.ts';
import { requireRate } from '../require-rate.ts';
import { type ChunkAt, findChunks, isOtherThanSamples } from './chunks.ts';
import { type Coding, codedFrameBytes, linearCoding } from './coding.ts';
import { sizeOfData } from './data-size.ts';
import type { PcmLayout } from './pcm-reader.ts';
import { typeString, unreadCoding } from './unread-coding.ts';

const FILE_HEADER_BYTES = 8;
const CHUNK_HEADER_BYTES = 12;
const DESCRIPTION_BYTES = 32;
/** Of the samples' chunk, before the samples: how often they were edited. */
const EDIT_COUNT_BYTES = 4;
/** Flags of linear PCM. */
const IS_FLOAT = 1;
const IS_LITTLE_ENDIAN = 2;

/** Finds format and samples. Throws an Error that says what was expected and found. */
export async function readCafLayout(source: ByteSource, begin: number): Promise<PcmLayout> {
  const chunks = await findChunks(source, begin + FILE_HEADER_BYTES, cafChunkAt, 'desc', 'data');
  const [description, data] = [chunks.get('desc'), chunks.get('data')];
  if (description === undefined) throw new Error('expected the chunk desc, found none: rate and channels are unknown');
  if (data === undefined) throw new Error('expected the chunk data, found none: the file has no samples');
  const format = readDescription((await source.read(description.start, DESCRIPTION_BYTES)).slice());
  const frameBytes = codedFrameBytes(format);
  const start = data.start + EDIT_COUNT_BYTES;
  const { bytes, warnings } = await sizeOfData(source, {
    start,
    claimedBytes: data.bytes === undefined ? undefined : Math.max(0, data.bytes - EDIT_COUNT_BYTES),
    frameBytes,
    isOtherFrom: (end) => isOtherThanSamples(source, end, cafChunkAt),
    mayWrap: false,
  });
  return { ...format, frames: Math.floor(bytes / frameBytes), dataStart: start, warnings };
}

const cafChunkAt: ChunkAt = async (source, position) => {
  const header = await source.read(position, CHUNK_HEADER_BYTES);
  if (header.length < CHUNK_HEADER_BYTES) return undefined;
  const name = String.fromCharCode(...header.subarray(0, 4));
  const start = position + CHUNK_HEADER_BYTES;
  const size = Number(new DataView(header.buffer, header.byteOffset).getBigInt64(4));
  // −1 stands for all that follows, which the samples may have where nothing stands behind them.
  const bytes = size < 0 ? undefined : size;
  return { name, start, bytes, end: bytes === undefined ? source.size : start + bytes };
};

function readDescription(chunk: Uint8Array): Pick<PcmLayout, 'sampleRateHz' | 'channels' | 'coding'> {
  if (chunk.length < DESCRIPTION_BYTES) throw new Error('expected a chunk desc of 32 bytes, found the end of the file');
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const sampleRateHz = Math.round(view.getFloat64(0));
  const type = String.fromCharCode(...chunk.subarray(8, 12));
  const flags = view.getUint32(12);
  const frameBytes = view.getUint32(16);
  const channels = view.getUint32(24);
  const bits = view.getUint32(28);
  requireChannels(channels);
  requireRate(sampleRateHz);
  const coding = codingOf(type, flags, Math.max(Math.ceil(bits / 8), Math.floor(frameBytes / channels)));
  if (coding === undefined) throw unreadCoding(typeString(type, bits));
  return { sampleRateHz, channels, coding };
}

function codingOf(type: string, flags: number, bytes: number): Coding | undefined {
  const order = (flags & IS_LITTLE_ENDIAN) === 0 ? 'big' : 'little';
  if (type === 'lpcm') return linearCoding((flags & IS_FLOAT) === 0 ? 'signed' : 'float', bytes, order);
  return ({ alaw: 'alaw', ulaw: 'mulaw' } as const)[type];
}
