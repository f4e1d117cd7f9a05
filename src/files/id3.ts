/**
 * In:     the beginning of a file (byte-source.ts), or bytes of it
 * Out:    where what follows ID3v2 tags begins, to the readers of MP3 and others before which such tags stand
 * Thread: any
 */
import type { ByteSource } from './byte-source.ts';

const HEADER_BYTES = 10;
/** More tags than any chain of programs writes in front of each other. */
const MOST_TAGS = 100;

/** Bytes of the ID3v2 tags at the start of a file, 0 where there are none. */
export async function afterId3(source: ByteSource): Promise<number> {
  let after = 0;
  for (let tags = 0; tags < MOST_TAGS; tags++) {
    const bytes = id3Bytes(await source.read(after, HEADER_BYTES), 0);
    if (bytes === undefined) break;
    after += bytes;
  }
  return after;
}

/**
 * Bytes of the ID3v2 tag at `at`, which may end beyond those that are there; undefined where there is none.
 * https://id3.org/id3v2.4.0-structure
 */
export function id3Bytes(bytes: Uint8Array, at: number): number | undefined {
  const head = bytes.subarray(at, at + HEADER_BYTES);
  if (head.length < HEADER_BYTES || String.fromCharCode(head[0], head[1], head[2]) !== 'ID3') return undefined;
  const size = head.subarray(6);
  if (head[3] === 0xff || size.some((byte) => byte > 127)) return undefined;
  const footer = (head[5] & 0x10) === 0 ? 0 : HEADER_BYTES;
  return HEADER_BYTES + footer + size.reduce((sum, byte) => 128 * sum + byte, 0);
}
