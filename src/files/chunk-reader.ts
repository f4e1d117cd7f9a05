/**
 * In:     chunks of any length as a codec gives them (cli/formats/)
 * Out:    as many frames as are asked for, without the codec's delay and padding, to enhance-reader.ts
 * Thread: any
 */
import type { AudioReader } from './audio-file.ts';
import type { SampleFormat } from './sample-format.ts';

/** The decoded sound of one part of a compressed file. */
export interface Chunk {
  readonly channels: readonly Float32Array[];
  readonly frames: number;
  /** Frames that are missing before it; silence stands for them. */
  readonly gap: number;
}

/**
 * The longest silence that stands for lost sound. A position further off is damaged itself, and would give hours of
 * nothing.
 */
export const MOST_GAP_SECONDS = 600;

/** What the readers of compressed formats share. A format says what the next chunk is. */
export abstract class ChunkReader implements AudioReader {
  abstract readonly sampleRateHz: number;
  abstract readonly channels: number;
  abstract readonly share: number;
  /** Lossy sound has no depth of its own: 16 bits hold what it can resolve. */
  readonly format: SampleFormat = 'int16';
  readonly frames: number | undefined;
  /** Frames at the beginning that are the codec's own. */
  #skip: number;
  #chunk: Chunk | undefined;
  #gapLeft = 0;
  #taken = 0;
  #given = 0;
  #ended = false;
  protected lostFrames = 0;
  /** Bytes of the file that belong to nothing that could be decoded. */
  protected abstract readonly damagedBytes: number;

  /**
   * @param skip frames at the beginning to leave out
   * @param frames how many there are after those; what is beyond is cut off. Undefined where that is not known.
   */
  protected constructor(skip: number, frames: number | undefined) {
    this.#skip = skip;
    this.frames = frames;
  }

  /** The next chunk, undefined at the end of the file. */
  protected abstract nextChunk(): Promise<Chunk | undefined>;
  abstract close(): void;

  get warnings(): readonly string[] {
    const warnings =
      this.lostFrames === 0 ? [] : [`${this.lostFrames} samples per channel are damaged and count as silence`];
    if (this.damagedBytes > 0) warnings.push(`${this.damagedBytes} bytes are damaged or cut off and left out`);
    if (this.#ended && this.frames !== undefined && this.#given < this.frames) {
      warnings.push(`the file promises ${this.frames} samples per channel and ends after ${this.#given}`);
    }
    return warnings;
  }

  async read(into: readonly Float32Array[], start: number, count: number): Promise<number> {
    const total = Math.min(count, (this.frames ?? Number.POSITIVE_INFINITY) - this.#given);
    let done = 0;
    while (done < total) {
      if (this.#chunk === undefined || (this.#gapLeft === 0 && this.#taken === this.#chunk.frames)) {
        this.#chunk = await this.nextChunk();
        if (this.#chunk === undefined) {
          this.#ended = true;
          if (this.#given + done === 0 && this.damagedBytes > 0)
            throw new Error(`found no sound: ${this.damagedBytes} bytes are damaged or cut off`);
          break;
        }
        this.#taken = 0;
        this.#gapLeft = this.#chunk.gap > MOST_GAP_SECONDS * this.sampleRateHz ? 0 : this.#chunk.gap;
        this.lostFrames += this.#gapLeft;
      }
      const inGap = this.#gapLeft > 0;
      const there = inGap ? this.#gapLeft : this.#chunk.frames - this.#taken;
      const isSkipped = this.#skip > 0;
      const frames = Math.min(there, isSkipped ? this.#skip : total - done);
      if (isSkipped) this.#skip -= frames;
      else {
        for (let c = 0; c < into.length; c++) {
          if (inGap) into[c].fill(0, start + done, start + done + frames);
          else into[c].set(this.#chunk.channels[c].subarray(this.#taken, this.#taken + frames), start + done);
        }
        done += frames;
      }
      if (inGap) this.#gapLeft -= frames;
      else this.#taken += frames;
    }
    this.#given += done;
    return done;
  }
}
