/**
 * In:     a file of uncompressed sound, wherever its bytes lie (byte-source.ts), and where in it the samples are
 * Out:    planar samples, piece by piece, to enhance-reader.ts
 * Thread: any
 */
import type { Hertz } from '../../shared/units.ts';
import type { AudioReader } from '../audio-file.ts';
import type { ByteSource } from '../byte-source.ts';
import { decodeFrames, type SampleFormat } from '../sample-format.ts';
import { type Coding, codedFrameBytes, formatOf, unpacked } from './coding.ts';

/** Where the samples of an uncompressed file are, and how they lie there. */
export interface PcmLayout {
  readonly sampleRateHz: Hertz;
  readonly channels: number;
  readonly coding: Coding;
  /** Frames that are in the file: one sample of each channel. */
  readonly frames: number;
  /** Position of the first frame in the file, bytes. */
  readonly dataStart: number;
  /** Where the file contradicts its header, one sentence each. */
  readonly warnings: readonly string[];
}

/** Most bytes that one read of the source asks for. */
export const PIECE_BYTES = 1 << 20;

/** Reads samples one piece after another. */
export class PcmReader<Layout extends PcmLayout = PcmLayout> implements AudioReader {
  readonly sampleRateHz: Hertz;
  readonly channels: number;
  readonly format: SampleFormat;
  readonly frames: number;
  readonly warnings: readonly string[];
  #done = 0;
  readonly #source: ByteSource;

  constructor(
    source: ByteSource,
    readonly layout: Layout,
  ) {
    this.#source = source;
    this.sampleRateHz = layout.sampleRateHz;
    this.channels = layout.channels;
    this.format = formatOf(layout.coding);
    this.frames = layout.frames;
    this.warnings = layout.warnings;
  }

  get share(): number {
    return this.frames === 0 ? 1 : this.#done / this.frames;
  }

  async read(into: readonly Float32Array[], start: number, count: number): Promise<number> {
    const { coding, dataStart } = this.layout;
    const bytesPerFrame = codedFrameBytes(this.layout);
    const total = Math.min(count, this.frames - this.#done);
    for (let read = 0; read < total; ) {
      const frames = Math.min(total - read, Math.max(1, Math.floor(PIECE_BYTES / bytesPerFrame)));
      const bytes = await this.#source.read(dataStart + this.#done * bytesPerFrame, frames * bytesPerFrame);
      if (bytes.length < frames * bytesPerFrame) throw new Error('the file became shorter while it was read');
      decodeFrames(unpacked(bytes, coding), this.format, into, frames, start + read);
      read += frames;
      this.#done += frames;
    }
    return total;
  }

  close(): void {}
}
