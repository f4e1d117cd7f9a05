/**
 * In:     planar samples, piece by piece (enhance-reader.ts)
 * Out:    a WAV file, wherever its bytes go (byte-source.ts)
 * Thread: any
 */
import type { AudioShape, AudioWriter } from '../audio-file.ts';
import type { ByteSink } from '../byte-source.ts';
import { encodeFrames, frameBytes, type SampleFormat } from '../sample-format.ts';
import { formatChunkOf, type WavFormat } from './wav-format.ts';
import { wavHeader, wavStreamHeader } from './wav-header.ts';

/** Most bytes that one write to the sink carries. */
const PIECE_BYTES = 1 << 18;

/** Writes a WAV file piece by piece; RF64 where it becomes longer than 4 GiB. */
export class WavWriter implements AudioWriter {
  readonly format: SampleFormat;
  readonly #bytes: Uint8Array;
  #written = 0;
  readonly #sink: ByteSink;
  readonly #layout: WavFormat;
  readonly #expectedFrames: number | undefined;
  readonly #headerBytes: number;

  private constructor(sink: ByteSink, layout: WavFormat, expectedFrames: number | undefined, headerBytes: number) {
    this.#sink = sink;
    this.#layout = layout;
    this.#expectedFrames = expectedFrames;
    this.#headerBytes = headerBytes;
    this.format = layout.format;
    this.#bytes = new Uint8Array(Math.max(frameBytes(layout), PIECE_BYTES));
  }

  /**
   * Writes the header.
   * @param shape of a WavReader, the format chunk is written again, speaker positions and all
   */
  static async open(
    sink: ByteSink,
    shape: AudioShape & { readonly layout?: Pick<WavFormat, 'formatChunk'> },
  ): Promise<WavWriter> {
    const { sampleRateHz, channels, format, frames } = shape;
    const layout = {
      channels,
      format,
      formatChunk: shape.layout?.formatChunk ?? formatChunkOf(sampleRateHz, channels, format),
    };
    const header =
      sink.isForwardOnly && frames === undefined
        ? wavStreamHeader(layout)
        : wavHeader(layout, frames ?? 0, frames === undefined);
    await sink.write(header);
    return new WavWriter(sink, layout, frames, header.length);
  }

  async write(channels: readonly Float32Array[], start: number, count: number): Promise<void> {
    const bytes = this.#bytes;
    const layout = this.#layout;
    const bytesPerFrame = frameBytes(layout);
    const most = Math.floor(bytes.length / bytesPerFrame);
    for (let done = 0; done < count; ) {
      const frames = Math.min(most, count - done);
      encodeFrames(channels, layout.format, bytes, frames, start + done);
      await this.#sink.write(bytes.subarray(0, frames * bytesPerFrame));
      done += frames;
    }
    this.#written += count;
  }

  async finish(): Promise<void> {
    const layout = this.#layout;
    const written = this.#written;
    // Where the length is open, all that follows are samples, filling too.
    if (this.#sink.isForwardOnly && this.#expectedFrames === undefined) return;
    // Chunks are padded to an even length.
    if ((written * frameBytes(layout)) % 2 === 1) await this.#sink.write(new Uint8Array(1));
    if (this.#sink.isForwardOnly || written === this.#expectedFrames) return;
    const header = [false, true]
      .map((placeholder) => wavHeader(layout, written, placeholder))
      .find(({ length }) => length === this.#headerBytes);
    if (header === undefined)
      throw new Error(
        `expected ${this.#expectedFrames} samples per channel, got ${written}: ` +
          'too many for the header that was written',
      );
    await this.#sink.rewrite(0, header);
  }

  close(): void {}
}
