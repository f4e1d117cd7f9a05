import type { AudioShape } from './audio-file.ts';

/** The most samples of a piece, all channels together. A header alone must not take more memory than this. */
const MOST_PIECE_SAMPLES = 1 << 22;

/** Frames of the pieces in which a recording is read: a second of it, or less where it has many channels. */
export function pieceFrames({ sampleRateHz, channels }: Pick<AudioShape, 'sampleRateHz' | 'channels'>): number {
  return Math.min(Math.ceil(sampleRateHz), Math.floor(MOST_PIECE_SAMPLES / channels));
}
