/** What reading and writing of Ogg pages share. RFC 3533, https://www.rfc-editor.org/rfc/rfc3533, section 6. */

/** Bytes of a page before the lengths of its segments. */
export const HEADER_BYTES = 27;
export const MOST_PAGE_BYTES = HEADER_BYTES + 255 + 255 * 255;

/** Length that a page at `at` states; undefined where none begins there, or its header is cut off. */
export function statedBytes(bytes: Uint8Array, at: number): number | undefined {
  if (
    at + HEADER_BYTES > bytes.length ||
    bytes[at] !== 0x4f ||
    bytes[at + 1] !== 0x67 ||
    bytes[at + 2] !== 0x67 ||
    bytes[at + 3] !== 0x53 ||
    bytes[at + 4] !== 0
  )
    return undefined;
  const segments = bytes[at + 26];
  let length = HEADER_BYTES + segments;
  if (at + length > bytes.length) return undefined;
  for (let i = 0; i < segments; i++) length += bytes[at + HEADER_BYTES + i];
  return length;
}

/** Whether the page at `at` of the length that it states is there, with a right checksum. */
export function isWhole(bytes: Uint8Array, at: number, length: number): boolean {
  if (at + length > bytes.length) return false;
  const stated = new DataView(bytes.buffer, bytes.byteOffset + at + 22, 4).getUint32(0, true);
  return checksum(bytes, at, at + length) === stated;
}

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let i = 0; i < 8; i++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});

/** Of the page `bytes[from … to)`, where its own four bytes count as zeros. */
export function checksum(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0;
  for (let i = from; i < to; i++) {
    const byte = i - from >= 22 && i - from < 26 ? 0 : bytes[i];
    crc = (crc << 8) ^ CRC[(crc >>> 24) ^ byte];
  }
  return crc >>> 0;
}
