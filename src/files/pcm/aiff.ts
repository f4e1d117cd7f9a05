/**
 * In:     an AIFF or AIFF-C file, wherever its bytes lie (byte-source.ts)
 * Out:    its layout, to pcm-reader.ts
 * Thread: any
 *
 * Apple, Audio Interchange File Format 1.3, 1989, and AIFF-C, 1991.
 */
import type { ByteSource } from '../byte-source.ts';
import { requireChannels } from '../require-channels.ts';
import { requireRate } from '../require-rate.ts';
import { endOfRiffChunk, findChunks, isOtherThanSamples, riffChunks } from './chunks.ts';
import { type Coding, codedFrameBytes, linearCoding } from './coding.ts';
import { sizeOfData } from './data-size.ts';
import type { PcmLayout } from './pcm-reader.ts';
import { typeString, unreadCoding } from './unread-coding.ts';

const COMMON_BYTES = 18;
/** Of the samples' chunk, before the samples: an offset and the size of blocks. */
const SOUND_HEADER_BYTES = 8;

/** Finds format and samples. Throws an Error that says what was expected and found. */
export async function readAiffLayout(source: ByteSource, begin: number): Promise<PcmLayout> {
  const head = await source.read(begin, 12);
  const isCompressed = head[11] === 0x43;
  const chunkAt = riffChunks('big');
  const chunks = await findChunks(source, begin + 12, chunkAt, 'COMM', 'SSND');
  const [common, sound] = [chunks.get('COMM'), chunks.get('SSND')];
  if (common === undefined) throw new Error('expected the chunk COMM, found none: rate and channels are unknown');
  if (sound === undefined) throw new Error('expected the chunk SSND, found none: the file has no samples');
  const format = readCommon((await source.read(common.start, COMMON_BYTES + 4)).slice(), isCompressed);
  const frameBytes = codedFrameBytes(format);
  const offset = await source.read(sound.start, 4);
  const skip =
    SOUND_HEADER_BYTES + (offset.length < 4 ? 0 : new DataView(offset.buffer, offset.byteOffset).getUint32(0));
  const start = sound.start + skip;
  const { bytes, warnings } = await sizeOfData(source, {
    start,
    claimedBytes: Math.max(0, (sound.bytes ?? 0) - skip),
    frameBytes,
    isOtherFrom: async (end) =>
      isOtherThanSamples(source, await endOfRiffChunk(source, sound.start, end - sound.start, 'big'), chunkAt),
    mayWrap: true,
  });
  return { ...format, frames: Math.floor(bytes / frameBytes), dataStart: start, warnings };
}

function readCommon(chunk: Uint8Array, isCompressed: boolean): Pick<PcmLayout, 'sampleRateHz' | 'channels' | 'coding'> {
  if (chunk.length < COMMON_BYTES) throw new Error('expected a chunk COMM of 18 bytes, found the end of the file');
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const channels = view.getUint16(0);
  requireChannels(channels);
  const bits = view.getUint16(6);
  // 80 bits: an exponent, then a mantissa of 64 whose highest bit is that of the ones.
  const exponent = view.getUint16(8) & 0x7fff;
  // Old Macs had 22254.5454… Hz. Other formats have whole ones.
  const sampleRateHz = Math.round(Number(view.getBigUint64(10)) * 2 ** (exponent - 16383 - 63));
  requireRate(sampleRateHz);
  const type = isCompressed ? String.fromCharCode(...chunk.subarray(18, 22)) : 'NONE';
  const coding = codingOf(type, bits);
  if (coding === undefined) throw unreadCoding(typeString(type, bits));
  return { sampleRateHz, channels, coding };
}

function codingOf(type: string, bits: number): Coding | undefined {
  const bytes = Math.ceil(bits / 8);
  switch (type.toLowerCase()) {
    case 'none':
    case 'twos':
      return linearCoding('signed', bytes, 'big');
    case 'sowt':
      return linearCoding('signed', bytes, 'little');
    case 'raw ':
      return linearCoding('unsigned', bytes, 'big');
    case 'in24':
      return 'int24be';
    case 'in32':
      return 'int32be';
    case '42ni':
      return 'int24';
    case '23ni':
      return 'int32';
    case 'fl32':
      return 'float32be';
    case 'fl64':
      return 'float64be';
    case 'alaw':
      return 'alaw';
    case 'ulaw':
      return 'mulaw';
    default:
      return undefined;
  }
}
