/**
 * In:     the first frame of an MP3 file
 * Out:    how much of the sound is the encoder's own, to mp3-reader.ts
 * Thread: any
 */
import { type FrameHeader, HEADER_BYTES, sideInfoBytes } from './mp3-frame.ts';

/** Samples by which every decoder is late. */
const DECODER_DELAY = 529;
const VBRI_AT = 36;
/** With all that it may hold. */
const MOST_TAG_BYTES = 8 + 4 + 4 + 100 + 4 + 36;

/** What encoders write into a first frame that has no sound. */
export interface EncoderTag {
  /** Samples to leave out at the beginning: what the encoder put there, and the decoder's delay. */
  readonly skip: number;
  /** Frames that follow; undefined where it does not say. */
  readonly frames: number | undefined;
  /** Samples of them that are the recording's own, after {@link skip}; undefined where it does not say. */
  readonly samples: number | undefined;
}

/** The tag in a frame, undefined where it has none. http://gabriel.mp3-tech.org/mp3infotag.html */
export function readEncoderTag(frame: Uint8Array, header: FrameHeader): EncoderTag | undefined {
  const isOne = header.samples === 1152;
  const at = HEADER_BYTES + (isOne ? (header.channels === 1 ? 17 : 32) : header.channels === 1 ? 9 : 17);
  // Sound in which these letters stand by chance states its own length before them.
  if (frame.subarray(sideInfoBytes(frame).start, Math.min(at, VBRI_AT)).some((byte) => byte !== 0)) return undefined;
  const text = (from: number): string => String.fromCharCode(...frame.subarray(from, from + 4));
  if (text(VBRI_AT) === 'VBRI') return { skip: 0, frames: undefined, samples: undefined };
  if (text(at) !== 'Xing' && text(at) !== 'Info') return undefined;
  // Short frames end inside it, or before it.
  const bytes = new Uint8Array(at + MOST_TAG_BYTES);
  bytes.set(frame.subarray(0, bytes.length));
  const view = new DataView(bytes.buffer);
  const flags = view.getUint32(at + 4);
  const frames = flags & 1 && view.getUint32(at + 8) > 0 ? view.getUint32(at + 8) : undefined;
  const lame = at + 8 + (flags & 1 ? 4 : 0) + (flags & 2 ? 4 : 0) + (flags & 4 ? 100 : 0) + (flags & 8 ? 4 : 0);
  const all = frames === undefined ? undefined : frames * header.samples;
  if (!/^(LAME|Lavc|Lavf)/.test(text(lame))) return { skip: 0, frames, samples: undefined };
  const delay = (bytes[lame + 21] << 4) | (bytes[lame + 22] >> 4);
  const padding = ((bytes[lame + 22] & 15) << 8) | bytes[lame + 23];
  const skip = delay + DECODER_DELAY;
  const samples = all === undefined ? undefined : Math.max(0, Math.min(all - delay - padding, all - skip));
  return { skip, frames, samples };
}
