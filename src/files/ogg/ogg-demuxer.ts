/**
 * In:     an Ogg file, wherever its bytes lie (byte-source.ts)
 * Out:    the packets of its first logical stream, page by page, to the reader of a codec
 * Thread: any
 *
 * Format: RFC 3533, https://www.rfc-editor.org/rfc/rfc3533. A page whose checksum is wrong is left out; the next page's
 * position tells how much is missing.
 */
import type { ByteSource } from '../byte-source.ts';
import { ByteWindow } from '../byte-window.ts';
import { HEADER_BYTES, MOST_PAGE_BYTES, pageLength } from './ogg-page.ts';

/** Packets that end on one page. */
export interface OggPage {
  readonly packets: readonly Uint8Array[];
  /** Samples up to the end of the last packet that ends here, as the codec counts them; undefined where none ends. */
  readonly position: number | undefined;
  readonly isLast: boolean;
  /** False where pages are missing before this one. */
  readonly follows: boolean;
}

/** Packets of the header may hold cover art. A longer one means damage. */
const MOST_PACKET_BYTES = 1 << 26;

/** Reads the pages of the first logical stream from beginning to end. */
export class OggDemuxer {
  /** Bytes of pages that were left out because they are damaged. */
  damagedBytes = 0;
  readonly #window: ByteWindow;
  #serial: number | undefined;
  #sequence: number | undefined;
  #partial: Uint8Array[] = [];
  #partialBytes = 0;
  #ended = false;
  readonly #source: ByteSource;

  constructor(source: ByteSource) {
    this.#source = source;
    this.#window = new ByteWindow(source);
  }

  /** Length of the file. */
  get sourceBytes(): number {
    return this.#source.size;
  }

  /** Share of the file that has been read. */
  get share(): number {
    return this.#window.share;
  }

  /** The next page of the stream, undefined at its end. */
  async nextPage(): Promise<OggPage | undefined> {
    const window = this.#window;
    while (!this.#ended) {
      await window.fill(MOST_PAGE_BYTES);
      if (window.left < HEADER_BYTES) break;
      const { bytes, at } = window;
      const length = pageLength(bytes, at);
      if (length === undefined) {
        this.damagedBytes += window.skipTo(0x4f);
        continue;
      }
      window.at += length;
      const page = this.#readPage(bytes.subarray(at, at + length));
      if (page !== undefined) return page;
    }
    this.#ended = true;
    return undefined;
  }

  /**
   * The position that the last page of the stream states, read from the end of the file; undefined where that page is
   * missing.
   */
  async lastPosition(): Promise<number | undefined> {
    const from = Math.max(0, this.#source.size - 2 * MOST_PAGE_BYTES);
    const tail = (await this.#source.read(from, this.#source.size - from)).slice();
    for (let at = tail.lastIndexOf(0x4f); at >= 0; at = at === 0 ? -1 : tail.lastIndexOf(0x4f, at - 1)) {
      if (pageLength(tail, at) === undefined) continue;
      const view = new DataView(tail.buffer, tail.byteOffset + at);
      const position = Number(view.getBigInt64(6, true));
      const isLast = (tail[at + 5] & 4) !== 0;
      if (view.getUint32(14, true) === this.#serial) return isLast && position >= 0 ? position : undefined;
    }
    return undefined;
  }

  #readPage(page: Uint8Array): OggPage | undefined {
    const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
    const flags = page[5];
    const serial = view.getUint32(14, true);
    if (this.#serial === undefined) this.#serial = serial;
    if (serial !== this.#serial) return undefined;
    const sequence = view.getUint32(18, true);
    const isContinued = (flags & 1) !== 0;
    const follows = this.#sequence === undefined || sequence === this.#sequence + 1;
    this.#sequence = sequence;
    // A packet is of no use without its beginning, or without its rest.
    let skipsFirst = isContinued && (!follows || this.#partial.length === 0);
    if (!follows || !isContinued) this.#dropPartial();
    const packets: Uint8Array[] = [];
    let start = HEADER_BYTES + page[26];
    let end = start;
    for (let i = 0; i < page[26]; i++) {
      end += page[HEADER_BYTES + i];
      if (page[HEADER_BYTES + i] === 255) continue;
      if (skipsFirst) skipsFirst = false;
      else packets.push(this.#whole(page.subarray(start, end)));
      start = end;
    }
    if (end > start && !skipsFirst) this.#keep(page.slice(start, end));
    const position = Number(view.getBigInt64(6, true));
    const isLast = (flags & 4) !== 0;
    if (isLast) this.#ended = true;
    return { packets, position: position < 0 ? undefined : position, isLast, follows };
  }

  #whole(end: Uint8Array): Uint8Array {
    const packet = new Uint8Array(this.#partialBytes + end.length);
    let at = 0;
    for (const part of this.#partial) {
      packet.set(part, at);
      at += part.length;
    }
    packet.set(end, at);
    this.#dropPartial();
    return packet;
  }

  #keep(part: Uint8Array): void {
    this.#partial.push(part);
    this.#partialBytes += part.length;
    if (this.#partialBytes > MOST_PACKET_BYTES)
      throw new Error(`expected packets of at most ${MOST_PACKET_BYTES} bytes, found a longer one`);
  }

  #dropPartial(): void {
    this.#partial = [];
    this.#partialBytes = 0;
  }
}
