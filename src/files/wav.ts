/**
 * In:     bytes of a RIFF WAVE file, or planar samples (cli/)
 * Out:    its layout and planar samples, or bytes of a file in the same format
 * Thread: any; does no input or output itself
 *
 * Linear PCM of 16, 24 and 32 bits and 32-bit float, plain or WAVE_FORMAT_EXTENSIBLE, any number of channels.
 * Format: Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0, 1991, and
 * https://learn.microsoft.com/windows-hardware/drivers/audio/extensible-wave-format-descriptors
 */

/** How a sample is stored. */
export type SampleFormat = 'int16' | 'int24' | 'int32' | 'float32';

/** What a WAV file's chunks say. */
export interface WavLayout {
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly format: SampleFormat;
  /** Frames: one sample of every channel. */
  readonly frames: number;
  /** Position of the first frame in the file, bytes. */
  readonly dataStart: number;
  /** The format chunk as it stands in the file, speaker positions included, to be written again. */
  readonly formatChunk: Uint8Array;
}

/** Reads at most `length` bytes from `position` on; fewer only at the end of the file. */
export type ReadAt = (position: number, length: number) => Promise<Uint8Array>;

const FORMAT_PCM = 1;
const FORMAT_FLOAT = 3;
const FORMAT_EXTENSIBLE = 0xfffe;
const BYTES: Readonly<Record<SampleFormat, number>> = { int16: 2, int24: 3, int32: 4, float32: 4 };

/** Bytes of one frame. */
export function frameBytes(layout: Pick<WavLayout, 'channels' | 'format'>): number {
  return layout.channels * BYTES[layout.format];
}

/** Finds format and samples in a file of `fileBytes` bytes. Throws an Error that says what was expected and found. */
export async function readWavLayout(read: ReadAt, fileBytes: number): Promise<WavLayout> {
  const head = await read(0, 12);
  if (head.length < 12 || tag(head, 0) !== 'RIFF' || tag(head, 8) !== 'WAVE') {
    throw new Error(`expected a RIFF WAVE file, found ${JSON.stringify(tag(head, 0))} at its start`);
  }
  let formatChunk: Uint8Array | undefined;
  for (let position = 12; position + 8 <= fileBytes; ) {
    const header = await read(position, 8);
    const bytes = viewOf(header).getUint32(4, true);
    const start = position + 8;
    if (tag(header, 0) === 'fmt ') formatChunk = await read(start, bytes);
    if (tag(header, 0) === 'data') {
      if (formatChunk === undefined) throw new Error('expected the format chunk before the samples, found none');
      const format = readFormat(formatChunk);
      // Recorders that were cut off leave a size of 0 or 4 GiB; what is there counts.
      const known = bytes === 0 || start + bytes > fileBytes ? fileBytes - start : bytes;
      return { ...format, frames: Math.floor(known / frameBytes(format)), dataStart: start, formatChunk };
    }
    position = start + bytes + (bytes % 2);
  }
  throw new Error('expected a data chunk, found none');
}

/** Everything before the first frame of a file with this layout's format and `frames` frames. */
export function wavHeader(layout: WavLayout, frames: number): Uint8Array {
  const dataBytes = frames * frameBytes(layout);
  // Formats other than plain PCM carry their length in frames.
  const withFact = layout.format === 'float32';
  const bytes = 12 + 8 + layout.formatChunk.length + (withFact ? 12 : 0) + 8;
  const header = new Uint8Array(bytes);
  const view = viewOf(header);
  let at = 0;
  const chunk = (name: string, size: number): void => {
    for (let i = 0; i < 4; i++) header[at + i] = name.charCodeAt(i);
    view.setUint32(at + 4, size, true);
    at += 8;
  };
  chunk('RIFF', bytes - 8 + dataBytes + (dataBytes % 2));
  header.set([87, 65, 86, 69], at);
  at += 4;
  chunk('fmt ', layout.formatChunk.length);
  header.set(layout.formatChunk, at);
  at += layout.formatChunk.length;
  if (withFact) {
    chunk('fact', 4);
    view.setUint32(at, frames, true);
    at += 4;
  }
  chunk('data', dataBytes);
  return header;
}

/** Interleaved bytes → planes. `channels` arrays of at least `frames`. Integers are scaled to −1 … 1. */
export function decodeFrames(bytes: Uint8Array, format: SampleFormat, channels: readonly Float32Array[], frames: number): void {
  const view = viewOf(bytes);
  const size = BYTES[format];
  let at = 0;
  for (let n = 0; n < frames; n++) {
    for (const channel of channels) {
      channel[n] = readSample(view, at, format);
      at += size;
    }
  }
}

/** Planes → interleaved bytes. Integers are rounded and clipped; what came from {@link decodeFrames} goes back exactly (up to 24 bits). */
export function encodeFrames(channels: readonly Float32Array[], format: SampleFormat, bytes: Uint8Array, frames: number): void {
  const view = viewOf(bytes);
  const size = BYTES[format];
  let at = 0;
  for (let n = 0; n < frames; n++) {
    for (const channel of channels) {
      writeSample(view, at, format, channel[n]);
      at += size;
    }
  }
}

function readSample(view: DataView, at: number, format: SampleFormat): number {
  switch (format) {
    case 'int16':
      return view.getInt16(at, true) / 0x8000;
    case 'int24':
      return (view.getUint16(at, true) + 0x10000 * view.getInt8(at + 2)) / 0x800000;
    case 'int32':
      return view.getInt32(at, true) / 0x80000000;
    case 'float32':
      return view.getFloat32(at, true);
    default:
      return unknownFormat(format);
  }
}

function writeSample(view: DataView, at: number, format: SampleFormat, sample: number): void {
  switch (format) {
    case 'int16':
      view.setInt16(at, quantized(sample, 0x8000), true);
      break;
    case 'int24': {
      const value = quantized(sample, 0x800000);
      view.setUint16(at, value & 0xffff, true);
      view.setInt8(at + 2, value >> 16);
      break;
    }
    case 'int32':
      view.setInt32(at, quantized(sample, 0x80000000), true);
      break;
    case 'float32':
      view.setFloat32(at, sample, true);
      break;
    default:
      unknownFormat(format);
  }
}

function quantized(sample: number, fullScale: number): number {
  return Math.max(-fullScale, Math.min(fullScale - 1, Math.round(sample * fullScale)));
}

function readFormat(chunk: Uint8Array): Pick<WavLayout, 'sampleRateHz' | 'channels' | 'format'> {
  if (chunk.length < 16) throw new Error(`expected a format chunk of 16 bytes or more, found ${chunk.length}`);
  const view = viewOf(chunk);
  const outer = view.getUint16(0, true);
  const code = outer === FORMAT_EXTENSIBLE && chunk.length >= 26 ? view.getUint16(24, true) : outer;
  const channels = view.getUint16(2, true);
  const bits = view.getUint16(14, true);
  const format = sampleFormat(code, bits);
  if (format === undefined) throw new Error(`expected 16-, 24- or 32-bit PCM or 32-bit float, found format ${code} with ${bits} bits`);
  if (channels === 0) throw new Error('expected at least one channel, found none');
  return { sampleRateHz: view.getUint32(4, true), channels, format };
}

function sampleFormat(code: number, bits: number): SampleFormat | undefined {
  if (code === FORMAT_FLOAT) return bits === 32 ? 'float32' : undefined;
  if (code !== FORMAT_PCM) return undefined;
  return ({ 16: 'int16', 24: 'int24', 32: 'int32' } as const)[bits];
}

function unknownFormat(format: never): never {
  throw new TypeError(`Unknown sample format ${String(format)}.`);
}

function tag(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
