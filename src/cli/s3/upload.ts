/**
 * In:     bytes of a writer (../output.ts)
 * Out:    an object that is there whole or not at all
 * Thread: any of Node's
 */
import type { ByteSink } from '../../files/byte-source.ts';
import { nameOf, type ObjectName } from '../object-name.ts';
import { inStore, StoreError } from './store.ts';

/** All parts but the last have one size: some stores want that. S3 takes no smaller ones than 5 MiB. */
const PART_BYTES = 1 << 23;
/** The most that S3 puts together: 78 GiB. */
const MOST_PARTS = 10_000;

/**
 * An object that is written. The first part, where headers are, stays here until the end, so that it can be corrected;
 * what fits into it is sent at once. Nothing is there before {@link publish}.
 */
export class Upload implements ByteSink {
  readonly #object: ObjectName;
  #first: Uint8Array<ArrayBuffer> | undefined;
  #part = new Uint8Array(PART_BYTES);
  #filled = 0;
  /** Of two that take turns, the one that is not being filled. */
  #spare: Uint8Array<ArrayBuffer> | undefined;
  #sending: Promise<void> = Promise.resolve();
  #id: string | undefined;
  readonly #tags = new Map<number, string | undefined>();
  #published = false;

  constructor(object: ObjectName) {
    this.#object = object;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const count = Math.min(bytes.length - done, PART_BYTES - this.#filled);
      this.#part.set(bytes.subarray(done, done + count), this.#filled);
      this.#filled += count;
      done += count;
      if (this.#filled === PART_BYTES) await this.#endPart();
    }
  }

  /** RangeError beyond the first part, which has been sent by then. */
  async rewrite(position: number, bytes: Uint8Array): Promise<void> {
    const into = this.#first ?? this.#part.subarray(0, this.#filled);
    if (position + bytes.length > into.length)
      throw new RangeError(`Upload.rewrite: expected bytes below ${into.length}, got ${position + bytes.length}.`);
    into.set(bytes, position);
  }

  /** Sends what is left, but for what is sent when it is published. */
  async finish(): Promise<void> {
    if (this.#first === undefined) return;
    await this.#sending;
    if (this.#filled > 0) await this.#send(this.#part.subarray(0, this.#filled), this.#tags.size + 2);
    await this.#send(this.#first, 1);
  }

  /** Makes the object be there. Without `overwrite`, one that has appeared there meanwhile is not replaced. */
  async publish(overwrite: boolean): Promise<void> {
    const where = { Bucket: this.#object.bucket, Key: this.#object.key, ...(overwrite ? {} : { IfNoneMatch: '*' }) };
    try {
      await inStore(this.#object, ({ sdk, client }) =>
        this.#id === undefined
          ? client.send(new sdk.PutObjectCommand({ ...where, Body: this.#part.subarray(0, this.#filled) }))
          : client.send(
              new sdk.CompleteMultipartUploadCommand({
                ...where,
                UploadId: this.#id,
                MultipartUpload: {
                  Parts: [...this.#tags].sort(([a], [b]) => a - b).map(([PartNumber, ETag]) => ({ PartNumber, ETag })),
                },
              }),
            ),
      );
    } catch (cause) {
      if (cause instanceof StoreError && cause.code === 'PreconditionFailed')
        throw new Error(`${nameOf(this.#object)} appeared meanwhile; --overwrite replaces it`, { cause });
      throw cause;
    }
    this.#published = true;
  }

  /** Takes back what is not published. Idempotent. */
  async discard(): Promise<void> {
    if (this.#published || this.#id === undefined) return;
    await this.#sending.catch(() => {});
    const UploadId = this.#id;
    this.#id = undefined;
    await discardUpload(this.#object, UploadId);
  }

  async #endPart(): Promise<void> {
    const part = this.#part;
    this.#filled = 0;
    if (this.#first === undefined) {
      this.#first = part;
      this.#part = new Uint8Array(PART_BYTES);
      return;
    }
    await this.#sending;
    this.#part = this.#spare ?? new Uint8Array(PART_BYTES);
    this.#spare = part;
    this.#sending = this.#send(part, this.#tags.size + 2);
    // Whatever comes of it, the next part, or the end, waits for it.
    this.#sending.catch(() => {});
  }

  async #send(bytes: Uint8Array<ArrayBuffer>, number: number): Promise<void> {
    if (number > MOST_PARTS)
      throw new Error(`the output is longer than ${(PART_BYTES * MOST_PARTS) / 2 ** 30} GiB: write it into a folder`);
    const { bucket: Bucket, key: Key } = this.#object;
    await inStore(this.#object, async ({ sdk, client }) => {
      if (this.#id === undefined)
        this.#id = (await client.send(new sdk.CreateMultipartUploadCommand({ Bucket, Key }))).UploadId;
      const part = new sdk.UploadPartCommand({ Bucket, Key, UploadId: this.#id, PartNumber: number, Body: bytes });
      this.#tags.set(number, (await client.send(part)).ETag);
    });
  }
}

/** Takes back the uploads to an object that whoever began them has left. */
export async function discardUploads(object: ObjectName): Promise<void> {
  const { bucket: Bucket, key } = object;
  const { Uploads = [] } = await inStore(object, ({ sdk, client }) =>
    client.send(new sdk.ListMultipartUploadsCommand({ Bucket, Prefix: key })),
  );
  for (const { Key, UploadId } of Uploads)
    if (Key === key && UploadId !== undefined) await discardUpload(object, UploadId);
}

async function discardUpload(object: ObjectName, UploadId: string): Promise<void> {
  try {
    await inStore(object, ({ sdk, client }) =>
      client.send(new sdk.AbortMultipartUploadCommand({ Bucket: object.bucket, Key: object.key, UploadId })),
    );
  } catch (error) {
    if (!(error instanceof StoreError && error.code === 'NoSuchUpload')) throw error;
  }
}
