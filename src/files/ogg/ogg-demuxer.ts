import type { ByteSource } from '../byte-source.ts';
import { ByteWindow } from '../byte-window.ts';

/**
 * In:     an Ogg file, wherever its bytes lie (byte-source.ts)
 * Out:    the packets of its first logical stream, page by page, to the reader of a codec
 * Thread: any
 *
 * Format: RFC 3533, https://www.rfc-editor.org/rfc/rfc3533. A page whose checksum is wrong is left out; the position
 * that the next one states tells how much is missing.
 */

/** Packets that end on one page. */
export interface OggPage {
  readonly packets: readonly Uint8Array[];
  /** Samples up to the end of the last packet that ends here, counted as the codec says; undefined where none ends. */
  readonly position: number | undefined;
  readonly isLast: boolean;
  /** False where pages are missing before this one. */
  readonly follows: boolean;
}

const HEADER_BYTES = 27;
const MOST_PAGE_BYTES = HEADER_BYTES + 255 + 255 * 255;
/** Cover art stands in a packet of the header. Beyond this a file is damaged. */
const MOST_PACKET_BYTES = 1 << 26;

/** Reads pages from the beginning to the end of the first logical stream. */
export class OggDemuxer {
  /** Bytes of pages that were left out because they are damaged. */
  damagedBytes = 0;
  private readonly window: ByteWindow;
  private serial: number | undefined;
  private sequence: number | undefined;
  private partial: Uint8Array[] = [];
  private partialBytes = 0;
  private ended = false;

  constructor(private readonly source: ByteSource) {
    this.window = new ByteWindow(source);
  }

  /** Share of the file that has been read. */
  get share(): number {
    return this.window.share;
  }

  /** The next page of the stream, undefined at its end. */
  async nextPage(): Promise<OggPage | undefined> {
    const { window } = this;
    while (!this.ended) {
      await window.fill(MOST_PAGE_BYTES);
      if (window.left < HEADER_BYTES) break;
      const { bytes, at } = window;
      const length = pageLength(bytes, at);
      if (length === undefined) {
        this.damagedBytes += window.skipTo(0x4f);
        continue;
      }
      window.at += length;
      const page = this.readPage(bytes.subarray(at, at + length));
      if (page !== undefined) return page;
    }
    this.ended = true;
    return undefined;
  }

  /**
   * Position that the page which ends the stream states, read from the end of the file; undefined where the end is
   * missing.
   */
  async lastPosition(): Promise<number | undefined> {
    const from = Math.max(0, this.source.size - 2 * MOST_PAGE_BYTES);
    const tail = (await this.source.read(from, this.source.size - from)).slice();
    for (let at = tail.lastIndexOf(0x4f); at >= 0; at = at === 0 ? -1 : tail.lastIndexOf(0x4f, at - 1)) {
      if (pageLength(tail, at) === undefined) continue;
      const view = new DataView(tail.buffer, tail.byteOffset + at);
      const position = Number(view.getBigInt64(6, true));
      const isLast = (tail[at + 5] & 4) !== 0;
      if (view.getUint32(14, true) === this.serial) return isLast && position >= 0 ? position : undefined;
    }
    return undefined;
  }

  private readPage(page: Uint8Array): OggPage | undefined {
    const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
    const flags = page[5];
    const serial = view.getUint32(14, true);
    if (this.serial === undefined) this.serial = serial;
    if (serial !== this.serial) return undefined;
    const sequence = view.getUint32(18, true);
    const isContinued = (flags & 1) !== 0;
    const follows = this.sequence === undefined || sequence === this.sequence + 1;
    this.sequence = sequence;
    // The rest of a packet whose beginning is lost is of no use, nor a beginning without its rest.
    let skipsFirst = isContinued && (!follows || this.partial.length === 0);
    if (!follows || !isContinued) this.dropPartial();
    const packets: Uint8Array[] = [];
    let start = HEADER_BYTES + page[26];
    let end = start;
    for (let i = 0; i < page[26]; i++) {
      end += page[HEADER_BYTES + i];
      if (page[HEADER_BYTES + i] === 255) continue;
      if (skipsFirst) skipsFirst = false;
      else packets.push(this.whole(page.subarray(start, end)));
      start = end;
    }
    if (end > start && !skipsFirst) this.keep(page.slice(start, end));
    const position = Number(view.getBigInt64(6, true));
    const isLast = (flags & 4) !== 0;
    if (isLast) this.ended = true;
    return { packets, position: position < 0 ? undefined : position, isLast, follows };
  }

  private whole(end: Uint8Array): Uint8Array {
    const packet = new Uint8Array(this.partialBytes + end.length);
    let at = 0;
    for (const part of this.partial) {
      packet.set(part, at);
      at += part.length;
    }
    packet.set(end, at);
    this.dropPartial();
    return packet;
  }

  private keep(part: Uint8Array): void {
    this.partial.push(part);
    this.partialBytes += part.length;
    if (this.partialBytes > MOST_PACKET_BYTES)
      throw new Error(`expected packets of at most ${MOST_PACKET_BYTES} bytes, found a longer one`);
  }

  private dropPartial(): void {
    this.partial = [];
    this.partialBytes = 0;
  }
}

/** Length of the page at `at`, or undefined where there is no whole one whose checksum holds. */
function pageLength(bytes: Uint8Array, at: number): number | undefined {
  if (
    bytes[at] !== 0x4f ||
    bytes[at + 1] !== 0x67 ||
    bytes[at + 2] !== 0x67 ||
    bytes[at + 3] !== 0x53 ||
    bytes[at + 4] !== 0
  )
    return undefined;
  const segments = bytes[at + 26];
  let end = at + HEADER_BYTES + segments;
  if (end > bytes.length) return undefined;
  for (let i = 0; i < segments; i++) end += bytes[at + HEADER_BYTES + i];
  if (end > bytes.length) return undefined;
  const stated = new DataView(bytes.buffer, bytes.byteOffset + at + 22, 4).getUint32(0, true);
  return checksum(bytes, at, end) === stated ? end - at : undefined;
}

/** Pages with these packets, for decoders that take files only. Positions are left open. */
export function oggFile(packetsOfPages: readonly (readonly Uint8Array[])[]): Uint8Array {
  const pages: Uint8Array[] = [];
  for (const packets of packetsOfPages) {
    // Lacing values of all packets, cut into pages of at most 255.
    const lacing = packets.flatMap((packet) => [
      ...new Array<number>(Math.floor(packet.length / 255)).fill(255),
      packet.length % 255,
    ]);
    const body = new Uint8Array(packets.reduce((sum, packet) => sum + packet.length, 0));
    packets.reduce((at, packet) => {
      body.set(packet, at);
      return at + packet.length;
    }, 0);
    for (let first = 0, from = 0; first < lacing.length; first += 255) {
      const values = lacing.slice(first, first + 255);
      const bytes = values.reduce((sum, value) => sum + value, 0);
      const isContinued = first > 0 && lacing[first - 1] === 255;
      pages.push(page(values, body.subarray(from, from + bytes), isContinued, pages.length));
      from += bytes;
    }
  }
  const file = new Uint8Array(pages.reduce((sum, { length }) => sum + length, 0));
  pages.reduce((at, bytes) => {
    file.set(bytes, at);
    return at + bytes.length;
  }, 0);
  return file;
}

function page(lacing: readonly number[], body: Uint8Array, isContinued: boolean, sequence: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + lacing.length + body.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x4f, 0x67, 0x67, 0x53, 0, (isContinued ? 1 : 0) | (sequence === 0 ? 2 : 0)]);
  view.setBigInt64(6, -1n, true);
  view.setUint32(14, 1, true);
  view.setUint32(18, sequence, true);
  bytes[26] = lacing.length;
  bytes.set(lacing, HEADER_BYTES);
  bytes.set(body, HEADER_BYTES + lacing.length);
  view.setUint32(22, checksum(bytes, 0, bytes.length), true);
  return bytes;
}

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let i = 0; i < 8; i++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});

/** Of a page, with its own four bytes taken for zeros. */
function checksum(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0;
  for (let i = from; i < to; i++) {
    const byte = i - from >= 22 && i - from < 26 ? 0 : bytes[i];
    crc = (crc << 8) ^ CRC[(crc >>> 24) ^ byte];
  }
  return crc >>> 0;
}
