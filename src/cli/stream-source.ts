/**
 * In:     what comes through a pipe (input.ts)
 * Out:    the same as a source of bytes that can be read forwards, to files/
 * Thread: any of Node's
 */
import type { Readable } from 'node:stream';
import type { ByteSource } from '../files/byte-source.ts';

/** Headers are read back and forth. One that is longer than this is none. */
const MOST_KEPT_BYTES = 1 << 26;

/**
 * Reads as much as is asked for, and no more: what is not read waits in the pipe. Everything is kept until
 * {@link goForwards}; then reads must follow each other. The size is infinite until the end has come.
 */
export class StreamSource implements ByteSource {
  size = Number.POSITIVE_INFINITY;
  readonly #stream: Readable;
  readonly #pieces: AsyncIterator<Uint8Array>;
  /** What has come and is kept, from `#start` on. */
  readonly #kept: Uint8Array[] = [];
  #start = 0;
  #end = 0;
  #forwards = false;

  /** Aborting the signal ends the stream, and a read that waits for it. */
  constructor(
    stream: Readable,
    readonly signal: AbortSignal,
  ) {
    this.#stream = stream;
    this.#pieces = stream[Symbol.asyncIterator]();
    signal.addEventListener('abort', this.#abort, { once: true });
    if (signal.aborted) this.#abort();
  }

  /** From now on only what follows the last read is asked for. */
  goForwards(): void {
    this.#forwards = true;
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    if (position < this.#start) throw new Error('what comes through a pipe can be read once, from beginning to end');
    if (this.#forwards) this.#dropBefore(position);
    while (this.#end < position + length && (await this.#take()))
      if (this.#forwards) this.#dropBefore(position);
      else if (this.#end > MOST_KEPT_BYTES)
        throw new Error(`expected sound within the first ${MOST_KEPT_BYTES} bytes, found none`);
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.#end - position)));
    let at = this.#start;
    for (const piece of this.#kept) {
      const from = Math.max(0, position - at);
      const to = Math.min(piece.length, position + bytes.length - at);
      if (to > from) bytes.set(piece.subarray(from, to), at + from - position);
      at += piece.length;
    }
    return bytes;
  }

  /** Everything from the beginning, piece by piece; to be read to its end instead of {@link read}. */
  async *all(): AsyncGenerator<Uint8Array> {
    do yield* this.#kept.splice(0);
    while (await this.#take());
  }

  /** Lets the stream go; whoever writes into it notices. */
  close(): void {
    this.signal.removeEventListener('abort', this.#abort);
    this.#stream.destroy();
  }

  readonly #abort = (): void => {
    this.#stream.destroy();
  };

  /** Waits for the next piece; false at the end. */
  async #take(): Promise<boolean> {
    if (this.#end === this.size) return false;
    this.signal.throwIfAborted();
    const { value, done } = await this.#pieces.next().catch((error: unknown) => {
      this.signal.throwIfAborted();
      throw error;
    });
    this.signal.throwIfAborted();
    if (done === true) {
      this.size = this.#end;
      return false;
    }
    this.#kept.push(value);
    this.#end += value.length;
    return true;
  }

  #dropBefore(position: number): void {
    for (
      let [first] = this.#kept;
      first !== undefined && this.#start + first.length <= position;
      [first] = this.#kept
    ) {
      this.#kept.shift();
      this.#start += first.length;
    }
  }
}
