/**
 * In:     pages of one link of an Ogg Opus file (ogg-reader.ts)
 * Out:    planar samples at 48 kHz, page by page
 * Thread: any
 *
 * Format: RFC 7845, https://www.rfc-editor.org/rfc/rfc7845.
 */
import type { Chunk } from '../chunk-reader.ts';
import { toWavOrder } from '../speaker-order.ts';
import type { Link } from './link.ts';
import type { OggPage } from './ogg-demuxer.ts';
import { OPUS_RATE_HZ, OpusPackets, packetFrames } from './opus-packets.ts';

const HEADER_BYTES = 19;
/** Channels of the orders that are read, by family. RFC 7845, section 5.1.1. */
const MOST_CHANNELS = [2, 8];

/** What follows from the first packet. Throws an Error with the reason where it cannot be decoded. */
export function openOpus(header: Uint8Array): OpusLink {
  if (header.length < HEADER_BYTES)
    throw new Error('expected an Opus header of 19 bytes or more, found the end of the packet');
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const channels = header[9];
  const preSkip = view.getUint16(10, true);
  const gain = 10 ** (view.getInt16(16, true) / 256 / 20);
  const family = header[18];
  if (channels === 0 || !(channels <= MOST_CHANNELS[family])) {
    throw new Error(
      'expected 1 or 2 channels, or up to 8 in the order of family 1, ' +
        `found ${channels} in family ${family}: convert it first, for example with ffmpeg -i IN.opus OUT.wav`,
    );
  }
  if (family === 0) {
    const layout = { channels, streamCount: 1, coupledStreamCount: channels - 1, channelMappingTable: [0, 1] };
    return new OpusLink(new OpusPackets(layout), channels, preSkip, gain);
  }
  const [streamCount, coupledStreamCount] = [header[HEADER_BYTES], header[HEADER_BYTES + 1]];
  const channelMappingTable = [...header.subarray(HEADER_BYTES + 2, HEADER_BYTES + 2 + channels)];
  if (channelMappingTable.length < channels)
    throw new Error('expected a channel mapping in the Opus header, found the end of the packet');
  const decoded = streamCount + coupledStreamCount;
  if (streamCount === 0 || coupledStreamCount > streamCount || decoded > 255)
    throw new Error(`expected streams in the Opus header, found ${coupledStreamCount} pairs of ${streamCount}`);
  if (channelMappingTable.some((from) => from >= decoded && from !== 255))
    throw new Error(`expected a channel mapping to ${decoded} channels in the Opus header, found another one`);
  const layout = { channels, streamCount, coupledStreamCount, channelMappingTable };
  return new OpusLink(new OpusPackets(layout), channels, preSkip, gain);
}

export class OpusLink implements Link {
  readonly sampleRateHz = OPUS_RATE_HZ;
  readonly channels: number;
  /** Samples up to here, as positions in the file count them; undefined before the first position. */
  #position: number | undefined;
  /** Samples at the beginning that the decoder needs to come into its stride. */
  #skip: number;
  readonly #packets: OpusPackets;
  readonly #gain: number;

  constructor(packets: OpusPackets, channels: number, preSkip: number, gain: number) {
    this.#packets = packets;
    this.channels = channels;
    this.#skip = preSkip;
    this.#gain = gain;
  }

  async add(page: OggPage): Promise<readonly Chunk[]> {
    const parts: Part[] = [];
    // Those without any sound that could be told from their first bytes.
    let unknown = 0;
    for (const packet of page.packets) {
      if (isComment(packet)) continue;
      const planes = await this.#packets.decode(packet);
      const frames = planes === undefined ? packetFrames(packet) : planes[0].length;
      if (frames === 0) unknown += 1;
      parts.push({ planes, frames });
    }
    if (parts.length === 0) return [];
    const frames = parts.reduce((sum, part) => sum + part.frames, 0);
    const silent = parts.reduce((sum, part) => sum + (part.planes === undefined ? part.frames : 0), 0);
    const { gap, kept } = this.#placed(page, frames, !page.follows || unknown > 0);
    const channels = toWavOrder(
      Array.from({ length: this.channels }, (_, c) => joined(parts, c, frames, this.#gain).subarray(0, kept)),
    );
    return [this.#withoutSkip({ channels, frames: kept, gap, silent: Math.min(silent, kept) })];
  }

  async finish(): Promise<readonly Chunk[]> {
    return [];
  }

  close(): void {
    this.#packets.close();
  }

  /** How many samples are missing before those of a page, and how many of its own belong to the recording. */
  #placed({ position, isLast }: OggPage, frames: number, isMissing: boolean): { gap: number; kept: number } {
    // A recording that is cut from a running stream begins anywhere (section 4.3), unless its beginning is lost.
    const from = this.#position ?? (position === undefined || isMissing ? 0 : Math.max(0, position - frames));
    if (position === undefined) {
      this.#position = from + frames;
      return { gap: 0, kept: frames };
    }
    this.#position = position;
    // A position further on where nothing is missing is an error of what wrote it.
    const gap = isMissing ? Math.max(0, position - from - frames) : 0;
    // The last page may state less than it holds, which cuts the end off (section 4.4).
    const kept = isLast ? Math.min(frames, Math.max(0, position - from - gap)) : frames;
    return { gap, kept };
  }

  #withoutSkip({ channels, frames, gap, silent = 0 }: Chunk): Chunk {
    const ofGap = Math.min(gap, this.#skip);
    const ofFrames = Math.min(frames, this.#skip - ofGap);
    this.#skip -= ofGap + ofFrames;
    const kept = frames - ofFrames;
    return {
      channels: ofFrames === 0 ? channels : channels.map((plane) => plane.subarray(ofFrames)),
      frames: kept,
      gap: gap - ofGap,
      silent: Math.min(silent, kept),
    };
  }
}

/** One packet; no planes where it could not be decoded, and silence stands for it. */
interface Part {
  readonly planes: readonly Float32Array[] | undefined;
  readonly frames: number;
}

function joined(parts: readonly Part[], channel: number, frames: number, gain: number): Float32Array {
  const whole = new Float32Array(frames);
  let at = 0;
  for (const part of parts) {
    if (part.planes !== undefined) whole.set(part.planes[channel], at);
    at += part.frames;
  }
  if (gain !== 1) for (let n = 0; n < frames; n++) whole[n] *= gain;
  return whole;
}

/** The second header, which may take several pages before the sound. */
function isComment(packet: Uint8Array): boolean {
  return String.fromCharCode(...packet.subarray(0, 8)) === 'OpusTags';
}
