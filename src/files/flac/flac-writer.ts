/**
 * In:     planar samples, piece by piece (enhance-reader.ts)
 * Out:    a FLAC file of 8, 16 or 24 bits, wherever its bytes go (byte-source.ts)
 * Thread: any
 *
 * Blocks of 4096 samples; per channel the best of silence, the fixed predictors and linear prediction, and of two
 * channels the better of left/right and mid/side. Format: RFC 9639, https://www.rfc-editor.org/rfc/rfc9639.
 */
import type { AudioShape, AudioWriter } from '../audio-file.ts';
import type { ByteSink } from '../byte-source.ts';
import { fullScaleOf, rounded, type SampleFormat, sampleBytes } from '../sample-format.ts';
import { BitWriter } from './bit-writer.ts';
import { BLOCK, SubframeCoder } from './flac-subframe.ts';

/** Digests what is written, for players that check it (STREAMINFO's MD5). Node's `createHash('md5')` is one. */
export interface Digest {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

/** Most channels that the format has. */
export const MOST_FLAC_CHANNELS = 8;
/** Highest rate that the header has room for, Hz. */
export const MOST_FLAC_RATE_HZ = 0xfffff;

const HEADER_BYTES = 42;

/** The format in which a FLAC file stores samples of `format`: it has no floats, and few players read 32 bits. */
export function flacFormat(format: SampleFormat): SampleFormat {
  return format === 'uint8' || format === 'int16' ? format : 'int24';
}

/** Writes a FLAC file piece by piece. */
export class FlacWriter implements AudioWriter {
  readonly format: SampleFormat;
  readonly #bits: number;
  readonly #fullScale: number;
  readonly #channels: number;
  /** Samples of the block that is being filled, and room for mid and side. */
  readonly #block: readonly Float64Array[];
  readonly #pairs: readonly [Float64Array, Float64Array] = [new Float64Array(BLOCK), new Float64Array(BLOCK)];
  readonly #coder = new SubframeCoder();
  #filled = 0;
  #frameNumber = 0;
  #written = 0;
  #leastFrameBytes = 0xffffff;
  #mostFrameBytes = 0;
  readonly #sink: ByteSink;
  readonly #shape: AudioShape;
  readonly #digest: Digest | undefined;

  private constructor(sink: ByteSink, shape: AudioShape, digest: Digest | undefined) {
    this.#sink = sink;
    this.#shape = shape;
    this.#digest = digest;
    this.format = flacFormat(shape.format);
    this.#bits = 8 * sampleBytes(this.format);
    this.#fullScale = fullScaleOf(this.format) ?? 1;
    this.#channels = shape.channels;
    this.#block = Array.from({ length: shape.channels }, () => new Float64Array(BLOCK));
  }

  /** Writes the header. Throws an Error where the format has no room for so many channels or such a rate. */
  static async open(sink: ByteSink, shape: AudioShape, digest?: Digest): Promise<FlacWriter> {
    if (shape.channels > MOST_FLAC_CHANNELS)
      throw new Error(`expected at most ${MOST_FLAC_CHANNELS} channels for FLAC, got ${shape.channels}: write WAV`);
    if (shape.sampleRateHz > MOST_FLAC_RATE_HZ || !Number.isInteger(shape.sampleRateHz)) {
      throw new Error(
        `expected a whole rate up to ${MOST_FLAC_RATE_HZ} Hz for FLAC, got ${shape.sampleRateHz}: write WAV`,
      );
    }
    const writer = new FlacWriter(sink, shape, digest);
    await sink.write(writer.#header(new Uint8Array(16)));
    return writer;
  }

  async write(channels: readonly Float32Array[], start: number, count: number): Promise<void> {
    for (let done = 0; done < count; ) {
      const frames = Math.min(BLOCK - this.#filled, count - done);
      for (let c = 0; c < this.#channels; c++) {
        for (let n = 0; n < frames; n++)
          this.#block[c][this.#filled + n] = rounded(channels[c][start + done + n], this.#fullScale);
      }
      this.#filled += frames;
      done += frames;
      if (this.#filled === BLOCK) await this.#endBlock();
    }
  }

  async finish(): Promise<void> {
    if (this.#filled > 0) await this.#endBlock();
    await this.#sink.rewrite(0, this.#header(this.#digest?.digest() ?? new Uint8Array(16)));
  }

  close(): void {}

  async #endBlock(): Promise<void> {
    this.#digest?.update(this.#plainBytes());
    const frame = this.#encodeBlock();
    this.#frameNumber += 1;
    this.#written += this.#filled;
    this.#filled = 0;
    this.#leastFrameBytes = Math.min(this.#leastFrameBytes, frame.length);
    this.#mostFrameBytes = Math.max(this.#mostFrameBytes, frame.length);
    await this.#sink.write(frame);
  }

  /** The block as a WAV file would have it, for the digest. */
  #plainBytes(): Uint8Array {
    const filled = this.#filled;
    const block = this.#block;
    const bits = this.#bits;
    const bytes = new Uint8Array((filled * block.length * bits) / 8);
    for (let n = 0, at = 0; n < filled; n++) {
      for (const channel of block) for (let shift = 0; shift < bits; shift += 8) bytes[at++] = channel[n] >> shift;
    }
    return bytes;
  }

  /** STREAMINFO and nothing else (section 8.2). */
  #header(md5: Uint8Array): Uint8Array {
    const bytes = new Uint8Array(HEADER_BYTES);
    const view = new DataView(bytes.buffer);
    bytes.set([0x66, 0x4c, 0x61, 0x43, 0x80, 0, 0, 34]);
    view.setUint16(8, BLOCK);
    view.setUint16(10, BLOCK);
    const least = this.#mostFrameBytes === 0 ? 0 : this.#leastFrameBytes;
    bytes.set(
      [least >> 16, least >> 8, least, this.#mostFrameBytes >> 16, this.#mostFrameBytes >> 8, this.#mostFrameBytes],
      12,
    );
    const total = this.#written || (this.#shape.frames ?? 0);
    view.setUint32(
      18,
      this.#shape.sampleRateHz * 4096 +
        ((this.#channels - 1) << 9) +
        ((this.#bits - 1) << 4) +
        (Math.floor(total / 2 ** 32) & 15),
    );
    view.setUint32(22, total % 2 ** 32);
    bytes.set(md5, 26);
    return bytes;
  }

  #encodeBlock(): Uint8Array {
    const bits = this.#bits;
    const block = this.#block;
    const filled = this.#filled;
    const channels = this.#channels;
    const out = new BitWriter();
    const rateCode = 0;
    out.put(0xfff8, 16);
    // 4096 samples have a code of their own; a shorter last block states its length in 16 bits.
    out.put(filled === BLOCK ? 12 : 7, 4);
    out.put(rateCode, 4);
    let tracks: readonly { samples: Float64Array; bits: number }[] = block.map((samples) => ({ samples, bits }));
    let assignment = channels - 1;
    if (channels === 2 && this.#midSideIsShorter()) {
      assignment = 10;
      tracks = [
        { samples: this.#pairs[0], bits },
        { samples: this.#pairs[1], bits: bits + 1 },
      ];
    }
    out.put(assignment, 4);
    out.put({ 8: 1, 16: 4, 24: 6 }[bits] ?? 0, 3);
    out.put(0, 1);
    for (const byte of codedNumber(this.#frameNumber)) out.put(byte, 8);
    if (filled !== BLOCK) out.put(filled - 1, 16);
    out.putCrc8();
    for (const track of tracks) this.#coder.encode(track.samples, filled, track.bits, out);
    return out.endWithCrc16();
  }

  /** Fills mid and side, and guesses from second differences which pair takes fewer bits. */
  #midSideIsShorter(): boolean {
    const [left, right] = this.#block;
    const [mid, side] = this.#pairs;
    const sums = [0, 0, 0, 0];
    for (let n = 0; n < this.#filled; n++) {
      mid[n] = Math.floor((left[n] + right[n]) / 2);
      side[n] = left[n] - right[n];
      if (n < 2) continue;
      [left, right, mid, side].forEach((x, i) => {
        sums[i] += Math.abs(x[n] - 2 * x[n - 1] + x[n - 2]);
      });
    }
    return sums[2] + sums[3] < sums[0] + sums[1];
  }
}

/** A number of up to 31 bits, coded as UTF-8 codes characters (section 9.1.5). */
function codedNumber(value: number): number[] {
  if (value < 0x80) return [value];
  let count = 2;
  while (count < 6 && value >= 2 ** (5 * count + 1)) count += 1;
  const bytes: number[] = [];
  let rest = value;
  for (let i = 1; i < count; i++) {
    bytes.unshift(0x80 | (rest & 0x3f));
    rest >>>= 6;
  }
  return [((0xff00 >> count) & 0xff) | rest, ...bytes];
}
