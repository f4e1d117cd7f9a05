/** Ogg files, page by page, for tests that join, cut and damage them. RFC 3533, section 6. */

const HEADER_BYTES = 27;

/** Where pages of an Ogg file begin, and their lengths. */
export function pagesOf(file: Uint8Array): { at: number; bytes: number }[] {
  const pages: { at: number; bytes: number }[] = [];
  for (let at = 0; at < file.length; ) {
    const bytes = file
      .subarray(at + HEADER_BYTES, at + HEADER_BYTES + file[at + 26])
      .reduce((sum, length) => sum + length, HEADER_BYTES + file[at + 26]);
    pages.push({ at, bytes });
    at += bytes;
  }
  return pages;
}

/** The pages themselves, as copies. */
export function splitPages(file: Uint8Array): Uint8Array[] {
  return pagesOf(file).map(({ at, bytes }) => file.slice(at, at + bytes));
}

/** Numbers in the header of a page. */
export interface PageNumbers {
  readonly flags?: number;
  readonly position?: number | bigint;
  readonly serial?: number;
  readonly sequence?: number;
}

/** Changes numbers in the header of a page and gives it the right checksum again. */
export function withNumbers(page: Uint8Array, { flags, position, serial, sequence }: PageNumbers): Uint8Array {
  const copy = page.slice();
  const view = new DataView(copy.buffer);
  if (flags !== undefined) copy[5] = flags;
  if (position !== undefined) view.setBigInt64(6, BigInt(position), true);
  if (serial !== undefined) view.setUint32(14, serial, true);
  if (sequence !== undefined) view.setUint32(18, sequence, true);
  view.setUint32(22, pageChecksum(copy), true);
  return copy;
}

/** A page of packets that are each shorter than 255 bytes times what a page can list. */
export function pageOf(packets: readonly Uint8Array[], numbers: PageNumbers): Uint8Array {
  const lacing = packets.flatMap(({ length }) => [
    ...new Array<number>(Math.floor(length / 255)).fill(255),
    length % 255,
  ]);
  if (lacing.length > 255) throw new Error(`expected packets for one page, got ${lacing.length} segments`);
  const head = new Uint8Array(HEADER_BYTES);
  head.set([0x4f, 0x67, 0x67, 0x53]);
  head[26] = lacing.length;
  return withNumbers(joined(head, Uint8Array.from(lacing), ...packets), {
    flags: 0,
    position: 0,
    serial: 1,
    sequence: 0,
    ...numbers,
  });
}

/** The packets of pages, none of which goes on from one page to the next. */
export function packetsOf(page: Uint8Array): Uint8Array[] {
  const packets: Uint8Array[] = [];
  let start = HEADER_BYTES + page[26];
  let end = start;
  for (const length of page.subarray(HEADER_BYTES, HEADER_BYTES + page[26])) {
    end += length;
    if (length === 255) continue;
    packets.push(page.slice(start, end));
    start = end;
  }
  return packets;
}

/** Bytes one after the other. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => {
    whole.set(part, at);
    return at + part.length;
  }, 0);
  return whole;
}

/** RFC 3533: polynomial 04c11db7, bit by bit, with the checksum's own place taken for zeros. */
function pageChecksum(page: Uint8Array): number {
  let crc = 0;
  for (let i = 0; i < page.length; i++) {
    crc ^= (i >= 22 && i < 26 ? 0 : page[i]) << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return crc >>> 0;
}
