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
/** Bytes that attempts may look at in vain for each byte of the file, and in any file. Honest damage takes four. */
const MOST_FAILED_PER_BYTE = 8;
const FREE_FAILED_BYTES = 1 << 21;
/** What any attempt takes, however soon it fails: as long as looking at so many bytes. */
const ATTEMPT_BYTES = 256;

/**
 * The bytes of a file that have been read and not used yet: `bytes[at …]`. Users move `at` forward. A loop that
 * searches calls {@link fill} in every round, which lets other tasks run and looks at the signal of the source.
 */
export class ByteWindow {
  bytes = new Uint8Array();
  at = 0;
  readonly #source: ByteSource;
  readonly #start: number;
  #position: number;
  #failedBytes = 0;
  #turnMs = performance.now();

  /** @param position where in the file to begin */
  constructor(source: ByteSource, position = 0) {
    this.#source = source;
    this.#start = position;
    this.#position = position;
  }

  /** Length of the file. */
  get sourceBytes(): number {
    return this.#source.size;
  }

  /** Bytes from here to the end of the file. */
  get bytesAhead(): number {
    return this.#source.size - this.#position + this.left;
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
   * taken before stay valid. Throws an Error where the file has become shorter, or the reason of the source's signal.
   */
  async fill(count: number): Promise<void> {
    if (this.#isLate) await this.giveWay();
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
    if (!this.#isLate) return;
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

  /** Moves on by so many bytes, beyond the window if need be. */
  skip(count: number): void {
    const beyond = count - this.left;
    this.at += Math.min(count, this.left);
    if (beyond > 0) this.#position = Math.min(this.#source.size, this.#position + beyond);
  }

  /**
   * Whether something may be tried here that can fail: not after attempts have looked at many times the bytes of the
   * file in vain, as they do where it is made of nothing but beginnings. Time grows with the file, not with its square.
   */
  get mayTry(): boolean {
    const used = this.#source.size - this.bytesAhead - this.#start;
    return this.#failedBytes <= FREE_FAILED_BYTES + MOST_FAILED_PER_BYTE * used;
  }

  /** Tells that an attempt has looked at so many bytes in vain. */
  failed(bytes: number): void {
    this.#failedBytes += ATTEMPT_BYTES + bytes;
  }

  get #isLate(): boolean {
    return performance.now() - this.#turnMs >= TURN_MS;
  }

  /** Frees what is held. */
  clear(): void {
    this.bytes = new Uint8Array();
    this.at = 0;
  }
}
