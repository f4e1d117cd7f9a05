/**
 * In:     the name of an object
 * Out:    its bytes, in ranges, to the readers of formats (../input.ts)
 * Thread: any of Node's
 */
import type { ByteSource } from '../../files/byte-source.ts';
import type { ObjectName } from '../object-name.ts';
import { inStore, StoreError } from './store.ts';

/** Bytes that are fetched at once. The next are on their way while these are worked on. */
const BLOCK_BYTES = 1 << 21;
/** A window of a format's reader may lie over two blocks; the third is the one ahead. */
const MOST_BLOCKS = 3;
/** A connection that breaks in the middle of a block is tried again so often. */
const MOST_TRIES = 3;

/**
 * An object that is read from beginning to end, and back and forth where headers are. One that is replaced while it is
 * read is an error. Rejects with a StoreError.
 */
export async function objectSource(object: ObjectName): Promise<ByteSource> {
  const { ContentLength: size = 0, ETag: tag } = await inStore(object, ({ sdk, client }) =>
    client.send(new sdk.HeadObjectCommand({ Bucket: object.bucket, Key: object.key })),
  );
  const blocks = new Map<number, Promise<Uint8Array>>();
  const block = (index: number): Promise<Uint8Array> => {
    const held = blocks.get(index);
    if (held !== undefined) return held;
    const start = index * BLOCK_BYTES;
    const coming = rangeOf(object, tag, start, Math.min(size, start + BLOCK_BYTES));
    // Whoever waits for it learns of it; asked again, it is fetched again.
    coming.catch(() => blocks.delete(index));
    blocks.set(index, coming);
    for (const old of blocks.keys()) if (blocks.size > MOST_BLOCKS && old !== index) blocks.delete(old);
    return coming;
  };
  let last = -1;
  return {
    size,
    read: async (position, length) => {
      const end = Math.min(size, position + length);
      const bytes = new Uint8Array(Math.max(0, end - position));
      for (let at = position; at < end; ) {
        const index = Math.floor(at / BLOCK_BYTES);
        const from = at - index * BLOCK_BYTES;
        const piece = (await block(index)).subarray(from, from + end - at);
        bytes.set(piece, at - position);
        at += piece.length;
        if (index === last + 1 && (index + 1) * BLOCK_BYTES < size) void block(index + 1).catch(() => {});
        last = index;
      }
      return bytes;
    },
  };
}

/** Whether there is such an object. */
export async function isThere(object: ObjectName): Promise<boolean> {
  try {
    await inStore(object, ({ sdk, client }) =>
      client.send(new sdk.HeadObjectCommand({ Bucket: object.bucket, Key: object.key })),
    );
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'NoSuchKey') return false;
    throw error;
  }
}

async function rangeOf(object: ObjectName, tag: string | undefined, start: number, end: number): Promise<Uint8Array> {
  for (let tries = 1; ; tries++) {
    try {
      const bytes = await inStore(object, async ({ sdk, client }) => {
        const { Body } = await client.send(
          new sdk.GetObjectCommand({
            Bucket: object.bucket,
            Key: object.key,
            Range: `bytes=${start}-${end - 1}`,
            IfMatch: tag,
          }),
        );
        return Body?.transformToByteArray();
      });
      if (bytes?.length === end - start) return bytes;
      throw new Error(`expected ${end - start} bytes of the object, got ${bytes?.length ?? 0}`);
    } catch (error) {
      // What has an answer, the SDK has tried again already.
      if (tries === MOST_TRIES || (error instanceof StoreError && error.status !== undefined)) throw error;
    }
  }
}
