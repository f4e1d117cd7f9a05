/**
 * In:     chunks of any length as a codec gives them (mp3/, ogg/)
 * Out:    as many frames as are asked for, without the codec's delay and padding, to enhance-reader.ts
 * Thread: any
 */
import type { AudioReader } from './audio-file.ts';
import { requireChannels } from './require-channels.ts';
import { requireRate } from './require-rate.ts';
import type { SampleFormat } from './sample-format.ts';
import { SoundAccount } from './sound-account.ts';

/** The decoded sound of one part of a compressed file. */
export interface Chunk {
  readonly channels: readonly Float32Array[];
  readonly frames: number;
  /** Frames that are missing before it; silence stands for them as far as {@link SoundAccount} lets it. */
  readonly gap: number;
  /** How many of its frames are silence because they could not be decoded. */
  readonly silent?: number;
}

/** What the readers of a compressed format know before they read. */
export interface ChunkShape {
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Lossy sound has no depth of its own: 16 bits, the default, hold what it can resolve. */
  readonly format?: SampleFormat;
  /** Length of the file. */
  readonly sourceBytes: number;
  /** Frames at the beginning that are the codec's own, and left out. */
  readonly skip?: number;
  /** How many there are after those; what is beyond is cut off. Undefined where that is not known. */
  readonly frames?: number | undefined;
  /** The same where the header says so and may be wrong: nothing is cut off. */
  readonly promisedFrames?: number | undefined;
}

/** What the readers of compressed formats share. A format says what the next chunk is. */
export abstract class ChunkReader implements AudioReader {
  abstract readonly share: number;
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly format: SampleFormat;
  readonly frames: number | undefined;
  protected readonly account: SoundAccount;
  #skip: number;
  readonly #mostFrames: number;
  #chunk: Chunk | undefined;
  #gapLeft = 0;
  #taken = 0;
  #ended = false;

  /** Throws an Error for shapes that no reader takes. */
  protected constructor(shape: ChunkShape) {
    const { sampleRateHz, channels, format = 'int16', sourceBytes, skip = 0, frames, promisedFrames = frames } = shape;
    requireRate(sampleRateHz);
    requireChannels(channels);
    this.sampleRateHz = sampleRateHz;
    this.channels = channels;
    this.format = format;
    this.frames = promisedFrames;
    this.account = new SoundAccount(sourceBytes, sampleRateHz, promisedFrames);
    this.#mostFrames = frames ?? Number.POSITIVE_INFINITY;
    this.#skip = skip;
  }

  /** The next chunk, undefined at the end of the file. Bytes that it had to skip go into {@link account}. */
  protected abstract nextChunk(): Promise<Chunk | undefined>;
  abstract close(): void;

  get warnings(): readonly string[] {
    return this.account.warnings;
  }

  async read(into: readonly Float32Array[], start: number, count: number): Promise<number> {
    const total = Math.min(count, this.#mostFrames - this.account.givenFrames);
    let done = 0;
    while (done < total && !this.#ended) {
      const chunk = await this.#chunkWithSound();
      if (chunk === undefined) break;
      const inGap = this.#gapLeft > 0;
      const there = inGap ? this.#gapLeft : chunk.frames - this.#taken;
      const isSkipped = this.#skip > 0;
      const frames = Math.min(there, isSkipped ? this.#skip : total - done);
      if (isSkipped) this.#skip -= frames;
      else {
        for (let c = 0; c < into.length; c++) {
          if (inGap) into[c].fill(0, start + done, start + done + frames);
          else into[c].set(chunk.channels[c].subarray(this.#taken, this.#taken + frames), start + done);
        }
        done += frames;
      }
      if (inGap) this.#gapLeft -= frames;
      else this.#taken += frames;
    }
    this.account.give(done);
    if (this.#ended) this.account.end();
    return done;
  }

  /** The present chunk while something of it is left, or the next. */
  async #chunkWithSound(): Promise<Chunk | undefined> {
    if (this.#chunk !== undefined && (this.#gapLeft > 0 || this.#taken < this.#chunk.frames)) return this.#chunk;
    const chunk = await this.nextChunk();
    this.#chunk = chunk;
    if (chunk === undefined) {
      this.#ended = true;
      return undefined;
    }
    this.#taken = 0;
    this.#gapLeft = this.account.invent(chunk.gap);
    this.account.decode(chunk.frames, chunk.silent);
    return chunk;
  }
}
