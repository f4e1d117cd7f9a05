/**
 * In:     the first frame of an MP3 file
 * Out:    how much of the sound is the encoder's own, to mp3-reader.ts
 * Thread: any of Node's
 */
import { type FrameHeader, HEADER_BYTES } from './mp3-frame.ts';

/** Samples by which every decoder is late. */
const DECODER_DELAY = 529;

/** What encoders write into a first frame that has no sound. */
export interface EncoderTag {
  /** Frames to leave out at the beginning: what the encoder put there, and the decoder's delay. */
  readonly skip: number;
  /** Frames that follow, undefined where the tag does not say. */
  readonly frames: number | undefined;
}

/** The tag in a frame, undefined where it has none. http://gabriel.mp3-tech.org/mp3infotag.html */
export function readEncoderTag(frame: Uint8Array, header: FrameHeader): EncoderTag | undefined {
  const isOne = header.samples === 1152;
  const at = HEADER_BYTES + (isOne ? (header.channels === 1 ? 17 : 32) : header.channels === 1 ? 9 : 17);
  const text = (from: number): string => String.fromCharCode(...frame.subarray(from, from + 4));
  if (text(36) === 'VBRI') return { skip: 0, frames: undefined };
  if (text(at) !== 'Xing' && text(at) !== 'Info') return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const flags = view.getUint32(at + 4);
  const count = flags & 1 ? view.getUint32(at + 8) : undefined;
  const lame = at + 8 + (flags & 1 ? 4 : 0) + (flags & 2 ? 4 : 0) + (flags & 4 ? 100 : 0) + (flags & 8 ? 4 : 0);
  if (lame + 24 > frame.length || !/^(LAME|Lavc|Lavf)/.test(text(lame)))
    return { skip: 0, frames: count === undefined ? undefined : count * header.samples };
  const delay = (frame[lame + 21] << 4) | (frame[lame + 22] >> 4);
  const padding = ((frame[lame + 22] & 15) << 8) | frame[lame + 23];
  const frames = count === undefined ? undefined : Math.max(0, count * header.samples - delay - padding);
  return { skip: delay + DECODER_DELAY, frames };
}
