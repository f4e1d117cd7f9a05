/**
 * In:     what a reader met on its way: bytes that it skipped, sound that it decoded, positions that lie ahead
 * Out:    how much silence may stand for lost sound, what there is to warn of, and the error where no sound was found
 * Thread: any
 *
 * Every reader keeps one, so that no format loses sound without a word, and a few damaged bytes cannot ask for hours.
 */
import type { Hertz } from '../shared/units.ts';

/**
 * Silence may stand for as much lost sound as has been decoded, and as the file's bytes could hold at a rate below that
 * of nearly every codec. A position that asks for more is damaged itself.
 */
const LEAST_BYTES_PER_SECOND = 500;
/** The most that bytes alone can ask for: they may be a picture. */
const MOST_SECONDS_FOR_BYTES = 600;
/** What any file may ask for: the sound of a page or two. */
const FREE_SECONDS = 2;

/** What became of one recording. Frames are samples of each channel. */
export class SoundAccount {
  /** Bytes that gave no sound because they are damaged, cut off, or not of this recording. */
  skippedBytes = 0;
  /** Streams of sound that the file holds beside the one that is read. */
  unreadStreams = 0;
  /**
   * False where the format marks the end of a recording and the mark did not come; undefined where it has no such mark,
   * or the end has not been reached.
   */
  endSeen: boolean | undefined;
  /** Frames that the header promises; undefined where it does not say. */
  readonly promisedFrames: number | undefined;
  #decodedFrames = 0;
  #inventedFrames = 0;
  #refusedFrames = 0;
  #givenFrames = 0;
  #ended = false;
  readonly #freeFrames: number;

  constructor(sourceBytes: number, sampleRateHz: Hertz, promisedFrames?: number) {
    this.promisedFrames = promisedFrames;
    const forBytes = Math.min(MOST_SECONDS_FOR_BYTES, sourceBytes / LEAST_BYTES_PER_SECOND);
    this.#freeFrames = Math.round(sampleRateHz * (FREE_SECONDS + forBytes));
  }

  /** Frames that were found, or that silence stands for. */
  get foundFrames(): number {
    return this.#decodedFrames + this.#inventedFrames;
  }

  /** Frames that have reached the caller. */
  get givenFrames(): number {
    return this.#givenFrames;
  }

  /**
   * Frames of silence that may stand for `missing` ones: all or none. What stands for none is told, and what follows
   * comes earlier.
   */
  invent(missing: number): number {
    if (missing <= 0) return 0;
    if (this.#inventedFrames + missing > this.#freeFrames + this.#decodedFrames) {
      this.#refusedFrames += missing;
      return 0;
    }
    this.#inventedFrames += missing;
    return missing;
  }

  /** Frames that a decoder gave, of which `silent` are silence because they could not be decoded. */
  decode(frames: number, silent = 0): void {
    this.#inventedFrames += silent;
    this.#decodedFrames += frames - silent;
  }

  /** Frames that the caller gets. */
  give(frames: number): void {
    this.#givenFrames += frames;
  }

  /** At the end of the file. Throws an Error where there should have been sound and none was found. */
  end(): void {
    this.#ended = true;
    if (this.#decodedFrames > 0) return;
    if (this.skippedBytes > 0)
      throw new Error(`found no sound: ${this.skippedBytes} bytes are damaged or cut off, and nothing else is there`);
    if ((this.promisedFrames ?? 0) > 0)
      throw new Error(`found no sound, where the header promises ${this.promisedFrames} samples per channel`);
  }

  /** What was lost, one sentence each. Complete after {@link end}. */
  get warnings(): readonly string[] {
    const warnings: string[] = [];
    if (this.#inventedFrames > 0)
      warnings.push(`${this.#inventedFrames} samples per channel are damaged and count as silence`);
    if (this.#refusedFrames > 0) {
      warnings.push(
        `the positions in the file leave out ${this.#refusedFrames} samples per channel, ` +
          'more than can be missing: what follows them comes earlier',
      );
    }
    if (this.skippedBytes > 0) warnings.push(`${this.skippedBytes} bytes are damaged or cut off and left out`);
    if (this.unreadStreams > 0)
      warnings.push(`streams of sound beside the first are left out, ${this.unreadStreams} of them`);
    if (!this.#ended) return warnings;
    if (this.promisedFrames !== undefined && this.#givenFrames < this.promisedFrames) {
      warnings.push(`the file promises ${this.promisedFrames} samples per channel and ends after ${this.#givenFrames}`);
    } else if (this.endSeen === false && this.skippedBytes === 0) {
      warnings.push('the recording has no end: the file was cut off, or something is missing after its last sample');
    }
    return warnings;
  }
}
