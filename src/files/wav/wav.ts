/**
 * In:     bytes of a RIFF WAVE or RF64 file, wherever they lie (byte-source.ts)
 * Out:    its layout, to wav-reader.ts; the header of a file in the same format, to wav-writer.ts
 * Thread: any
 *
 * Linear PCM of 8, 16, 24 and 32 bits and float of 32 and 64, plain or WAVE_FORMAT_EXTENSIBLE, chunks in any order.
 * Formats: Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0, 1991;
 * https://learn.microsoft.com/windows-hardware/drivers/audio/extensible-wave-format-descriptors; RF64, with 64-bit
 * sizes: EBU Tech 3306, https://tech.ebu.ch/docs/tech/tech3306v1_1.pdf
 */
import type { Hertz } from '../../shared/units.ts';
import type { ByteSource } from '../byte-source.ts';
import { requireRate } from '../require-rate.ts';
import { frameBytes, type SampleFormat, sampleBytes } from '../sample-format.ts';

/** What a WAV file's chunks say. */
export interface WavLayout {
  readonly sampleRateHz: Hertz;
  readonly channels: number;
  readonly format: SampleFormat;
  /** Frames that are in the file: one sample of each channel. */
  readonly frames: number;
  /** Position of the first frame in the file, bytes. */
  readonly dataStart: number;
  /** The format chunk as it is in the file, speaker positions included, to be written again. */
  readonly formatChunk: Uint8Array;
  /** Where the file contradicts its header, one sentence each. */
  readonly warnings: readonly string[];
}

/** The most channels that a file may have; more mean a damaged header. */
export const MOST_CHANNELS = 64;

const FORMAT_PCM = 1;
const FORMAT_FLOAT = 3;
const FORMAT_EXTENSIBLE = 0xfffe;
/** Sizes that recorders write before they know better, and leave there when they are interrupted. */
const SIZES_OF_STREAMS: readonly number[] = [0x7fffffff, 0xffffffff];
/** In an RF64 file: the size is in its chunk ds64. */
const SIZE_IN_DS64 = 0xffffffff;
const DS64_BYTES = 28;
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

/**
 * Everything before the first frame of a file with `frames` frames in this format; RF64 where a RIFF file could not
 * hold them.
 * @param placeholder leaves room, so that the header of a longer file can replace this one
 */
export function wavHeader(
  layout: Pick<WavLayout, 'channels' | 'format' | 'formatChunk'>,
  frames: number,
  placeholder = false,
): Uint8Array {
  const dataBytes = frames * frameBytes(layout);
  // Formats other than plain PCM carry their length in frames.
  const withFact = layout.format === 'float32' || layout.format === 'float64';
  const narrowBytes = 12 + 8 + layout.formatChunk.length + (withFact ? 12 : 0) + 8;
  const wide = narrowBytes + dataBytes + 1 > 0xffffffff;
  const bytes = narrowBytes + (wide || placeholder ? 8 + DS64_BYTES : 0);
  const header = new Uint8Array(bytes);
  const view = viewOf(header);
  const riffBytes = bytes - 8 + dataBytes + (dataBytes % 2);
  let at = 0;
  const text = (value: string): void => {
    for (let i = 0; i < value.length; i++) header[at++] = value.charCodeAt(i);
  };
  const chunk = (name: string, size: number): void => {
    text(name);
    view.setUint32(at, size, true);
    at += 4;
  };
  chunk(wide ? 'RF64' : 'RIFF', wide ? SIZE_IN_DS64 : riffBytes);
  text('WAVE');
  if (wide || placeholder) {
    chunk(wide ? 'ds64' : 'JUNK', DS64_BYTES);
    if (wide) {
      view.setBigUint64(at, BigInt(riffBytes), true);
      view.setBigUint64(at + 8, BigInt(dataBytes), true);
      view.setBigUint64(at + 16, BigInt(frames), true);
    }
    at += DS64_BYTES;
  }
  chunk('fmt ', layout.formatChunk.length);
  header.set(layout.formatChunk, at);
  at += layout.formatChunk.length;
  if (withFact) {
    chunk('fact', 4);
    view.setUint32(at, Math.min(frames, 0xffffffff), true);
    at += 4;
  }
  chunk('data', wide ? SIZE_IN_DS64 : dataBytes);
  return header;
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

function readFormat(chunk: Uint8Array): Pick<WavLayout, 'sampleRateHz' | 'channels' | 'format' | 'formatChunk'> {
  if (chunk.length < 16) throw new Error(`expected a format chunk of 16 bytes or more, found ${chunk.length}`);
  const view = viewOf(chunk);
  const outer = view.getUint16(0, true);
  const code = outer === FORMAT_EXTENSIBLE && chunk.length >= 26 ? view.getUint16(24, true) : outer;
  const channels = view.getUint16(2, true);
  const sampleRateHz = view.getUint32(4, true);
  const bits = view.getUint16(14, true);
  if (channels === 0) throw new Error('expected at least one channel, found none');
  if (channels > MOST_CHANNELS)
    throw new Error(`expected at most ${MOST_CHANNELS} channels, found ${channels}: the header is damaged`);
  requireRate(sampleRateHz);
  // Samples of odd sizes take whole bytes, or wider containers, with zeros below.
  const blockBytes = view.getUint16(12, true) / channels;
  const leastBytes = Math.ceil(bits / 8);
  const containerBytes = Number.isInteger(blockBytes) && blockBytes >= leastBytes ? blockBytes : leastBytes;
  const format = sampleFormat(code, 8 * containerBytes);
  if (format === undefined) {
    throw new Error(
      `expected PCM of 8, 16, 24 or 32 bits or float of 32 or 64, found format ${code} with ${bits} bits: ` +
        'convert it first, for example with ffmpeg -i IN.wav -c:a pcm_s16le OUT.wav',
    );
  }
  const consistent = chunk.slice();
  viewOf(consistent).setUint16(12, frameBytes({ channels, format }), true);
  return { sampleRateHz, channels, format, formatChunk: consistent };
}

function sampleFormat(code: number, bits: number): SampleFormat | undefined {
  if (code === FORMAT_FLOAT) return ({ 32: 'float32', 64: 'float64' } as const)[bits];
  if (code !== FORMAT_PCM) return undefined;
  return ({ 8: 'uint8', 16: 'int16', 24: 'int24', 32: 'int32' } as const)[bits];
}

function tag(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
