/**
 * In:     pages of one link of an Ogg Vorbis file (ogg-reader.ts)
 * Out:    planar samples, some seconds at a time
 * Thread: any
 *
 * Decoder: stb_vorbis in WebAssembly (stb-vorbis), which takes whole files. So each part of the recording becomes a
 * small file: the three headers, a packet of silence, the packet before the part, whose second half the first one
 * overlaps, and the part. Its samples are those of the whole. Without the silence stb_vorbis would leave out what
 * follows a long block that is the first and leads over to a short one. Format: https://xiph.org/vorbis/doc/Vorbis_I_spec.html
 */
import type { StbVorbis } from 'stb-vorbis';
import type { Chunk } from '../chunk-reader.ts';
import { CONVERT } from '../recognise.ts';
import { requireRate } from '../require-rate.ts';
import { type Link, MOST_SAMPLE } from './link.ts';
import type { OggPage } from './ogg-demuxer.ts';
import { oggFile } from './ogg-file.ts';
import { VorbisBlocks } from './vorbis-blocks.ts';

/** Packets of a part, 3 to 12 seconds; a part goes on to the end of a page. */
const PART_PACKETS = 512;
const HEADER_BYTES = 30;
const SETUP = 5;
/** The second header without any comment: what is in it may be large, and none of it is sound. */
const NO_COMMENT = Uint8Array.of(3, ...new TextEncoder().encode('vorbis'), 0, 0, 0, 0, 0, 0, 0, 0, 1);

/** What follows from the first packet. Throws an Error with the reason where it cannot be decoded. */
export async function openVorbis(header: Uint8Array): Promise<VorbisLink> {
  if (header.length < HEADER_BYTES)
    throw new Error('expected a Vorbis header of 30 bytes, found the end of the packet');
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const channels = header[11];
  const sampleRateHz = view.getUint32(12, true);
  // With more, stb_vorbis gives noise for some files.
  if (channels === 0 || channels > 2) {
    throw new Error(`expected 1 or 2 channels of Vorbis, found ${channels}: ${CONVERT}`);
  }
  requireRate(sampleRateHz);
  const { StbVorbis: decoder } = await import('stb-vorbis');
  await decoder.ready;
  return new VorbisLink(decoder, header.slice(), channels, sampleRateHz);
}

export class VorbisLink implements Link {
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly #decoder: typeof StbVorbis;
  readonly #header: Uint8Array;
  #setup: Uint8Array | undefined;
  #blocks: VorbisBlocks | undefined;
  /** The next part: its packets, and the position after them. */
  #packets: Uint8Array[] = [];
  #end: number | undefined;
  #isLast = false;
  /** Whether something is missing before it. */
  #isTorn = false;
  /** The packet before it. */
  #before: Uint8Array | undefined;
  /** Samples up to it, as positions in the file count them; undefined before the first position. */
  #position: number | undefined;

  constructor(decoder: typeof StbVorbis, header: Uint8Array, channels: number, sampleRateHz: number) {
    this.#decoder = decoder;
    this.#header = header;
    this.channels = channels;
    this.sampleRateHz = sampleRateHz;
  }

  async add(page: OggPage): Promise<readonly Chunk[]> {
    let ready: readonly Chunk[] = [];
    // Silence stands for lost pages, and comes before a part. So a part begins after them, and its first packet has
    // nothing to overlap.
    if (!page.follows) {
      ready = await this.finish();
      this.#before = undefined;
      this.#isTorn = true;
    }
    for (const packet of page.packets) {
      if ((packet[0] & 1) === 0) this.#packets.push(packet.slice());
      else if (packet[0] === SETUP && this.#setup === undefined) {
        this.#setup = packet.slice();
        this.#blocks = new VorbisBlocks(this.#header, this.#setup);
      }
    }
    if (this.#packets.length === 0) return ready;
    if (page.packets.length > 0) this.#end = page.position ?? this.#end;
    this.#isLast ||= page.isLast;
    // The position of the first page tells where the recording begins.
    const isFull = this.#packets.length >= PART_PACKETS || (this.#position === undefined && this.#end !== undefined);
    return isFull ? [...ready, ...(await this.finish())] : ready;
  }

  async finish(): Promise<readonly Chunk[]> {
    if (this.#setup === undefined || this.#blocks === undefined)
      throw new Error('expected three Vorbis headers, found the third one damaged or cut off');
    const [packets, end, isTorn, isLast] = [this.#packets, this.#end, this.#isTorn, this.#isLast];
    if (packets.length === 0) return [];
    const { channels, frames, silent } = this.#decode(this.#setup, this.#blocks, packets);
    this.#before = packets[packets.length - 1];
    this.#packets = [];
    this.#end = undefined;
    this.#isTorn = false;
    this.#isLast = false;
    const isFirst = this.#position === undefined;
    const from = this.#position ?? (end === undefined || isTorn ? 0 : Math.max(0, end - frames));
    const to = end ?? from + frames;
    this.#position = to;
    // Where the first page states less than it holds, the recording begins inside it; where the last one does, it ends
    // there. Appendix A.2.
    const over = Math.min(frames, Math.max(0, from + frames - to));
    const start = isFirst && !isTorn && !isLast ? over : 0;
    const stop = isLast ? frames - over : frames;
    return [
      {
        channels: channels.map((plane) => plane.subarray(start, stop)),
        frames: stop - start,
        // A position further on where nothing is missing is an error of what wrote it.
        gap: isTorn ? Math.max(0, to - from - frames) : 0,
        silent: Math.min(silent, stop - start),
      },
    ];
  }

  close(): void {
    this.#packets = [];
  }

  /** Between the middles of the blocks before and at the end of a part. What cannot be decoded is silence. */
  #decode(
    setup: Uint8Array,
    blocks: VorbisBlocks,
    packets: readonly Uint8Array[],
  ): { channels: readonly Float32Array[]; frames: number; silent: number } {
    const all = this.#before === undefined ? packets : [this.#before, ...packets];
    const skip = (blocks.blockSamplesBefore(all[0]) + blocks.blockSamples(all[0])) / 4;
    let frames = 0;
    for (let i = 1; i < all.length; i++) frames += (blocks.blockSamples(all[i - 1]) + blocks.blockSamples(all[i])) / 4;
    let decoded: readonly Float32Array[] = [];
    try {
      decoded = this.#decoder.decode(oggFile([[this.#header], [NO_COMMENT, setup], [blocks.silence, ...all]])).channels;
    } catch (error) {
      if (this.#position === undefined)
        throw new Error(`the sound cannot be decoded (${error instanceof Error ? error.message : String(error)})`);
    }
    const channels = Array.from({ length: this.channels }, (_, c) => {
      const plane = new Float32Array(frames);
      plane.set((decoded[c] ?? new Float32Array()).subarray(skip, skip + frames));
      return plane;
    });
    const lost = Math.max(0, frames - Math.max(0, (decoded[0]?.length ?? 0) - skip));
    return { channels, frames, silent: lost + silenceBroken(channels, frames) };
  }
}

/** Puts silence where a damaged packet gave what no sound is; returns how many samples of each channel that are. */
function silenceBroken(channels: readonly Float32Array[], frames: number): number {
  let broken = 0;
  for (let n = 0; n < frames; n++) {
    if (channels.every((plane) => Math.abs(plane[n]) < MOST_SAMPLE)) continue;
    for (const plane of channels) plane[n] = 0;
    broken += 1;
  }
  return broken;
}
