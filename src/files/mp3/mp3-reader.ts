/**
 * In:     an MP3 file, wherever its bytes lie (byte-source.ts)
 * Out:    planar samples, some seconds at a time, to enhance-reader.ts
 * Thread: any
 *
 * The decoder (mp3-decoder.ts) takes whole files. So each part of the recording becomes a small one: the frames before
 * it that it may depend on, whose sound is thrown away, and the part. Where the encoder says what it put before and
 * after the sound (mp3-encoder-tag.ts), that is cut off, in each of the recordings that were joined to one file.
 */
import type { ByteSource } from '../byte-source.ts';
import { type Chunk, ChunkReader } from '../chunk-reader.ts';
import { CONVERT } from '../recognise.ts';
import { type Decoder, decodeFrames, startDecoder } from './mp3-decoder.ts';
import { type FrameHeader, MOST_FREE_BYTES } from './mp3-frame.ts';
import { Mp3Recording } from './mp3-recording.ts';
import { type Frame, FrameScanner } from './mp3-scanner.ts';

/** Frames of a part: about five seconds. */
const PART_FRAMES = 200;
/**
 * A frame may take up to 511 bytes from the frames before it, and overlaps the last one. The shortest frames have 24
 * bytes.
 */
const RUN_IN_FRAMES = 30;

/**
 * Finds the first frames. Throws an Error with the reason where this is no MP3 file that can be read.
 * @param loadDecoder gives the module of mp3-decoder.ts, wherever that lies
 * @param warnings what is wrong with the file around it, one sentence each
 */
export async function openMp3(
  source: ByteSource,
  loadDecoder: () => Promise<WebAssembly.Module>,
  warnings: readonly string[] = [],
): Promise<Mp3Reader> {
  const scanner = new FrameScanner(source);
  const first = await scanner.next();
  if (first === undefined && scanner.tooLongBytes !== undefined) {
    throw new Error(
      `expected free format with frames of at most ${MOST_FREE_BYTES} bytes, found ${scanner.tooLongBytes}: ` +
        'convert it first, for example with mpg123 -w OUT.wav IN.mp3',
    );
  }
  if (first === undefined) throw new Error('expected an MP3 file, found no three frames in a row');
  requireLayer(first.header);
  return new Mp3Reader(await startDecoder(await loadDecoder()), scanner, kept(first), warnings);
}

export class Mp3Reader extends ChunkReader {
  /** The first recording's may be known; others may be joined to it. */
  override readonly frames = undefined;
  readonly #decoder: Decoder;
  readonly #scanner: FrameScanner;
  /** A frame that has been read and belongs to the next part. */
  #held: Frame | undefined;
  #recording: Mp3Recording;
  readonly #warnings: readonly string[];

  constructor(decoder: Decoder, scanner: FrameScanner, first: Frame, warnings: readonly string[]) {
    const { sampleRateHz, channels } = first.header;
    const recording = new Mp3Recording(first);
    super({ sampleRateHz, channels, sourceBytes: scanner.sourceBytes, promisedFrames: recording.promisedSamples });
    this.#decoder = decoder;
    this.#scanner = scanner;
    this.#recording = recording;
    this.#held = recording.hasTag ? undefined : first;
    this.#warnings = warnings;
  }

  override get warnings(): readonly string[] {
    return [...this.#warnings, ...super.warnings];
  }

  get share(): number {
    return this.#scanner.share;
  }

  protected async nextChunk(): Promise<Chunk | undefined> {
    const part = await this.#nextPart();
    this.account.skippedBytes = this.#scanner.skippedBytes;
    if (part.length === 0) {
      this.account.endSeen = this.#recording.isWhole;
      return undefined;
    }
    const recording = this.#recording;
    const all = [...recording.runIn, ...part];
    recording.runIn = all.slice(-RUN_IN_FRAMES);
    const { channels, lost } = decodeFrames(this.#decoder, all, all.length - part.length, recording.header);
    const [start, stop] = recording.keep(channels[0].length);
    const planes = channels.map((plane) => plane.subarray(start, stop));
    return {
      // One voice goes to both sides, as a player puts it.
      channels: Array.from({ length: this.channels }, (_, c) => planes[c] ?? planes[0]),
      frames: stop - start,
      gap: 0,
      silent: Math.min(lost, stop - start),
    };
  }

  close(): void {}

  /** The next frames of one recording; none at the end of the file. */
  async #nextPart(): Promise<readonly Uint8Array[]> {
    const part: Uint8Array[] = [];
    while (part.length < PART_FRAMES || this.#recording.isNearEnd) {
      const frame = this.#held ?? (await this.#scanner.next());
      this.#held = undefined;
      if (frame === undefined) break;
      if (this.#recording.endsBefore(frame)) {
        if (part.length > 0) {
          this.#held = kept(frame);
          break;
        }
        this.#recording = this.#begin(frame);
        if (this.#recording.hasTag) continue;
      }
      this.#recording.addFrame();
      part.push(frame.bytes.slice());
    }
    return part;
  }

  #begin(frame: Frame): Mp3Recording {
    const { header } = frame;
    requireLayer(header);
    const { sampleRateHz, channels } = header;
    if (sampleRateHz !== this.sampleRateHz || (channels !== this.channels && channels !== 1)) {
      throw new Error(
        'expected all recordings in this MP3 file to be alike, ' +
          `found ${this.sampleRateHz} Hz with ${this.channels} channels, ` +
          `and after it ${sampleRateHz} Hz with ${channels}: ${CONVERT}`,
      );
    }
    return new Mp3Recording(frame);
  }
}

function requireLayer({ layer }: FrameHeader): void {
  if (layer === 3) return;
  throw new Error(`expected MP3, which is Layer III of MPEG audio, found Layer ${'I'.repeat(layer)}: ${CONVERT}`);
}

function kept({ header, bytes }: Frame): Frame {
  return { header, bytes: bytes.slice() };
}
