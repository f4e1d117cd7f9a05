/**
 * In:     a Blob, bytes in memory, or anything else that an environment has (cli/node-files.ts: files)
 * Out:    bytes at any position, to the readers of formats
 * Thread: any
 *
 * Recordings are read and written through the two interfaces here, so that the same code serves a page, a worker and a
 * command line, and never needs a whole file in memory:
 *
 *   const reader = await openWav(blobSource(file));
 *   const sink = new BlobSink();
 *   const writer = await WavWriter.open(sink, reader);
 *   await enhanceReader(denoiser, reader, { enhanced: writer });
 *   const result = sink.toBlob('audio/wav');
 */

/** Random access to bytes that do not change while they are read. */
export interface ByteSource {
  /** Length in bytes; infinite for a pipe whose end has not come, which can be read forwards alone. */
  readonly size: number;
  /** Aborted when nobody wants the bytes any more. Long loops between reads look at it: ByteWindow's giveWay(). */
  readonly signal?: AbortSignal | undefined;
  /**
   * At most `length` bytes from `position` on; fewer, or none, only at the end. The array is the caller's until the
   * next read.
   */
  read(position: number, length: number): Promise<Uint8Array>;
}

/** Where a file is written: at its end, and again near its beginning when the lengths are known. */
export interface ByteSink {
  /** True for pipes, where {@link rewrite} does nothing: what is written first must hold whatever follows. */
  readonly isForwardOnly?: boolean;
  /** Appends. The caller may reuse the array once the promise has resolved. */
  write(bytes: Uint8Array): Promise<void>;
  /** Replaces bytes that were written before, `position` bytes from the beginning. */
  rewrite(position: number, bytes: Uint8Array): Promise<void>;
}

/** True while nobody knows how much will come. */
export function isPipe({ size }: ByteSource): boolean {
  return size === Number.POSITIVE_INFINITY;
}

/** The same bytes, until the signal is aborted: then reading throws its reason. */
export function withSignal(source: ByteSource, signal: AbortSignal): ByteSource {
  return {
    get size() {
      return source.size;
    },
    signal,
    read: async (position, length) => {
      signal.throwIfAborted();
      return source.read(position, length);
    },
  };
}

/** Bytes to ask of a Blob at once where pieces are read in order. */
const AHEAD_BYTES = 1 << 20;

/**
 * A Blob or File. Reads slices of it, so the whole is never in memory. Slices come from another process, and a message
 * there and back takes a twentieth of the time that a second of sound does. So pieces that are read in order come from
 * one large slice.
 */
export function blobSource(blob: Blob): ByteSource {
  let slice = new Uint8Array();
  let start = 0;
  let end = 0;
  return {
    size: blob.size,
    read: async (position, length) => {
      const isHeld = position >= start && position + length <= start + slice.length;
      const isNext = position === end;
      end = position + length;
      if (!isHeld) {
        const count = isNext ? Math.max(length, AHEAD_BYTES) : length;
        slice = new Uint8Array(await blob.slice(position, position + count).arrayBuffer());
        start = position;
      }
      // A copy: what one caller does to it must not reach the next.
      return slice.slice(position - start, position - start + length);
    },
  };
}

/** Bytes that are in memory already. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  // Node's Buffer has a slice() of its own, which does not copy.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    size: plain.length,
    read: (position, length) => Promise.resolve(plain.subarray(position, position + length)),
  };
}

/** Bytes of a {@link BlobSink}'s part, which is then handed to the browser; that may keep it on disk. */
const PART_BYTES = 1 << 20;

/**
 * Collects a Blob. Parts become Blobs of their own as they fill up. Only the first, where headers are, can be
 * corrected.
 */
export class BlobSink implements ByteSink {
  readonly #parts: Blob[] = [];
  readonly #part = new Uint8Array(PART_BYTES);
  #filled = 0;
  #first: Uint8Array<ArrayBuffer> | undefined;

  async write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const count = Math.min(bytes.length - done, PART_BYTES - this.#filled);
      this.#part.set(bytes.subarray(done, done + count), this.#filled);
      this.#filled += count;
      done += count;
      if (this.#filled === PART_BYTES) this.#endPart();
    }
  }

  /** RangeError beyond what has been written, or beyond the first MiB. */
  async rewrite(position: number, bytes: Uint8Array): Promise<void> {
    const into = this.#first ?? this.#part;
    const end = this.#first === undefined ? this.#filled : this.#first.length;
    if (position + bytes.length > end)
      throw new RangeError(
        `BlobSink.rewrite: expected bytes 0 to ${end}, got ${position} to ${position + bytes.length}.`,
      );
    into.set(bytes, position);
  }

  /** Everything that was written. */
  toBlob(type: string): Blob {
    return new Blob(
      [...(this.#first === undefined ? [] : [this.#first]), ...this.#parts, this.#part.slice(0, this.#filled)],
      { type },
    );
  }

  #endPart(): void {
    if (this.#first === undefined) this.#first = this.#part.slice();
    else this.#parts.push(new Blob([this.#part]));
    this.#filled = 0;
  }
}
