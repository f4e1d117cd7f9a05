/**
 * In:     frames of an MP3 file, in order
 * Out:    the same as a decoder can take them, to mp3-decoder.ts
 * Thread: any
 *
 * The bit reservoir: a frame that needs fewer bits than it has leaves the rest to those after it, which then begin
 * inside it. ISO 11172-3, 2.4.1.7 and 2.4.2.7.
 */
import { reservoirBytes, sideInfoBytes } from './mp3-frame.ts';

/** Bytes of earlier frames in which a frame may begin. */
const MOST_RESERVOIR_BYTES = 511;
/** The same of MPEG-2 and MPEG-2.5. */
const MOST_RESERVOIR_BYTES_2 = 255;
/** Pairs of lines of a spectrum. */
const MOST_PAIRS = 288;

/** A frame that the decoder takes. */
export interface TakenFrame {
  readonly bytes: Uint8Array;
  /** Whether it stands for one that cannot be decoded, and is silent. */
  readonly isLost: boolean;
}

/**
 * Frames of Layer III, of which those are silenced that begin in bytes that are not there, or whose side information is
 * damaged: our decoder would leave them out, and all that follows would come earlier. What they leave to others stays.
 */
export function takenFrames(frames: readonly Uint8Array[]): TakenFrame[] {
  let reservoir = 0;
  return frames.map((frame) => {
    const { start, length } = sideInfoBytes(frame);
    const mainBytes = frame.length - start - length;
    const begins = reservoirBytes(frame);
    const used = usedBytes(frame);
    if (used === undefined || begins > reservoir || used > begins + mainBytes) {
      const most = isMpeg1(frame) ? MOST_RESERVOIR_BYTES : MOST_RESERVOIR_BYTES_2;
      const bytes = silenced(frame, Math.min(most, reservoir));
      reservoir = Math.min(MOST_RESERVOIR_BYTES, reservoirBytes(bytes) + mainBytes);
      return { bytes, isLost: true };
    }
    reservoir = Math.min(MOST_RESERVOIR_BYTES, begins + mainBytes - used);
    return { bytes: frame, isLost: false };
  });
}

/** Bytes of sound that the side information of a frame states; undefined where it is none. */
function usedBytes(frame: Uint8Array): number | undefined {
  const isOne = isMpeg1(frame);
  const isMono = frame[3] >> 6 === 3;
  const { start } = sideInfoBytes(frame);
  const bits = (at: number, count: number): number => {
    let value = 0;
    for (let i = at; i < at + count; i++) value = 2 * value + ((frame[start + (i >> 3)] >> (7 - (i & 7))) & 1);
    return value;
  };
  const firstGranule = isOne ? (isMono ? 18 : 20) : isMono ? 9 : 10;
  const granuleBits = isOne ? 59 : 63;
  // Behind the bits that it takes, its pairs, its gain and how its scale factors are packed.
  const switching = isOne ? 33 : 38;
  let used = 0;
  for (let i = 0; i < (isOne ? 2 : 1) * (isMono ? 1 : 2); i++) {
    const granule = firstGranule + i * granuleBits;
    used += bits(granule, 12);
    const isNormalBlock = bits(granule + switching + 1, 2) === 0;
    if (bits(granule + 12, 9) > MOST_PAIRS || (bits(granule + switching, 1) === 1 && isNormalBlock)) return undefined;
  }
  return Math.ceil(used / 8);
}

/** The frame without sound of its own, beginning so many bytes back: what it and those before it leave stays there. */
function silenced(frame: Uint8Array, begins: number): Uint8Array {
  const bytes = frame.slice();
  const { start, length } = sideInfoBytes(frame);
  bytes.fill(0, start, start + length);
  if (isMpeg1(frame)) bytes.set([begins >> 1, (begins & 1) << 7], start);
  else bytes[start] = begins;
  return bytes;
}

function isMpeg1(frame: Uint8Array): boolean {
  return (frame[1] & 0x18) === 0x18;
}
