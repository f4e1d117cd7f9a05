/** What every format of recordings has in common. enhance-reader.ts and its callers know no more of a format. */
import type { Hertz } from '../shared/units.ts';
import type { SampleFormat } from './sample-format.ts';

/** What a recording is, apart from its samples. */
export interface AudioShape {
  readonly sampleRateHz: Hertz;
  readonly channels: number;
  /** How samples are stored, or are to be. For compressed formats, a format that holds the result. */
  readonly format: SampleFormat;
  /** Frames (one sample of each channel); undefined where only reading to the end tells. */
  readonly frames: number | undefined;
}

/**
 * A recording that is read from beginning to end, piece by piece. Each format has one, and callers need not know which
 * they hold.
 */
export interface AudioReader extends AudioShape {
  /** What is wrong with the file but did not prevent reading it, one sentence each. Complete after the last read. */
  readonly warnings: readonly string[];
  /** Share of the file that has been read, 0 … 1. */
  readonly share: number;
  /**
   * Reads the next frames, at most `count`, into one array for each channel from `start` on. Returns how many there
   * were: fewer only at the end, 0 after it. Throws an Error with the reason where the file cannot be read further.
   */
  read(into: readonly Float32Array[], start: number, count: number): Promise<number>;
  /** Frees what the reader holds, not the source. Idempotent. */
  close(): void;
}

/** A recording that is written from beginning to end, piece by piece. */
export interface AudioWriter {
  /** How samples will be stored. */
  readonly format: SampleFormat;
  /** Appends `count` frames. The caller may reuse the arrays once the promise has resolved. */
  write(channels: readonly Float32Array[], start: number, count: number): Promise<void>;
  /** Writes what is left and corrects the header. Nothing may be written afterwards. */
  finish(): Promise<void>;
  /** Frees what the writer holds, not the sink. Idempotent. Before {@link finish} it leaves an unfinished file. */
  close(): void;
}
