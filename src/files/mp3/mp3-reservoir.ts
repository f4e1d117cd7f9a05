/**
 * In:     frames of an MP3 file, in order
 * Out:    which of them can be decoded, to mp3-decoder.ts
 * Thread: any
 *
 * The bit reservoir: a frame that needs fewer bits than it has leaves the rest to those after it, which then begin
 * inside it. ISO 11172-3, 2.4.1.7 and 2.4.2.7.
 */
import { reservoirBytes, sideInfoBytes } from './mp3-frame.ts';

/** Bytes of earlier frames in which a frame may begin. */
const MOST_RESERVOIR_BYTES = 511;

/** For each frame, whether the bytes of earlier frames in which it begins are there. */
export function completeFrames(frames: readonly Uint8Array[]): boolean[] {
  let reservoir = 0;
  return frames.map((frame) => {
    const isOne = (frame[1] & 0x18) === 0x18;
    if ((frame[1] & 6) !== 2) return true;
    const isMono = frame[3] >> 6 === 3;
    const { start, length } = sideInfoBytes(frame);
    const bits = (at: number, count: number): number => {
      let value = 0;
      for (let i = at; i < at + count; i++) value = 2 * value + ((frame[start + (i >> 3)] >> (7 - (i & 7))) & 1);
      return value;
    };
    const begins = reservoirBytes(frame);
    const mainBytes = frame.length - start - length;
    if (begins > reservoir) {
      reservoir = Math.min(MOST_RESERVOIR_BYTES, reservoir + mainBytes);
      return false;
    }
    const firstGranule = isOne ? (isMono ? 18 : 20) : isMono ? 9 : 10;
    const granuleBits = isOne ? 59 : 63;
    let used = 0;
    for (let i = 0; i < (isOne ? 2 : 1) * (isMono ? 1 : 2); i++) used += bits(firstGranule + i * granuleBits, 12);
    reservoir = Math.min(MOST_RESERVOIR_BYTES, Math.max(0, begins + mainBytes - Math.ceil(used / 8)));
    return true;
  });
}
