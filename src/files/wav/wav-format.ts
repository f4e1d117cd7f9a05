/**
 * In:     the format chunk of a WAV file, or what one is to say
 * Out:    the other of the two, to wav.ts and wav-writer.ts
 * Thread: any
 *
 * Linear PCM of 8, 16, 24 and 32 bits and float of 32 and 64, plain or WAVE_FORMAT_EXTENSIBLE:
 * https://learn.microsoft.com/windows-hardware/drivers/audio/extensible-wave-format-descriptors
 */
import type { Hertz } from '../../shared/units.ts';
import { requireChannels } from '../require-channels.ts';
import { requireRate } from '../require-rate.ts';
import { frameBytes, type SampleFormat, sampleBytes } from '../sample-format.ts';

/** How the samples of a WAV file lie in it. */
export interface WavFormat {
  readonly channels: number;
  readonly format: SampleFormat;
  /** The format chunk as it is in the file, speaker positions included, to be written again. */
  readonly formatChunk: Uint8Array;
}

const FORMAT_PCM = 1;
const FORMAT_FLOAT = 3;
const FORMAT_EXTENSIBLE = 0xfffe;

/** Throws an Error where it is damaged, or says a format that is not read. */
export function readFormat(chunk: Uint8Array): WavFormat & { readonly sampleRateHz: Hertz } {
  if (chunk.length < 16) throw new Error(`expected a format chunk of 16 bytes or more, found ${chunk.length}`);
  const view = viewOf(chunk);
  const outer = view.getUint16(0, true);
  const code = outer === FORMAT_EXTENSIBLE && chunk.length >= 26 ? view.getUint16(24, true) : outer;
  const channels = view.getUint16(2, true);
  const sampleRateHz = view.getUint32(4, true);
  const bits = view.getUint16(14, true);
  requireChannels(channels);
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
