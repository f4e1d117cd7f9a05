/**
 * In:     packets of Opus (opus-link.ts)
 * Out:    their sound, planar, at 48 kHz
 * Thread: any
 *
 * libopus in WebAssembly (opus-decoder). Damage can make it trap, after which it is of no use: it is replaced.
 */
import type { OpusDecoder } from 'opus-decoder';
import { MOST_SAMPLE } from './link.ts';

export const OPUS_RATE_HZ = 48000;

/** No packet is longer. RFC 6716, section 3.2.5. */
const MOST_PACKET_FRAMES = 0.12 * OPUS_RATE_HZ;

/** How the streams of a packet become channels. RFC 7845, section 5.1.1. */
export interface OpusLayout {
  readonly channels: number;
  readonly streamCount: number;
  readonly coupledStreamCount: number;
  readonly channelMappingTable: readonly number[];
}

/** Decodes packets in order. */
export class OpusPackets {
  readonly #layout: OpusLayout;
  #decoder: OpusDecoder<undefined> | undefined;

  constructor(layout: OpusLayout) {
    this.#layout = layout;
  }

  /** The sound of the next packet, one array for each channel; undefined where it is damaged. */
  async decode(packet: Uint8Array): Promise<readonly Float32Array[] | undefined> {
    this.#decoder ??= await this.#start();
    try {
      const { channelData, errors } = quietly(this.#decoder, packet);
      const channels = channelData.slice(0, this.#layout.channels);
      if (errors.length > 0) return undefined;
      if (channels.every((plane) => plane.every((x) => Math.abs(x) < MOST_SAMPLE))) return channels;
    } catch {
      // It trapped.
    }
    this.close();
    return undefined;
  }

  /** Frees the decoder; {@link decode} starts another. */
  close(): void {
    try {
      this.#decoder?.free();
    } catch {
      // After a trap its memory may be in disorder. It goes with the instance.
    }
    this.#decoder = undefined;
  }

  async #start(): Promise<OpusDecoder<undefined>> {
    const { OpusDecoder: Decoder } = await import('opus-decoder');
    const { channels, streamCount, coupledStreamCount, channelMappingTable } = this.#layout;
    // Room for packets is measured by the number of channels, and for one it is too small for the longest ones.
    const table = channels === 1 ? [channelMappingTable[0], channelMappingTable[0]] : [...channelMappingTable];
    const decoder = new Decoder({
      channels: table.length,
      streamCount,
      coupledStreamCount,
      channelMappingTable: table,
      preSkip: 0,
    });
    await decoder.ready;
    return decoder;
  }
}

/** Without its lines on the console, which is ours: what it says of a packet comes back as well. */
function quietly(decoder: OpusDecoder<undefined>, packet: Uint8Array): ReturnType<OpusDecoder['decodeFrame']> {
  const { error } = console;
  console.error = () => {};
  try {
    return decoder.decodeFrame(packet);
  } finally {
    console.error = error;
  }
}

/** Lengths of frames that a packet's first byte can state, in samples. RFC 6716, section 3.1, table 2. */
const SILK = [480, 960, 1920, 2880];
const HYBRID = [480, 960];
const CELT = [120, 240, 480, 960];

/** Samples of a packet, by its first bytes; 0 where they are impossible. RFC 6716, sections 3.1 and 3.2. */
export function packetFrames(packet: Uint8Array): number {
  if (packet.length === 0) return 0;
  const config = packet[0] >> 3;
  const each = config < 12 ? SILK[config & 3] : config < 16 ? HYBRID[config & 1] : CELT[config & 3];
  const code = packet[0] & 3;
  const count = code === 0 ? 1 : code < 3 ? 2 : packet.length > 1 ? packet[1] & 63 : 0;
  const frames = each * count;
  return frames <= MOST_PACKET_FRAMES ? frames : 0;
}
