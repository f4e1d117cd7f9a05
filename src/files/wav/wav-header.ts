/**
 * In:     the format of samples, and how many there are
 * Out:    the header of a WAV file that holds them, to wav-writer.ts
 * Thread: any
 */
import { frameBytes } from '../sample-format.ts';
import type { WavFormat } from './wav-format.ts';

/** In an RF64 file: the size is in its chunk ds64. */
export const SIZE_IN_DS64 = 0xffffffff;
export const DS64_BYTES = 28;
/** Of samples whose end is that of the file: what ffmpeg writes into pipes. */
const SIZE_OPEN = 0xffffffff;

/**
 * Everything before the first frame of a file with `frames` frames in this format; RF64 where a RIFF file could not
 * hold them.
 * @param placeholder leaves room, so that the header of a longer file can replace this one
 */
export function wavHeader(layout: WavFormat, frames: number, placeholder = false): Uint8Array {
  const dataBytes = frames * frameBytes(layout);
  // Formats other than plain PCM carry their length in frames.
  const withFact = layout.format === 'float32' || layout.format === 'float64';
  const narrowBytes = 12 + 8 + layout.formatChunk.length + (withFact ? 12 : 0) + 8;
  const wide = narrowBytes + dataBytes + 1 > 0xffffffff;
  const bytes = narrowBytes + (wide || placeholder ? 8 + DS64_BYTES : 0);
  const header = new Uint8Array(bytes);
  const view = new DataView(header.buffer);
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

/** The same for a pipe, where nobody knows how many frames will follow. */
export function wavStreamHeader(layout: WavFormat): Uint8Array {
  const header = wavHeader(layout, 0);
  const view = new DataView(header.buffer);
  for (const at of [4, header.length - 4]) view.setUint32(at, SIZE_OPEN, true);
  return header;
}
