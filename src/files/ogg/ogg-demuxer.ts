/**
 * In:     an Ogg file, wherever its bytes lie (byte-source.ts)
 * Out:    the packets of its sound, page by page, to the reader of a codec
 * Thread: any
 *
 * Format: RFC 3533, https://www.rfc-editor.org/rfc/rfc3533. A file is a chain of links (section 4): recordings one
 * after the other, as radio captures and joined voice notes have them. A link begins with the first pages of all its
 * streams, of which one is read. A page whose checksum is wrong is left out; the next page's position tells how much is
 * missing.
 */
import type { ByteSource } from '../byte-source.ts';
import { ByteWindow } from '../byte-window.ts';
import { HEADER_BYTES, isWhole, MOST_PAGE_BYTES, statedBytes } from './ogg-page.ts';

/** Packets that end on one page. */
export interface OggPage {
  readonly packets: readonly Uint8Array[];
  /** Samples up to the end of the last packet that ends here, as the codec counts them; undefined where none ends. */
  readonly position: number | undefined;
  /** Whether this is the first page of a link, whose packet is the header of its codec. */
  readonly isFirst: boolean;
  readonly isLast: boolean;
  /** False where pages are missing before this one. */
  readonly follows: boolean;
}

/** Packets of the header may hold cover art. A longer one means damage. */
const MOST_PACKET_BYTES = 1 << 26;
const CONTINUED = 1;
const FIRST = 2;
const LAST = 4;

/** Reads one stream of each link from beginning to end. */
export class OggDemuxer {
  /** Bytes that are damaged or cut off, and pages of links whose beginning is. */
  damagedBytes = 0;
  /** Streams of sound that lie beside the one that is read, in all links so far. */
  unreadStreams = 0;
  /** Whether the present link has come to the page that is marked as its last. */
  endSeen = false;
  readonly #window: ByteWindow;
  readonly #isSound: (header: Uint8Array) => boolean;
  /** Streams of the present link, and the one of them that is read. */
  readonly #serials = new Set<number>();
  #serial: number | undefined;
  /** The first stream of the link, which is given where none of them is known as sound. */
  #unknown: OggPage | undefined;
  /** While the first pages of a link come. */
  #isBeginning = false;
  #sequence: number | undefined;
  #partial: Uint8Array[] = [];
  #partialBytes = 0;

  /** @param isSound tells by the first packet of a stream whether it is one to read */
  constructor(source: ByteSource, isSound: (header: Uint8Array) => boolean = () => true) {
    this.#window = new ByteWindow(source);
    this.#isSound = isSound;
  }

  /** Length of the file. */
  get sourceBytes(): number {
    return this.#window.sourceBytes;
  }

  /** Share of the file that has been read. */
  get share(): number {
    return this.#window.share;
  }

  /** The next page of sound, undefined at the end of the file. */
  async nextPage(): Promise<OggPage | undefined> {
    const window = this.#window;
    for (;;) {
      await window.fill(MOST_PAGE_BYTES);
      if (window.left === 0) return this.#takeUnknown();
      const { bytes, at } = window;
      const length = statedBytes(bytes, at);
      if (length === undefined || !window.mayTry || !isWhole(bytes, at, length)) {
        // What is appended to a whole file, such as a tag, is no lost sound.
        if (length !== undefined) this.endSeen = false;
        if (window.mayTry) window.failed(length ?? 0);
        const skipped = window.skipTo(0x4f);
        if (!this.endSeen) this.damagedBytes += skipped;
        continue;
      }
      const page = bytes.subarray(at, at + length);
      const isFirst = (page[5] & FIRST) !== 0;
      if (!isFirst && this.#unknown !== undefined) return this.#takeUnknown();
      window.at += length;
      const read = isFirst ? this.#begin(page) : this.#goOn(page);
      if (read !== undefined) return read;
    }
  }

  /** First pages of streams come before all others of a link, so one that does not begins the next link. */
  #begin(page: Uint8Array): OggPage | undefined {
    if (!this.#isBeginning) {
      this.#isBeginning = true;
      this.#serials.clear();
      this.#serial = undefined;
      this.#unknown = undefined;
      this.endSeen = false;
    }
    const { serial, sequence } = numbersOf(page);
    this.#serials.add(serial);
    if (this.#serial !== undefined) {
      if (this.#isSound(page.subarray(HEADER_BYTES + page[26]))) this.unreadStreams += 1;
      return undefined;
    }
    this.#dropPartial();
    this.#sequence = undefined;
    const first = { ...this.#read(page), isFirst: true };
    if (first.packets.length === 0 || !this.#isSound(first.packets[0])) {
      this.#unknown ??= first;
      return undefined;
    }
    this.#serial = serial;
    this.#sequence = sequence;
    this.#unknown = undefined;
    return first;
  }

  #takeUnknown(): OggPage | undefined {
    const unknown = this.#unknown;
    this.#unknown = undefined;
    return unknown;
  }

  #goOn(page: Uint8Array): OggPage | undefined {
    this.#isBeginning = false;
    const { serial } = numbersOf(page);
    if (serial === this.#serial) return this.#read(page);
    if (!this.#serials.has(serial)) this.damagedBytes += page.length;
    return undefined;
  }

  #read(page: Uint8Array): OggPage {
    const { sequence, position } = numbersOf(page);
    const flags = page[5];
    const isContinued = (flags & CONTINUED) !== 0;
    const follows = this.#sequence === undefined || sequence === (this.#sequence + 1) % 2 ** 32;
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
    const isLast = (flags & LAST) !== 0;
    this.endSeen = isLast;
    return { packets, position: position < 0 ? undefined : position, isFirst: false, isLast, follows };
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

function numbersOf(page: Uint8Array): { position: number; serial: number; sequence: number } {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  return {
    position: Number(view.getBigInt64(6, true)),
    serial: view.getUint32(14, true),
    sequence: view.getUint32(18, true),
  };
}
