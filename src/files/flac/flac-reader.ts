/**
 * In:     a FLAC file, wherever its bytes lie (byte-source.ts)
 * Out:    planar samples, piece by piece, to enhance-reader.ts
 * Thread: any
 *
 * Every frame is checked by its checksum. Silence of the same length stands for a damaged one, so that everything after
 * it stays in place.
 */
import type { AudioReader } from '../audio-file.ts';
import type { ByteSource } from '../byte-source.ts';
import { ByteWindow } from '../byte-window.ts';
import { MOST_GAP_SECONDS } from '../chunk-reader.ts';
import { afterId3 } from '../id3.ts';
import { requireRate } from '../require-rate.ts';
import type { SampleFormat } from '../sample-format.ts';
import { decodeFrame, type FlacStream, MOST_HEADER_BYTES, parseFrameHeader } from './flac-frame.ts';

const STREAMINFO_BYTES = 34;
/** Sane files have far fewer; beyond this a header is damaged. */
const MOST_METADATA_BLOCKS = 1000;

/** Reads the header. Throws an Error with the reason where this is no FLAC file that can be read. */
export async function openFlac(source: ByteSource): Promise<AudioReader> {
  let position = await afterId3(source);
  const mark = await source.read(position, 4);
  if (String.fromCharCode(...mark) !== 'fLaC') throw new Error('expected a FLAC file, found no "fLaC" at its start');
  position += 4;
  let info: (FlacStream & { readonly totalSamples: number }) | undefined;
  for (let blocks = 0, last = false; !last; blocks++) {
    const header = await source.read(position, 4);
    if (header.length < 4 || blocks === MOST_METADATA_BLOCKS)
      throw new Error('expected metadata and then sound, found the end of the file');
    last = header[0] >= 128;
    const bytes = (header[1] << 16) | (header[2] << 8) | header[3];
    if ((header[0] & 127) === 0) info = readStreamInfo(await source.read(position + 4, STREAMINFO_BYTES));
    position += 4 + bytes;
  }
  if (info === undefined) throw new Error('expected the metadata block STREAMINFO, found none');
  requireRate(info.sampleRateHz);
  return new FlacReader(source, position, info);
}

function readStreamInfo(block: Uint8Array): FlacStream & { readonly totalSamples: number } {
  if (block.length < STREAMINFO_BYTES) throw new Error('expected a STREAMINFO of 34 bytes, found the end of the file');
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const packed = view.getUint32(10);
  const stream = {
    leastBlock: view.getUint16(0),
    mostBlock: view.getUint16(2),
    sampleRateHz: packed >>> 12,
    channels: ((packed >>> 9) & 7) + 1,
    bits: ((packed >>> 4) & 31) + 1,
    totalSamples: (packed & 15) * 2 ** 32 + view.getUint32(14),
  };
  if (stream.mostBlock < 16) throw new Error(`expected blocks of 16 samples or more, found ${stream.mostBlock}`);
  if (stream.bits < 4) throw new Error(`expected samples of 4 bits or more, found ${stream.bits}`);
  return stream;
}

class FlacReader implements AudioReader {
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly format: SampleFormat;
  readonly frames: number | undefined;
  readonly #scale: number;
  /** The most bytes that a frame of this stream can sensibly have: those of samples that are not compressed. */
  readonly #mostFrameBytes: number;
  readonly #window: ByteWindow;
  readonly #block: readonly Float64Array[];
  #blockStart = 0;
  #blockEnd = 0;
  /** Silence that stands for damaged frames, before the block. */
  #gap = 0;
  #decoded = 0;
  #given = 0;
  #ended = false;
  #lostSamples = 0;
  #closed = false;
  readonly #stream: FlacStream & { readonly totalSamples: number };

  constructor(source: ByteSource, position: number, stream: FlacStream & { readonly totalSamples: number }) {
    this.#stream = stream;
    this.#window = new ByteWindow(source, position);
    this.sampleRateHz = stream.sampleRateHz;
    this.channels = stream.channels;
    this.format = stream.bits <= 8 ? 'uint8' : stream.bits <= 16 ? 'int16' : stream.bits <= 24 ? 'int24' : 'int32';
    this.frames = stream.totalSamples === 0 ? undefined : stream.totalSamples;
    this.#scale = 2 ** (1 - stream.bits);
    this.#mostFrameBytes =
      MOST_HEADER_BYTES +
      16 * stream.channels +
      Math.ceil((stream.mostBlock * stream.channels * (stream.bits + 1)) / 8);
    this.#block = Array.from({ length: stream.channels }, () => new Float64Array(stream.mostBlock));
  }

  get warnings(): readonly string[] {
    const lost =
      this.#lostSamples === 0 ? [] : [`${this.#lostSamples} samples per channel are damaged and count as silence`];
    const isShort = this.#ended && this.frames !== undefined && this.#decoded < this.frames;
    return isShort
      ? [...lost, `the header promises ${this.frames} samples per channel, the file ends after ${this.#decoded}`]
      : lost;
  }

  get share(): number {
    return this.frames === undefined ? this.#window.share : Math.min(1, this.#given / this.frames);
  }

  async read(into: readonly Float32Array[], start: number, count: number): Promise<number> {
    let done = 0;
    while (done < count) {
      if (this.#gap === 0 && this.#blockStart === this.#blockEnd && !(await this.#decodeNext())) break;
      if (this.#gap > 0) {
        const frames = Math.min(this.#gap, count - done);
        for (const channel of into) channel.fill(0, start + done, start + done + frames);
        this.#gap -= frames;
        done += frames;
        continue;
      }
      const frames = Math.min(this.#blockEnd - this.#blockStart, count - done);
      for (let c = 0; c < into.length; c++) {
        for (let n = 0; n < frames; n++) into[c][start + done + n] = this.#block[c][this.#blockStart + n] * this.#scale;
      }
      this.#blockStart += frames;
      done += frames;
    }
    this.#given += done;
    return done;
  }

  close(): void {
    this.#closed = true;
    this.#window.clear();
  }

  /** Decodes the next whole frame; false at the end. */
  async #decodeNext(): Promise<boolean> {
    const window = this.#window;
    const { totalSamples } = this.#stream;
    while (!this.#closed && !this.#ended) {
      await window.fill(this.#mostFrameBytes);
      const remaining = totalSamples === 0 ? Number.POSITIVE_INFINITY : totalSamples - this.#decoded;
      if (remaining <= 0 || window.left === 0) {
        this.#ended = true;
        break;
      }
      const header = parseFrameHeader(window.bytes, window.at, this.#stream);
      const bytes = header === undefined ? undefined : this.#tryFrame(header);
      // After damage, a place may look like a header by chance; a frame whose checksum holds is not chance.
      const gap = header === undefined ? 0 : header.firstSample - this.#decoded;
      if (
        header === undefined ||
        bytes === undefined ||
        gap < 0 ||
        gap >= remaining ||
        gap > MOST_GAP_SECONDS * this.sampleRateHz
      ) {
        window.skipTo(0xff);
        continue;
      }
      window.at += bytes;
      this.#gap = gap;
      this.#lostSamples += this.#gap;
      this.#blockStart = 0;
      this.#blockEnd = Math.min(header.samples, remaining - this.#gap);
      this.#decoded += this.#gap + this.#blockEnd;
      return true;
    }
    return false;
  }

  #tryFrame(header: Parameters<typeof decodeFrame>[2]): number | undefined {
    try {
      return decodeFrame(this.#window.bytes, this.#window.at, header, this.#block);
    } catch {
      return undefined;
    }
  }
}
