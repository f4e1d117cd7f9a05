/**
 * In:     a FLAC file, wherever its bytes lie (byte-source.ts)
 * Out:    planar samples, piece by piece, to enhance-reader.ts
 * Thread: any
 *
 * Every frame is checked by its checksums, and then believed: it says how it is stored and where it belongs. Silence of
 * the same length stands for damaged ones, so that everything after them stays in place.
 */
import type { AudioReader } from '../audio-file.ts';
import type { ByteSource } from '../byte-source.ts';
import { ByteWindow } from '../byte-window.ts';
import { type Chunk, ChunkReader } from '../chunk-reader.ts';
import { afterId3 } from '../id3.ts';
import { CONVERT } from '../recognise.ts';
import { fullScaleOf, type SampleFormat } from '../sample-format.ts';
import type { FlacFrameHeader } from './flac-header.ts';
import { isStreamMark, readMetadata, type StreamInfo } from './flac-metadata.ts';
import { type FlacBlock, FlacScanner } from './flac-scanner.ts';

/** Reads the header and the first frame. Throws an Error with the reason where this is no FLAC file to be read. */
export async function openFlac(source: ByteSource): Promise<AudioReader> {
  const window = new ByteWindow(source, await afterId3(source));
  await window.fill(4);
  if (!isStreamMark(window.bytes, window.at)) throw new Error('expected a FLAC file, found no "fLaC" at its start');
  const info = await readMetadata(window);
  const scanner = new FlacScanner(window, info ?? { sampleRateHz: 0, bits: 0 });
  const first = await scanner.next();
  const shape = first?.header ?? info;
  if (shape === undefined) throw new Error('expected metadata and sound, found neither before the end of the file');
  return new FlacReader(scanner, shape, info, first);
}

/** What all frames of a recording share. */
type FlacShape = Pick<FlacFrameHeader, 'sampleRateHz' | 'channels' | 'bits'>;

class FlacReader extends ChunkReader {
  readonly #scanner: FlacScanner;
  readonly #bits: number;
  /** A frame that has been read already. */
  #first: FlacBlock | undefined;
  readonly #numbering: Numbering;
  #closed = false;

  constructor(scanner: FlacScanner, shape: FlacShape, info: StreamInfo | undefined, first: FlacBlock | undefined) {
    const promisedFrames = info?.totalSamples || undefined;
    super({ ...shape, format: formatOf(shape.bits), sourceBytes: scanner.sourceBytes, promisedFrames });
    this.#scanner = scanner;
    this.#bits = shape.bits;
    this.#first = first;
    this.#numbering = new Numbering(info?.mostBlock ?? 0);
  }

  get share(): number {
    return this.#scanner.share;
  }

  close(): void {
    this.#closed = true;
    this.#scanner.close();
  }

  protected async nextChunk(): Promise<Chunk | undefined> {
    const block = this.#closed ? undefined : (this.#first ?? (await this.#scanner.next()));
    this.#first = undefined;
    if (block === undefined) {
      // What comes after all that was promised is no lost sound.
      const isWhole = this.frames !== undefined && this.account.foundFrames >= this.frames;
      if (!isWhole) this.account.skippedBytes += this.#scanner.skippedBytes;
      return undefined;
    }
    const { header, channels, skippedBytes } = block;
    this.#requireShape(header);
    this.account.skippedBytes += skippedBytes;
    const scale = 2 ** (1 - header.bits);
    return {
      channels: channels.map((samples) => scaled(samples, header.samples, scale)),
      frames: header.samples,
      gap: this.#numbering.missingBefore(header, skippedBytes > 0),
    };
  }

  /** Throws an Error where the sound goes on in a shape that the output does not have. */
  #requireShape({ sampleRateHz, channels, bits }: FlacFrameHeader): void {
    const isSame = sampleRateHz === this.sampleRateHz && channels === this.channels;
    if (isSame && 2 ** (bits - 1) <= (fullScaleOf(this.format) ?? 0)) return;
    const text = (...[hz, count, depth]: number[]): string => `${count} × ${depth} bits at ${hz} Hz`;
    throw new Error(
      `after ${this.account.foundFrames} samples per channel the sound changes from ` +
        `${text(this.sampleRateHz, this.channels, this.#bits)} to ${text(sampleRateHz, channels, bits)}: ${CONVERT}`,
    );
  }
}

/** By a loop: Float32Array.from with a function takes as long as everything else that is done to a frame. */
function scaled(samples: ArrayLike<number>, count: number, scale: number): Float32Array {
  const out = new Float32Array(count);
  for (let n = 0; n < count; n++) out[n] = samples[n] * scale;
  return out;
}

/** How samples of so many bits are stored without loss. */
function formatOf(bits: number): SampleFormat {
  return bits <= 8 ? 'uint8' : bits <= 16 ? 'int16' : bits <= 24 ? 'int24' : 'int32';
}

/**
 * Tells by the numbers of frames how much is missing between them. Frames of one length carry their own number, and
 * their length is that of every frame but the last: the stream's header states it too, but encoders get it wrong.
 */
class Numbering {
  /** Samples of a frame. */
  #block = 0;
  #nextFrame: number | undefined;
  #nextSample: number | undefined;
  #numbersSamples: boolean | undefined;
  readonly #statedBlock: number;

  constructor(statedBlock: number) {
    this.#statedBlock = statedBlock;
  }

  /**
   * Samples that are missing before a frame. Numbers that go back begin a new stream; so do those of a first frame with
   * nothing before it, which was cut out of a longer one.
   */
  missingBefore({ number, numbersSamples, samples }: FlacFrameHeader, isAfterDamage: boolean): number {
    const isFirst = this.#nextFrame === undefined;
    this.#block = Math.max(this.#block, samples);
    // A first frame that is also the last is shorter than those that are lost before it.
    const lostBlock = isFirst ? Math.max(this.#block, this.#statedBlock) : this.#block;
    const missing = numbersSamples ? number - (this.#nextSample ?? 0) : (number - (this.#nextFrame ?? 0)) * lostBlock;
    const isOtherCount = !isFirst && numbersSamples !== this.#numbersSamples;
    this.#numbersSamples = numbersSamples;
    this.#nextFrame = numbersSamples ? (this.#nextFrame ?? 0) + 1 : number + 1;
    this.#nextSample = numbersSamples ? number + samples : number * lostBlock + samples;
    return missing > 0 && !isOtherCount && (!isFirst || isAfterDamage) ? missing : 0;
  }
}
