import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { ByteSource } from '../../../files/byte-source.ts';
import { ByteWindow } from '../../../files/byte-window.ts';
import { type Chunk, ChunkReader } from '../../../files/chunk-reader.ts';
import { afterId3 } from '../../../files/flac/flac-reader.ts';

/**
 * In:     an MP3 file, wherever its bytes lie (files/byte-source.ts)
 * Out:    planar samples, some seconds at a time, to files/enhance-reader.ts
 * Thread: any of Node's
 *
 * Decoder: minimp3 in WebAssembly (minimp3-wasm), which takes whole files. So each part of the recording becomes a
 * small one: the frames before it on which it may lean, which are thrown away, and the part. Where the encoder says
 * what it put before and after the sound (LAME's tag), that is cut off.
 */

/** Frames of a part: about five seconds. */
const PART_FRAMES = 200;
/**
 * A frame may take up to 511 bytes from frames before it, and overlaps the last one. The shortest frames have 24 bytes.
 */
const RUN_IN_FRAMES = 30;
/** Samples that every decoder is late by. */
const DECODER_DELAY = 529;
/** How far from the beginning sound is looked for: what has none by then is another kind of file. */
const MOST_SEARCH_BYTES = 1 << 20;
/** Frames in a row that prove that sound begins here. */
const PROOF_FRAMES = 3;
const MOST_FRAME_BYTES = 8192;

/** What the four bytes before each frame say. ISO 11172-3, 2.4.2.3, and ISO 13818-3. */
interface FrameHeader {
  readonly bytes: number;
  readonly samples: number;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** What does not change within a file. */
  readonly kind: number;
}

const KBPS: Readonly<Record<string, readonly number[]>> = {
  '1:1': [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  '1:2': [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  '1:3': [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  '2:1': [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  '2:2': [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  '2:3': [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};

function parseHeader(bytes: Uint8Array, at: number): FrameHeader | undefined {
  if (at + 4 > bytes.length || bytes[at] !== 0xff || (bytes[at + 1] & 0xe0) !== 0xe0) return undefined;
  // 0: MPEG-2.5, 2: MPEG-2, 3: MPEG-1.
  const version = (bytes[at + 1] >> 3) & 3;
  const layer = 4 - ((bytes[at + 1] >> 1) & 3);
  const rateCode = (bytes[at + 2] >> 2) & 3;
  const bitrateCode = bytes[at + 2] >> 4;
  if (version === 1 || layer === 4 || rateCode === 3 || bitrateCode === 0 || bitrateCode === 15) return undefined;
  const kbps = KBPS[`${version === 3 ? 1 : 2}:${layer}`][bitrateCode];
  const sampleRateHz = [44100, 48000, 32000][rateCode] / (version === 3 ? 1 : version === 2 ? 2 : 4);
  const padding = (bytes[at + 2] >> 1) & 1;
  const samples = layer === 1 ? 384 : layer === 3 && version !== 3 ? 576 : 1152;
  const length =
    layer === 1
      ? 4 * (Math.floor((12000 * kbps) / sampleRateHz) + padding)
      : Math.floor((samples * 125 * kbps) / sampleRateHz) + padding;
  const channels = bytes[at + 3] >> 6 === 3 ? 1 : 2;
  return { bytes: length, samples, sampleRateHz, channels, kind: version + 4 * layer + 16 * rateCode + 64 * channels };
}

/** Finds the first frames. Throws an Error with the reason where this is no MP3 file that can be read. */
export async function openMp3(source: ByteSource): Promise<Mp3Reader> {
  const scanner = new FrameScanner(source, await afterId3(source));
  const first = await scanner.next();
  if (first === undefined) throw new Error('expected an MP3 file, found no three frames in a row');
  const header = parseHeader(first, 0) as FrameHeader;
  const tag = readEncoderTag(first, header);
  return new Mp3Reader(await startDecoder(), scanner, header, tag === undefined ? [first.slice()] : [], tag);
}

/** What encoders write into a first frame without sound. */
interface EncoderTag {
  readonly skip: number;
  readonly frames: number | undefined;
}

/** http://gabriel.mp3-tech.org/mp3infotag.html */
function readEncoderTag(frame: Uint8Array, header: FrameHeader): EncoderTag | undefined {
  const isOne = header.samples === 1152;
  const at = 4 + (isOne ? (header.channels === 1 ? 17 : 32) : header.channels === 1 ? 9 : 17);
  const text = (from: number): string => String.fromCharCode(...frame.subarray(from, from + 4));
  if (text(36) === 'VBRI') return { skip: 0, frames: undefined };
  if (text(at) !== 'Xing' && text(at) !== 'Info') return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const flags = view.getUint32(at + 4);
  const count = flags & 1 ? view.getUint32(at + 8) : undefined;
  const lame = at + 8 + (flags & 1 ? 4 : 0) + (flags & 2 ? 4 : 0) + (flags & 4 ? 100 : 0) + (flags & 8 ? 4 : 0);
  if (lame + 24 > frame.length || !/^(LAME|Lavc|Lavf)/.test(text(lame)))
    return { skip: 0, frames: count === undefined ? undefined : count * header.samples };
  const delay = (frame[lame + 21] << 4) | (frame[lame + 22] >> 4);
  const padding = ((frame[lame + 22] & 15) << 8) | frame[lame + 23];
  const frames = count === undefined ? undefined : Math.max(0, count * header.samples - delay - padding);
  return { skip: delay + DECODER_DELAY, frames };
}

export class Mp3Reader extends ChunkReader {
  readonly sampleRateHz: number;
  readonly channels: number;
  private runIn: readonly Uint8Array[] = [];

  constructor(
    private readonly decoder: Decoder,
    private readonly scanner: FrameScanner,
    private readonly header: FrameHeader,
    private first: readonly Uint8Array[],
    tag: EncoderTag | undefined,
  ) {
    super(tag?.skip ?? 0, tag?.frames);
    this.sampleRateHz = header.sampleRateHz;
    this.channels = header.channels;
  }

  get share(): number {
    return this.scanner.share;
  }

  protected get damagedBytes(): number {
    return this.scanner.skippedBytes;
  }

  protected async nextChunk(): Promise<Chunk | undefined> {
    const part: Uint8Array[] = [...this.first];
    this.first = [];
    while (part.length < PART_FRAMES) {
      const frame = await this.scanner.next();
      if (frame === undefined) break;
      part.push(frame.slice());
    }
    if (part.length === 0) return undefined;
    const all = [...this.runIn, ...part];
    this.runIn = all.slice(-RUN_IN_FRAMES);
    const { channels, lost } = decodeFrames(this.decoder, all, all.length - part.length, this.header);
    this.lostFrames += lost;
    return { channels, frames: channels[0].length, gap: 0 };
  }

  close(): void {}
}

/** Exports of the decoder's module. */
interface Decoder {
  readonly memory: WebAssembly.Memory;
  decoder_init(): void;
  decoder_set_mp3_data_size(bytes: number): void;
  decoder_mp3_data_offset(): number;
  decoder_decode(seconds: number): void;
  decoder_pcm_data_offset(): number;
  decode_results_num_samples(): number;
  decode_results_num_channels(): number;
}

let compiling: Promise<WebAssembly.Module> | undefined;

async function startDecoder(): Promise<Decoder> {
  compiling ??= readFile(createRequire(import.meta.url).resolve('minimp3-wasm/dist/decoder.opt.wasm')).then((bytes) =>
    WebAssembly.compile(bytes),
  );
  return (await WebAssembly.instantiate(await compiling)).exports as unknown as Decoder;
}

/** The sound of the frames from `first` on; what cannot be decoded is silence. */
function decodeFrames(
  decoder: Decoder,
  frames: readonly Uint8Array[],
  first: number,
  header: FrameHeader,
): { channels: Float32Array[]; lost: number } {
  const { channels, samples, sampleRateHz } = header;
  const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
  decoder.decoder_init();
  decoder.decoder_set_mp3_data_size(bytes);
  const into = new Uint8Array(decoder.memory.buffer, decoder.decoder_mp3_data_offset(), bytes);
  let at = 0;
  for (const frame of frames) {
    into.set(frame, at);
    at += frame.length;
  }
  decoder.decoder_decode((frames.length * samples) / sampleRateHz + 1);
  const there = decoder.decode_results_num_channels() === channels ? decoder.decode_results_num_samples() : 0;
  const pcm = new Int16Array(decoder.memory.buffer, decoder.decoder_pcm_data_offset(), there);
  const planes = Array.from({ length: channels }, () => new Float32Array((frames.length - first) * samples));
  // The decoder gives nothing for a frame whose beginning it has not seen, and does not say so.
  const complete = completeFrames(frames);
  let from = 0;
  let lost = 0;
  for (let f = 0; f < frames.length; f++) {
    const isThere = complete[f] && from + samples * channels <= there;
    if (f >= first && isThere) {
      const to = (f - first) * samples;
      for (let c = 0; c < channels; c++)
        for (let n = 0; n < samples; n++) planes[c][to + n] = pcm[from + n * channels + c] / 0x8000;
    }
    if (f >= first && !isThere) lost += samples;
    if (isThere) from += samples * channels;
  }
  return { channels: planes, lost };
}

/** Bytes of earlier frames that a frame may begin in. */
const MOST_RESERVOIR_BYTES = 511;

/**
 * For each frame, whether the bytes of earlier frames in which it begins are there. ISO 11172-3, 2.4.1.7 and 2.4.2.7.
 */
function completeFrames(frames: readonly Uint8Array[]): boolean[] {
  let reservoir = 0;
  return frames.map((frame) => {
    const isOne = (frame[1] & 0x18) === 0x18;
    if ((frame[1] & 6) !== 2) return true;
    const isMono = frame[3] >> 6 === 3;
    const start = frame[1] & 1 ? 4 : 6;
    const bits = (at: number, count: number): number => {
      let value = 0;
      for (let i = at; i < at + count; i++) value = 2 * value + ((frame[start + (i >> 3)] >> (7 - (i & 7))) & 1);
      return value;
    };
    const begins = bits(0, isOne ? 9 : 8);
    const mainBytes = frame.length - start - (isOne ? (isMono ? 17 : 32) : isMono ? 9 : 17);
    if (begins > reservoir) {
      reservoir = Math.min(MOST_RESERVOIR_BYTES, reservoir + mainBytes);
      return false;
    }
    const firstGranule = isOne ? (isMono ? 18 : 20) : isMono ? 9 : 10;
    const granuleBits = isOne ? 59 : 63;
    let used = 0;
    for (let i = 0; i < (isOne ? 2 : 1) * (isMono ? 1 : 2); i++) used += bits(firstGranule + i * granuleBits, 12);
    reservoir = Math.min(MOST_RESERVOIR_BYTES, Math.max(0, begins + mainBytes - Math.ceil(used / 8)));
    return true;
  });
}

/** Cuts a file into frames. What is between them is left out; frames of another kind than the first are, too. */
class FrameScanner {
  skippedBytes = 0;
  private readonly window: ByteWindow;
  private kind: number | undefined;
  private inSync = false;
  private searchedBytes = 0;

  constructor(source: ByteSource, position: number) {
    this.window = new ByteWindow(source, position);
  }

  get share(): number {
    return this.window.share;
  }

  /** The next whole frame; valid until the next call. Undefined at the end. */
  async next(): Promise<Uint8Array | undefined> {
    const { window } = this;
    for (;;) {
      await window.fill((PROOF_FRAMES + 1) * MOST_FRAME_BYTES);
      if (window.left < 4) return undefined;
      const { bytes, at } = window;
      const header = this.headerAt(at);
      if (header !== undefined && header.bytes <= window.left && (this.inSync || this.isProven(at))) {
        this.inSync = true;
        this.kind = header.kind;
        window.at += header.bytes;
        return bytes.subarray(at, at + header.bytes);
      }
      // A tag at the end is no damage.
      if (String.fromCharCode(bytes[at], bytes[at + 1], bytes[at + 2]) === 'TAG' && window.left <= 128)
        return undefined;
      this.inSync = false;
      const skipped = window.skipTo(0xff);
      if (this.kind !== undefined) this.skippedBytes += skipped;
      else this.searchedBytes += skipped;
      if (this.searchedBytes > MOST_SEARCH_BYTES) return undefined;
    }
  }

  private headerAt(at: number): FrameHeader | undefined {
    const header = parseHeader(this.window.bytes, at);
    return this.kind === undefined || header?.kind === this.kind ? header : undefined;
  }

  /** Whether frames of one kind follow each other, up to the end of the file. */
  private isProven(from: number): boolean {
    const first = this.headerAt(from);
    let at = from;
    for (let i = 0; i < PROOF_FRAMES; i++) {
      const header = this.headerAt(at);
      if (header === undefined || header.kind !== first?.kind) return i > 1 && at >= this.window.bytes.length;
      at += header.bytes;
    }
    return at <= this.window.bytes.length;
  }
}
