/**
 * In:     a WAV file, wherever its bytes lie (byte-source.ts)
 * Out:    planar samples, piece by piece, to enhance-reader.ts
 * Thread: any
 */
import type { AudioReader } from '../audio-file.ts';
import type { ByteSource } from '../byte-source.ts';
import { decodeFrames, frameBytes } from '../sample-format.ts';
import { readWavLayout, type WavLayout } from './wav.ts';

/** Most bytes that one read of the source asks for. */
const PIECE_BYTES = 1 << 20;

/** A WAV file that is read piece by piece. wav-writer.ts can write its format chunk again. */
export interface WavReader extends AudioReader {
  readonly frames: number;
  readonly layout: WavLayout;
}

/** Reads the header. Throws an Error with the reason where this is no WAV file that can be read. */
export async function openWav(source: ByteSource): Promise<WavReader> {
  return new OpenWav(source, await readWavLayout(source));
}

class OpenWav implements WavReader {
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly format: WavLayout['format'];
  readonly frames: number;
  readonly warnings: readonly string[];
  #done = 0;
  readonly #source: ByteSource;

  constructor(
    source: ByteSource,
    readonly layout: WavLayout,
  ) {
    this.#source = source;
    this.sampleRateHz = layout.sampleRateHz;
    this.channels = layout.channels;
    this.format = layout.format;
    this.frames = layout.frames;
    this.warnings = layout.warnings;
  }

  get share(): number {
    return this.frames === 0 ? 1 : this.#done / this.frames;
  }

  async read(into: readonly Float32Array[], start: number, count: number): Promise<number> {
    const { layout } = this;
    const source = this.#source;
    const bytesPerFrame = frameBytes(layout);
    const total = Math.min(count, this.frames - this.#done);
    for (let read = 0; read < total; ) {
      const frames = Math.min(total - read, Math.max(1, Math.floor(PIECE_BYTES / bytesPerFrame)));
      const bytes = await source.read(layout.dataStart + this.#done * bytesPerFrame, frames * bytesPerFrame);
      if (bytes.length < frames * bytesPerFrame) throw new Error('the file became shorter while it was read');
      decodeFrames(bytes, layout.format, into, frames, start + read);
      read += frames;
      this.#done += frames;
    }
    return total;
  }

  close(): void {}
}
