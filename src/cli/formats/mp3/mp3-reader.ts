/**
 * In:     an MP3 file, wherever its bytes lie (files/byte-source.ts)
 * Out:    planar samples, some seconds at a time, to files/enhance-reader.ts
 * Thread: any of Node's
 *
 * The decoder (mp3-decoder.ts) takes whole files. So each part of the recording becomes a small one: the frames before
 * it that it may depend on, whose sound is thrown away, and the part. Where the encoder says what it put before and
 * after the sound (mp3-tag.ts), that is cut off.
 */
import type { ByteSource } from '../../../files/byte-source.ts';
import { type Chunk, ChunkReader } from '../../../files/chunk-reader.ts';
import { afterId3 } from '../../../files/id3.ts';
import { type Decoder, decodeFrames, startDecoder } from './mp3-decoder.ts';
import { type FrameHeader, parseHeader } from './mp3-frame.ts';
import { FrameScanner } from './mp3-scanner.ts';
import { type EncoderTag, readEncoderTag } from './mp3-tag.ts';

/** Frames of a part: about five seconds. */
const PART_FRAMES = 200;
/**
 * A frame may take up to 511 bytes from the frames before it, and overlaps the last one. The shortest frames have 24
 * bytes.
 */
const RUN_IN_FRAMES = 30;

/** Finds the first frames. Throws an Error with the reason where this is no MP3 file that can be read. */
export async function openMp3(source: ByteSource): Promise<Mp3Reader> {
  const scanner = new FrameScanner(source, await afterId3(source));
  const first = await scanner.next();
  if (first === undefined) throw new Error('expected an MP3 file, found no three frames in a row');
  const header = parseHeader(first, 0) as FrameHeader;
  const tag = readEncoderTag(first, header);
  return new Mp3Reader(await startDecoder(), scanner, header, tag === undefined ? [first.slice()] : [], tag);
}

export class Mp3Reader extends ChunkReader {
  readonly #decoder: Decoder;
  readonly #scanner: FrameScanner;
  readonly #header: FrameHeader;
  /** Frames that were read before the first part. */
  #first: readonly Uint8Array[];
  /** Frames before the next part. */
  #runIn: readonly Uint8Array[] = [];

  constructor(
    decoder: Decoder,
    scanner: FrameScanner,
    header: FrameHeader,
    first: readonly Uint8Array[],
    tag: EncoderTag | undefined,
  ) {
    const { sampleRateHz, channels } = header;
    super({ sampleRateHz, channels, sourceBytes: scanner.sourceBytes, ...tag });
    this.#decoder = decoder;
    this.#scanner = scanner;
    this.#header = header;
    this.#first = first;
  }

  get share(): number {
    return this.#scanner.share;
  }

  protected async nextChunk(): Promise<Chunk | undefined> {
    const part: Uint8Array[] = [...this.#first];
    this.#first = [];
    while (part.length < PART_FRAMES) {
      const frame = await this.#scanner.next();
      if (frame === undefined) break;
      part.push(frame.slice());
    }
    this.account.skippedBytes = this.#scanner.skippedBytes;
    if (part.length === 0) return undefined;
    const all = [...this.#runIn, ...part];
    this.#runIn = all.slice(-RUN_IN_FRAMES);
    const { channels, lost } = decodeFrames(this.#decoder, all, all.length - part.length, this.#header);
    const frames = channels[0].length;
    return { channels, frames, gap: 0, silent: lost };
  }

  close(): void {}
}
