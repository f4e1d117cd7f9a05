/**
 * In:     packets of an Ogg Opus file (files/ogg/ogg-demuxer.ts)
 * Out:    planar samples at 48 kHz, page by page, to files/enhance-reader.ts
 * Thread: any of Node's
 *
 * Decoder: libopus in WebAssembly (opus-decoder). Format: RFC 7845, https://www.rfc-editor.org/rfc/rfc7845.
 */
import type { OpusDecoder } from 'opus-decoder';
import { type Chunk, ChunkReader } from '../../files/chunk-reader.ts';
import type { OggDemuxer } from '../../files/ogg/ogg-demuxer.ts';
import { requireChannels } from '../../files/require-channels.ts';
import { toWavOrder } from '../../files/speaker-order.ts';

const OPUS_RATE_HZ = 48000;

/** Goes on after the first packet, which is the header. Throws an Error with the reason where it cannot be decoded. */
export async function openOpus(demuxer: OggDemuxer, header: Uint8Array): Promise<OpusReader> {
  if (header.length < 19) throw new Error('expected an Opus header of 19 bytes or more, found the end of the packet');
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const channels = header[9];
  const preSkip = view.getUint16(10, true);
  const gain = 10 ** (view.getInt16(16, true) / 256 / 20);
  const family = header[18];
  if (channels === 0 || (family === 0 && channels > 2) || family > 1) {
    throw new Error(
      'expected 1 or 2 channels, or more in the order of family 1, ' +
        `found ${channels} in family ${family}: convert it first, for example with ffmpeg`,
    );
  }
  if (family === 1 && header.length < 21 + channels)
    throw new Error('expected a channel mapping in the Opus header, found the end of the packet');
  const mapping = family === 0 ? [...Array(channels).keys()] : [...header.subarray(21, 21 + channels)];
  requireChannels(channels);
  const { OpusDecoder: Decoder } = await import('opus-decoder');
  const decoder = new Decoder({
    channels,
    streamCount: family === 0 ? 1 : header[19],
    coupledStreamCount: family === 0 ? channels - 1 : header[20],
    channelMappingTable: mapping,
    preSkip: 0,
  });
  await decoder.ready;
  const last = await demuxer.lastPosition();
  return new OpusReader(
    demuxer,
    decoder,
    channels,
    preSkip,
    gain,
    last === undefined ? undefined : Math.max(0, last - preSkip),
  );
}

export class OpusReader extends ChunkReader {
  /** Samples decoded so far, as positions in the file count them. */
  #position = 0;
  /** The comment header, which may take several pages, comes before the sound. */
  #sawComments = false;
  #closed = false;
  readonly #demuxer: OggDemuxer;
  readonly #decoder: OpusDecoder<undefined>;
  readonly #gain: number;

  constructor(
    demuxer: OggDemuxer,
    decoder: OpusDecoder<undefined>,
    channels: number,
    preSkip: number,
    gain: number,
    frames: number | undefined,
  ) {
    super({ sampleRateHz: OPUS_RATE_HZ, channels, sourceBytes: demuxer.sourceBytes, skip: preSkip, frames });
    this.#demuxer = demuxer;
    this.#decoder = decoder;
    this.#gain = gain;
  }

  get share(): number {
    return this.#demuxer.share;
  }

  protected async nextChunk(): Promise<Chunk | undefined> {
    for (;;) {
      const page = await this.#demuxer.nextPage();
      this.account.skippedBytes = this.#demuxer.damagedBytes;
      if (page === undefined) return undefined;
      const packets = this.#sawComments ? page.packets : page.packets.slice(1);
      this.#sawComments ||= page.packets.length > 0;
      if (packets.length === 0) continue;
      const decoded = packets.map((packet) => this.#decode(packet));
      const frames = decoded.reduce((sum, part) => sum + part.frames, 0);
      const channels = toWavOrder(
        Array.from({ length: this.channels }, (_, c) => joined(decoded, c, frames, this.#gain)),
      );
      // The last page may state less than it holds, which cuts the end off. Any other states everything up to its end,
      // which is more than has come where pages are lost.
      const gap = page.position === undefined ? 0 : Math.max(0, page.position - this.#position - frames);
      this.#position += gap + frames;
      return { channels, frames, gap };
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#decoder.free();
  }

  #decode(packet: Uint8Array): { channels: readonly Float32Array[]; frames: number } {
    try {
      const { channelData, samplesDecoded } = this.#decoder.decodeFrame(packet);
      return { channels: channelData, frames: samplesDecoded };
    } catch {
      // A damaged packet. The page's position tells how much is missing.
      return { channels: [], frames: 0 };
    }
  }
}

function joined(
  parts: readonly { channels: readonly Float32Array[]; frames: number }[],
  channel: number,
  frames: number,
  gain: number,
): Float32Array {
  const whole = new Float32Array(frames);
  let at = 0;
  for (const part of parts) {
    if (part.frames === 0) continue;
    whole.set(part.channels[channel].subarray(0, part.frames), at);
    at += part.frames;
  }
  if (gain !== 1) for (let n = 0; n < frames; n++) whole[n] *= gain;
  return whole;
}
