/**
 * In:     packets of an Ogg Vorbis file (files/ogg/ogg-demuxer.ts)
 * Out:    planar samples, some seconds at a time, to files/enhance-reader.ts
 * Thread: any of Node's
 *
 * Decoder: stb_vorbis in WebAssembly (stb-vorbis), which takes whole files. So each part of the recording becomes a
 * small file: the three headers, the packet before the part, whose second half the first one overlaps, and the part.
 * Its samples are those of the whole. Format: https://xiph.org/vorbis/doc/Vorbis_I_spec.html
 */
import type { StbVorbis } from 'stb-vorbis';
import { type Chunk, ChunkReader } from '../../files/chunk-reader.ts';
import type { OggDemuxer, OggPage } from '../../files/ogg/ogg-demuxer.ts';
import { oggFile } from '../../files/ogg/ogg-file.ts';
import { requireRate } from '../../files/require-rate.ts';

/** Packets of a part, 3 to 12 seconds; a part goes on to the end of a page. */
const PART_PACKETS = 512;

/** Goes on after the first packet, which is the header. Throws an Error with the reason where it cannot be decoded. */
export async function openVorbis(demuxer: OggDemuxer, header: Uint8Array): Promise<VorbisReader> {
  if (header.length < 30) throw new Error('expected a Vorbis header of 30 bytes, found the end of the packet');
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const channels = header[11];
  const sampleRateHz = view.getUint32(12, true);
  // With more, stb_vorbis gives noise for some files.
  if (channels === 0 || channels > 2) {
    throw new Error(
      `expected 1 or 2 channels of Vorbis, found ${channels}: ` +
        'convert it first, for example with ffmpeg -i IN.ogg -c:a pcm_s16le OUT.wav',
    );
  }
  requireRate(sampleRateHz);
  const headers = [header.slice()];
  const first: Uint8Array[] = [];
  while (headers.length < 3) {
    const page = await demuxer.nextPage();
    if (page === undefined) throw new Error('expected three Vorbis headers, found the end of the file');
    for (const packet of page.packets) (headers.length < 3 ? headers : first).push(packet.slice());
  }
  const { StbVorbis: decoder } = await import('stb-vorbis');
  await decoder.ready;
  return new VorbisReader(decoder, demuxer, headers, first, channels, sampleRateHz, await demuxer.lastPosition());
}

export class VorbisReader extends ChunkReader {
  /** The packet before the next part. */
  #before: Uint8Array | undefined;
  #position = 0;
  /** The page after lost ones, with which the next part begins. */
  #held: OggPage | undefined;
  #started = false;
  #closed = false;
  readonly #decoder: typeof StbVorbis;
  readonly #demuxer: OggDemuxer;
  readonly #headers: readonly Uint8Array[];
  #first: readonly Uint8Array[];

  constructor(
    decoder: typeof StbVorbis,
    demuxer: OggDemuxer,
    headers: readonly Uint8Array[],
    first: readonly Uint8Array[],
    channels: number,
    sampleRateHz: number,
    frames: number | undefined,
  ) {
    super({ sampleRateHz, channels, sourceBytes: demuxer.sourceBytes, frames });
    this.#decoder = decoder;
    this.#demuxer = demuxer;
    this.#headers = headers;
    this.#first = first;
  }

  get share(): number {
    return this.#demuxer.share;
  }

  protected async nextChunk(): Promise<Chunk | undefined> {
    const packets: Uint8Array[] = [...this.#first];
    this.#first = [];
    let position: number | undefined;
    while (packets.length < PART_PACKETS && !this.#closed) {
      const page = this.#held ?? (await this.#demuxer.nextPage());
      this.#held = undefined;
      if (page === undefined) break;
      // Silence stands for lost pages, and comes before a part. So a part begins after them, and its first packet has
      // nothing to overlap.
      if (!page.follows && packets.length > 0) {
        this.#held = page;
        break;
      }
      if (!page.follows) this.#before = undefined;
      for (const packet of page.packets) packets.push(packet.slice());
      if (page.packets.length > 0) position = page.position ?? position;
    }
    this.account.skippedBytes = this.#demuxer.damagedBytes;
    if (packets.length === 0) return undefined;
    const channels = this.#decode(this.#before === undefined ? packets : [this.#before, ...packets]);
    const frames = channels[0].length;
    this.#before = this.#held === undefined ? packets[packets.length - 1] : undefined;
    // A position beyond what has come means lost pages; at the very beginning, that this was cut from a longer
    // recording.
    const gap = position === undefined || !this.#started ? 0 : Math.max(0, position - this.#position - frames);
    this.#started = true;
    this.#position = position ?? this.#position + gap + frames;
    return { channels, frames, gap };
  }

  close(): void {
    this.#closed = true;
  }

  #decode(packets: readonly Uint8Array[]): readonly Float32Array[] {
    try {
      const { channels } = this.#decoder.decode(oggFile([this.#headers.slice(0, 1), this.#headers.slice(1), packets]));
      if (channels.length === this.channels) return channels;
    } catch (error) {
      if (!this.#started)
        throw new Error(`the sound cannot be decoded (${error instanceof Error ? error.message : String(error)})`);
    }
    return Array.from({ length: this.channels }, () => new Float32Array());
  }
}
