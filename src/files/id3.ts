/**
 * In:     the beginning of a file (byte-source.ts)
 * Out:    where what follows an ID3v2 tag begins, to the readers of MP3 and FLAC
 * Thread: any
 */
import type { ByteSource } from './byte-source.ts';

/** Bytes of an ID3v2 tag at the start of a file, 0 where there is none. https://id3.org/id3v2.4.0-structure */
export async function afterId3(source: ByteSource): Promise<number> {
  const head = await source.read(0, 10);
  if (head.length < 10 || String.fromCharCode(head[0], head[1], head[2]) !== 'ID3') return 0;
  const footer = (head[5] & 0x10) === 0 ? 0 : 10;
  return 10 + footer + ((head[6] & 127) << 21) + ((head[7] & 127) << 14) + ((head[8] & 127) << 7) + (head[9] & 127);
}
