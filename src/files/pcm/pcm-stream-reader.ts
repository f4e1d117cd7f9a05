/**
 * In:     an uncompressed file that comes through a pipe, read forwards (byte-source.ts), and where its samples begin
 * Out:    planar samples as they come, to enhance-reader.ts
 * Thread: any
 *
 * How many there are is known when the pipe ends. Programs that write into pipes do not know it either, and put some
 * number into the header (data-size.ts); what a header says in earnest may be wrong as well.
 */
import type { Hertz } from '../../shared/units.ts';
import type { AudioReader } from '../audio-file.ts';
import type { ByteSource } from '../byte-source.ts';
import { decodeFrames, type SampleFormat } from '../sample-format.ts';
import { HEAD_BYTES, looksLikeChunk } from './chunks.ts';
import { codedFrameBytes, formatOf, unpacked } from './coding.ts';
import { type PcmLayout, PIECE_BYTES } from './pcm-reader.ts';

/** Reads samples one piece after another, to the end of the pipe. */
export class PcmStreamReader<Layout extends PcmLayout = PcmLayout> implements AudioReader {
  readonly sampleRateHz: Hertz;
  readonly channels: number;
  readonly format: SampleFormat;
  /** What the header promises. */
  readonly frames: number | undefined;
  readonly #source: ByteSource;
  readonly #frameBytes: number;
  /** Frames that are read without asking whether they are some. */
  #expected: number;
  #done = 0;
  #ended = false;

  /** @param layout of a header that was read from a pipe: `frames` is infinite where it leaves the length open */
  constructor(
    source: ByteSource,
    readonly layout: Layout,
  ) {
    this.#source = source;
    this.sampleRateHz = layout.sampleRateHz;
    this.channels = layout.channels;
    this.format = formatOf(layout.coding);
    this.#frameBytes = codedFrameBytes(layout);
    this.#expected = layout.frames;
    this.frames = Number.isFinite(layout.frames) && layout.frames > 0 ? layout.frames : undefined;
  }

  get share(): number {
    return this.frames === undefined ? 0 : Math.min(1, this.#done / this.frames);
  }

  get warnings(): readonly string[] {
    const { frames } = this;
    if (!this.#ended || frames === undefined || frames === this.#done) return this.layout.warnings;
    const said = `samples per channel, the file ends after ${this.#done}`;
    return [
      ...this.layout.warnings,
      this.#done < frames ? `the header promises ${frames} ${said}` : this.#moreString(),
    ];
  }

  async read(into: readonly Float32Array[], start: number, count: number): Promise<number> {
    const frameBytes = this.#frameBytes;
    let read = 0;
    while (read < count && !this.#ended) {
      if (this.#done === this.#expected && !(await this.#goesOn())) break;
      const frames = Math.min(count - read, this.#expected - this.#done, Math.ceil(PIECE_BYTES / frameBytes));
      const bytes = await this.#source.read(this.#position, frames * frameBytes);
      // Less than a sample of each channel is nothing that could be heard.
      const found = Math.floor(bytes.length / frameBytes);
      decodeFrames(unpacked(bytes, this.layout.coding), this.format, into, found, start + read);
      this.#ended = found < frames;
      this.#done += found;
      read += found;
    }
    if (this.#ended && this.#done === 0 && this.frames !== undefined)
      throw new Error(`found no sound, where the header promises ${this.frames} samples per channel`);
    return read;
  }

  close(): void {}

  get #position(): number {
    return this.layout.dataStart + this.#done * this.#frameBytes;
  }

  /** Whether samples follow those that were expected. Other chunks are read, so that nobody writes them in vain. */
  async #goesOn(): Promise<boolean> {
    let position = this.#position;
    // No more than is needed: who waits for more lets the listener wait.
    let bytes = await this.#source.read(position, Math.max(HEAD_BYTES, this.#frameBytes));
    if (bytes.length >= this.#frameBytes && !looksLikeChunk(bytes)) {
      this.#expected = Number.POSITIVE_INFINITY;
      return true;
    }
    while (bytes.length > 0) {
      position += bytes.length;
      bytes = await this.#source.read(position, PIECE_BYTES);
    }
    this.#ended = true;
    return false;
  }

  #moreString(): string {
    return (
      `the header says ${this.frames} samples per channel, as when a recorder is interrupted: ` +
      `all ${this.#done} that came are read`
    );
  }
}
