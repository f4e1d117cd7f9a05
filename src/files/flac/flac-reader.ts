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
import { type Chunk, ChunkReader } from '../chunk-reader.ts';
import { afterId3 } from '../id3.ts';
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
  return new FlacReader(new ByteWindow(source, position), info);
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

class FlacReader extends ChunkReader {
  readonly #scale: number;
  /** The most bytes that a frame of this stream can sensibly have: those of samples that are not compressed. */
  readonly #mostFrameBytes: number;
  readonly #window: ByteWindow;
  readonly #block: readonly Float64Array[];
  /** Samples per channel that have been read, and those that are missing before them. */
  #position = 0;
  #closed = false;
  readonly #stream: FlacStream;

  constructor(window: ByteWindow, stream: FlacStream & { readonly totalSamples: number }) {
    super({
      sampleRateHz: stream.sampleRateHz,
      channels: stream.channels,
      format: stream.bits <= 8 ? 'uint8' : stream.bits <= 16 ? 'int16' : stream.bits <= 24 ? 'int24' : 'int32',
      sourceBytes: window.sourceBytes,
      promisedFrames: stream.totalSamples === 0 ? undefined : stream.totalSamples,
    });
    this.#stream = stream;
    this.#window = window;
    this.#scale = 2 ** (1 - stream.bits);
    this.#mostFrameBytes =
      MOST_HEADER_BYTES +
      16 * stream.channels +
      Math.ceil((stream.mostBlock * stream.channels * (stream.bits + 1)) / 8);
    this.#block = Array.from({ length: stream.channels }, () => new Float64Array(stream.mostBlock));
  }

  get share(): number {
    return this.#window.share;
  }

  close(): void {
    this.#closed = true;
    this.#window.clear();
  }

  /** The next whole frame; undefined at the end. */
  protected async nextChunk(): Promise<Chunk | undefined> {
    const window = this.#window;
    let skipped = 0;
    while (!this.#closed) {
      await window.fill(this.#mostFrameBytes);
      if (window.left === 0) break;
      const header = parseFrameHeader(window.bytes, window.at, this.#stream);
      const bytes = header === undefined ? undefined : this.#tryFrame(header);
      if (header === undefined || bytes === undefined || header.firstSample < this.#position) {
        skipped += window.skipTo(0xff);
        continue;
      }
      window.at += bytes;
      this.account.skippedBytes += skipped;
      const gap = header.firstSample - this.#position;
      this.#position = header.firstSample + header.samples;
      const channels = this.#block.map((samples) =>
        Float32Array.from(samples.subarray(0, header.samples), (sample) => sample * this.#scale),
      );
      return { channels, frames: header.samples, gap };
    }
    // What comes after everything that was promised is no lost sound.
    if (this.frames === undefined || this.#position < this.frames) this.account.skippedBytes += skipped;
    return undefined;
  }

  #tryFrame(header: Parameters<typeof decodeFrame>[2]): number | undefined {
    try {
      return decodeFrame(this.#window.bytes, this.#window.at, header, this.#block);
    } catch {
      return undefined;
    }
  }
}
