/**
 * In:     pages of one link of an Ogg file (ogg-demuxer.ts)
 * Out:    its sound, to ogg-reader.ts
 * Thread: any
 */
import type { Chunk } from '../chunk-reader.ts';
import type { OggPage } from './ogg-demuxer.ts';

/** A sample beyond this comes of damage that a decoder did not notice: whole sound stays near 1. */
export const MOST_SAMPLE = 16;

/** One recording of a chain. It holds what its codec needs, and knows nothing of the others. */
export interface Link {
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Takes the page after its first one, and gives what is ready, without the codec's own delay. */
  add(page: OggPage): Promise<readonly Chunk[]>;
  /** Gives what is left, after the last page. */
  finish(): Promise<readonly Chunk[]>;
  /** Frees what it holds. Never throws. */
  close(): void;
}
