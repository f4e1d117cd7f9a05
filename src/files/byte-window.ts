/**
 * In:     a file, wherever its bytes lie (byte-source.ts)
 * Out:    a window that moves over it from beginning to end, to the readers of formats that must look ahead
 * Thread: any
 */
import type { ByteSource } from './byte-source.ts';
import { nextTask } from './next-task.ts';

/** Bytes that are read at once. */
const PIECE_BYTES = 1 << 18;
/** Other tasks wait no longer than this for a loop that gives way. A person who presses Ctrl-C does not notice it. */
const TURN_MS = 50;

/** The bytes of a file that have been read and not used yet: `bytes[at …]`. Users move `at` forward. */
export class ByteWindow {
  bytes = new Uint8Array();
  at = 0;
  readonly #source: ByteSource;
  #position: number;
  #turnMs = performance.now();

  /** @param position where in the file to begin */
  constructor(source: ByteSource, position = 0) {
    this.#source = source;
    this.#position = position;
  }

  /** Share of the file that has been used, 0 … 1. */
  get share(): number {
    return this.#source.size === 0 ? 1 : (this.#position - this.bytes.length + this.at) / this.#source.size;
  }

  /** Bytes in the window. */
  get left(): number {
    return this.bytes.length - this.at;
  }

  /**
   * Reads until at least `count` bytes are in the window, or all that is left of the file. Views of `bytes` that were
   * taken before stay valid. Throws an Error where the file has become shorter.
   */
  async fill(count: number): Promise<void> {
    const { left } = this;
    if (left >= count || this.#position >= this.#source.size) return;
    const more = await this.#source.read(this.#position, Math.max(PIECE_BYTES, count));
    if (more.length === 0) throw new Error('the file became shorter while it was read');
    const bytes = new Uint8Array(left + more.length);
    bytes.set(this.bytes.subarray(this.at));
    bytes.set(more, left);
    this.bytes = bytes;
    this.at = 0;
    this.#position += more.length;
  }

  /**
   * To be awaited in every loop that may go on without a read, over damaged bytes for instance. Lets other tasks run
   * every so often, and throws the reason of the source's signal where that has been aborted.
   */
  async giveWay(): Promise<void> {
    if (performance.now() - this.#turnMs < TURN_MS) return;
    await nextTask();
    this.#turnMs = performance.now();
    this.#source.signal?.throwIfAborted();
  }

  /** Moves to the next such byte after the present one, or to the end of the window; returns how many it passed. */
  skipTo(byte: number): number {
    const next = this.bytes.indexOf(byte, this.at + 1);
    const skipped = (next === -1 ? this.bytes.length : next) - this.at;
    this.at += skipped;
    return skipped;
  }

  /** Frees what is held. */
  clear(): void {
    this.bytes = new Uint8Array();
    this.at = 0;
  }
}
