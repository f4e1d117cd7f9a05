/**
 * In:     a file that consists of chunks, wherever its bytes lie (byte-source.ts)
 * Out:    those that are looked for, to the readers of WAV, Wave64, AIFF and CAF
 * Thread: any
 *
 * A chunk is a name of four letters, the size of its content, and the content. In RIFF and IFF files chunks begin at
 * even positions; writers that leave the filling byte out are common.
 */
import { type ByteSource, isPipe } from '../byte-source.ts';

/** A chunk, as its header says. */
export interface Chunk {
  readonly name: string;
  /** Position of its content. */
  readonly start: number;
  /** Bytes of its content; undefined where it goes on to the end of the file. */
  readonly bytes: number | undefined;
  /** Position of the next chunk. */
  readonly end: number;
}

/** Reads the header of the chunk at a position; undefined where there is no room for one. */
export type ChunkAt = (source: ByteSource, position: number) => Promise<Chunk | undefined>;

/** RIFF files have the smaller byte of a number first, IFF and RIFX files the larger. */
export type ByteOrder = 'little' | 'big';

const HEADER_BYTES = 8;
/** More than any chunk before the samples needs, but one with pictures. */
const MOST_WAITED_BYTES = 1 << 16;
/** Known files have fewer than twenty. Without a limit, zeros would be read as empty chunks for ever. */
const MOST_CHUNKS = 1000;

/** What may stand at the end of any file, whatever its format: tags of MP3 players. */
const TAGS = /^(?:TAG|ID3|APETAGEX)/;
/** Chunks that follow samples, for when one is cut off. */
const FOLLOWING =
  /^(?:LIST|list|id3 |ID3 |fact|bext|iXML|_PMX|axml|cue |smpl|inst|INST|PEAK|JUNK|junk|FLLR|cart|levl|MARK|COMT)$/;

/** Chunks of a RIFF or IFF file. */
export function riffChunks(order: ByteOrder): ChunkAt {
  return async (source, position) => {
    const chunk = await riffHeader(source, position, order);
    return chunk && { ...chunk, end: await endOfRiffChunk(source, chunk.start, chunk.bytes, order) };
  };
}

/**
 * Where the chunk after a content of so many bytes begins: behind a byte of filling where the size is odd, and at once
 * where that was left out.
 */
export async function endOfRiffChunk(
  source: ByteSource,
  start: number,
  bytes: number,
  order: ByteOrder,
): Promise<number> {
  const end = start + bytes;
  // Of what comes through a pipe, samples are not waited for.
  if (bytes % 2 === 0 || end >= source.size || (isPipe(source) && bytes > MOST_WAITED_BYTES)) return end + (bytes % 2);
  const [unfilled, filled] = [await riffHeader(source, end, order), await riffHeader(source, end + 1, order)];
  const isUnfilled = hasName(unfilled) && (unfilled.start + unfilled.bytes <= source.size || !hasName(filled));
  return isUnfilled ? end : end + 1;
}

/**
 * The first chunks of these names, until all are found or the file ends. Throws an Error where there are so many chunks
 * that they are none.
 */
export async function findChunks(
  source: ByteSource,
  begin: number,
  chunkAt: ChunkAt,
  ...names: readonly string[]
): Promise<ReadonlyMap<string, Chunk>> {
  const found = new Map<string, Chunk>();
  let position = begin;
  for (let chunks = 0; found.size < names.length; chunks++) {
    const chunk = await chunkAt(source, position);
    if (chunk === undefined) break;
    if (chunks === MOST_CHUNKS)
      throw new Error(`expected at most ${MOST_CHUNKS} chunks before the samples, found more: the file is damaged`);
    if (names.includes(chunk.name) && !found.has(chunk.name)) found.set(chunk.name, chunk);
    position = chunk.end;
  }
  return found;
}

/**
 * Whether all that follows `from` is something else than samples: chunks, tags, filling. A chunk with a known name
 * counts although it is cut off.
 */
export async function isOtherThanSamples(source: ByteSource, from: number, chunkAt: ChunkAt): Promise<boolean> {
  let position = from;
  for (let chunks = 0; chunks < MOST_CHUNKS; chunks++) {
    if (source.size - position < 2) return true;
    if (TAGS.test(String.fromCharCode(...(await source.read(position, 8))))) return true;
    const chunk = await chunkAt(source, position);
    if (!hasName(chunk)) return chunks > 0 && isZeros(source, position);
    if (chunk.start + (chunk.bytes ?? 0) > source.size) return FOLLOWING.test(chunk.name);
    position = chunk.end;
  }
  return true;
}

/** What {@link looksLikeChunk} wants to see: a filling byte and a header. */
export const HEAD_BYTES = 1 + HEADER_BYTES;
/** As numbers, quiet samples of 8 bits and letters are beyond; chunks behind samples are smaller. */
const MOST_FOLLOWING_BYTES = 0x20000000;

/** Whether what follows samples begins as a chunk or tag does: all that can be told before the rest has come. */
export function looksLikeChunk(head: Uint8Array): boolean {
  return [0, 1].some((at) => {
    if (head.length < at + HEADER_BYTES || (at === 1 && head[0] !== 0)) return false;
    const name = String.fromCharCode(...head.subarray(at, at + HEADER_BYTES));
    const view = new DataView(head.buffer, head.byteOffset + at + 4);
    const isShort = [true, false].some((isLittle) => view.getUint32(0, isLittle) < MOST_FOLLOWING_BYTES);
    return TAGS.test(name) || (hasName({ name: name.slice(0, 4) }) && isShort);
  });
}

const PROBE_BYTES = 1 << 16;
const MOST_PROBES = 1024;

/** Whether there is nothing but zeros from a position to the end; of a long end, at many places of it. */
export async function isZeros(source: ByteSource, from: number): Promise<boolean> {
  const step = Math.max(PROBE_BYTES, Math.ceil((source.size - from) / MOST_PROBES));
  for (let position = from; position < source.size; position += step) {
    if ((await source.read(position, PROBE_BYTES)).some((byte) => byte !== 0)) return false;
  }
  return (await source.read(Math.max(from, source.size - PROBE_BYTES), PROBE_BYTES)).every((byte) => byte === 0);
}

async function riffHeader(source: ByteSource, position: number, order: ByteOrder) {
  const header = await source.read(position, HEADER_BYTES);
  if (header.length < HEADER_BYTES) return undefined;
  const name = String.fromCharCode(...header.subarray(0, 4));
  const bytes = new DataView(header.buffer, header.byteOffset).getUint32(4, order === 'little');
  return { name, start: position + HEADER_BYTES, bytes };
}

/** Four printable letters. */
function hasName<Named extends { readonly name: string }>(chunk: Named | undefined): chunk is Named {
  return chunk !== undefined && /^[\x20-\x7e]{4}$/.test(chunk.name);
}
