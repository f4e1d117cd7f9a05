/**
 * In:     frames of an MP3 file, in order (mp3-reader.ts)
 * Out:    where a recording ends and the next begins, and which of its samples are the encoder's own
 * Thread: any
 *
 * Files are joined by writing one behind the other. Each part then keeps the tag of its encoder, in its first frame.
 */

import { readEncoderTag } from './mp3-encoder-tag.ts';
import { type FrameHeader, reservoirBytes } from './mp3-frame.ts';
import type { Frame } from './mp3-scanner.ts';

/** Frames at the end that may hold what the encoder put after the sound: up to 4095 samples. */
const PADDING_FRAMES = 8;

/** One of the recordings of a file. */
export class Mp3Recording {
  readonly header: FrameHeader;
  /** Whether its first frame is its encoder's, without sound. */
  readonly hasTag: boolean;
  /** Samples that its encoder promises, without its own; undefined where it does not say. */
  readonly promisedSamples: number | undefined;
  /** Frames that were read last, on which the next may depend. */
  runIn: readonly Uint8Array[] = [];
  readonly #promisedFrames: number | undefined;
  #frames = 0;
  #skip: number;
  #samplesLeft: number;

  constructor({ header, bytes }: Frame) {
    const tag = readEncoderTag(bytes, header);
    this.header = header;
    this.hasTag = tag !== undefined;
    this.promisedSamples = tag?.samples;
    this.#promisedFrames = tag?.frames;
    this.#skip = tag?.skip ?? 0;
    this.#samplesLeft = tag?.samples ?? Number.POSITIVE_INFINITY;
  }

  /** Whether the frames that its encoder promises have come, all but one: some count the first one too. */
  get isWhole(): boolean | undefined {
    return this.#promisedFrames === undefined ? undefined : this.#frames >= this.#promisedFrames - 1;
  }

  /** Whether the frames that follow decide how much of the last ones is sound. */
  get isNearEnd(): boolean {
    const promised = this.#promisedFrames;
    return promised !== undefined && this.#frames > promised - PADDING_FRAMES && this.#frames <= promised;
  }

  /** Whether another recording begins with a frame. */
  endsBefore({ header, bytes }: Frame): boolean {
    if (header.kind !== this.header.kind || readEncoderTag(bytes, header) !== undefined) return true;
    // One without a tag is told from a count that is too low by what only the first frame of an encoder does.
    return this.#frames === this.#promisedFrames && reservoirBytes(bytes) === 0;
  }

  /** Counts a frame of its own. Where more come than were promised, what was said of its end is not true either. */
  addFrame(): void {
    this.#frames += 1;
    if (this.#promisedFrames !== undefined && this.#frames > this.#promisedFrames)
      this.#samplesLeft = Number.POSITIVE_INFINITY;
  }

  /** Which of the next samples from its decoder belong to it: from the first number to before the second. */
  keep(samples: number): readonly [start: number, stop: number] {
    const start = Math.min(samples, this.#skip);
    this.#skip -= start;
    const kept = Math.min(samples - start, this.#samplesLeft);
    this.#samplesLeft -= kept;
    return [start, start + kept];
  }
}
