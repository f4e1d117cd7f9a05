/**
 * In:     an Ogg file, wherever its bytes lie (byte-source.ts)
 * Out:    the sound of all its links, one after the other, to enhance-reader.ts
 * Thread: any
 */
import type { ByteSource } from '../byte-source.ts';
import { type Chunk, ChunkReader } from '../chunk-reader.ts';
import { CONVERT } from '../recognise.ts';
import type { Link } from './link.ts';
import { OggDemuxer } from './ogg-demuxer.ts';
import { openOpus } from './opus-link.ts';
import { openVorbis } from './vorbis-link.ts';

/** Codecs that are read. */
export type OggKind = 'Ogg Vorbis' | 'Opus';

/** Goes up to the sound of the first link. Throws an Error with the reason where it cannot be decoded. */
export async function openOgg(source: ByteSource): Promise<{ kind: OggKind; reader: OggReader }> {
  const demuxer = new OggDemuxer(source, (header) => kindOf(header) !== undefined);
  const first = await demuxer.nextPage();
  const header = first?.packets[0];
  if (!first?.isFirst || header === undefined)
    throw new Error('expected an Ogg page with a header, found the file cut off or damaged');
  const link = await openLink(header);
  return { kind: kindOf(header) as OggKind, reader: new OggReader(demuxer, link) };
}

export class OggReader extends ChunkReader {
  readonly #demuxer: OggDemuxer;
  #link: Link;
  #ready: Chunk[] = [];
  #ended = false;

  constructor(demuxer: OggDemuxer, link: Link) {
    const { sampleRateHz, channels } = link;
    super({ sampleRateHz, channels, sourceBytes: demuxer.sourceBytes });
    this.#demuxer = demuxer;
    this.#link = link;
  }

  get share(): number {
    return this.#demuxer.share;
  }

  protected async nextChunk(): Promise<Chunk | undefined> {
    while (this.#ready.length === 0 && !this.#ended) this.#ready.push(...(await this.#goOn()));
    this.account.skippedBytes = this.#demuxer.damagedBytes;
    this.account.unreadStreams = this.#demuxer.unreadStreams;
    const chunk = this.#ready.shift();
    if (chunk === undefined) return undefined;
    // One voice goes to both sides, as a player puts it.
    return {
      ...chunk,
      channels: Array.from({ length: this.channels }, (_, c) => chunk.channels[c] ?? chunk.channels[0]),
    };
  }

  close(): void {
    this.#ended = true;
    this.#ready = [];
    this.#link.close();
  }

  async #goOn(): Promise<readonly Chunk[]> {
    const page = await this.#demuxer.nextPage();
    if (page !== undefined && !page.isFirst) return this.#link.add(page);
    const rest = await this.#link.finish();
    if (page === undefined) {
      this.#ended = true;
      this.account.endSeen = this.#demuxer.endSeen;
      return rest;
    }
    this.#link.close();
    this.#link = await openLink(page.packets[0]);
    this.#requireSame(this.#link);
    return rest;
  }

  /** Another link may have other channels, or another rate. */
  #requireSame({ sampleRateHz, channels }: Link): void {
    if (sampleRateHz === this.sampleRateHz && (channels === this.channels || (channels === 1 && this.channels === 2)))
      return;
    throw new Error(
      'expected all recordings in this Ogg file to be alike, ' +
        `found ${this.sampleRateHz} Hz with ${this.channels} channels, ` +
        `and after it ${sampleRateHz} Hz with ${channels}: ${CONVERT}`,
    );
  }
}

async function openLink(header: Uint8Array | undefined): Promise<Link> {
  const kind = header === undefined ? undefined : kindOf(header);
  if (header !== undefined && kind === 'Opus') return openOpus(header);
  if (header !== undefined && kind === 'Ogg Vorbis') return openVorbis(header);
  const mark = String.fromCharCode(...(header ?? new Uint8Array()).subarray(0, 8));
  const name = mark.startsWith('\x7fFLAC') ? 'FLAC' : mark.startsWith('Speex') ? 'Speex' : 'something else';
  throw new Error(`expected Vorbis or Opus in this Ogg file, found ${name}: ${CONVERT}`);
}

function kindOf(header: Uint8Array): OggKind | undefined {
  const mark = String.fromCharCode(...header.subarray(0, 8));
  return mark === 'OpusHead' ? 'Opus' : mark.startsWith('\x01vorbis') ? 'Ogg Vorbis' : undefined;
}
