/**
 * In:     packets
 * Out:    a small Ogg file of them, for decoders that take only files
 * Thread: any
 */
import { checksum, HEADER_BYTES } from './ogg-page.ts';

/** An Ogg file of these packets, each list beginning a page. Positions are left open. */
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
