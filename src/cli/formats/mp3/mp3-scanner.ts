/**
 * In:     an MP3 file, wherever its bytes lie (files/byte-source.ts)
 * Out:    its frames, one by one, to mp3-reader.ts
 * Thread: any of Node's
 */
import type { ByteSource } from '../../../files/byte-source.ts';
import { ByteWindow } from '../../../files/byte-window.ts';
import { type FrameHeader, HEADER_BYTES, parseHeader } from './mp3-frame.ts';

/** How far from the beginning to look for sound: a file that has none by then is of another kind. */
const MOST_SEARCH_BYTES = 1 << 20;
/** Frames in a row that prove that sound begins here. */
const PROOF_FRAMES = 3;
const MOST_FRAME_BYTES = 8192;

/** Cuts a file into frames. What lies between them is left out, and so are frames of another kind than the first. */
export class FrameScanner {
  /** Bytes after the first frame that belong to none. */
  skippedBytes = 0;
  /** Length of the file. */
  readonly sourceBytes: number;
  readonly #window: ByteWindow;
  #kind: number | undefined;
  #inSync = false;
  #searchedBytes = 0;

  constructor(source: ByteSource, position: number) {
    this.sourceBytes = source.size;
    this.#window = new ByteWindow(source, position);
  }

  /** Share of the file that has been cut up. */
  get share(): number {
    return this.#window.share;
  }

  /** The next whole frame; valid until the next call. Undefined at the end. */
  async next(): Promise<Uint8Array | undefined> {
    const window = this.#window;
    for (;;) {
      await window.fill((PROOF_FRAMES + 1) * MOST_FRAME_BYTES);
      if (window.left < HEADER_BYTES) return undefined;
      const { bytes, at } = window;
      const header = this.#headerAt(at);
      if (header !== undefined && header.bytes <= window.left && (this.#inSync || this.#isProven(at))) {
        this.#inSync = true;
        this.#kind = header.kind;
        window.at += header.bytes;
        return bytes.subarray(at, at + header.bytes);
      }
      // A tag at the end is no damage.
      if (String.fromCharCode(bytes[at], bytes[at + 1], bytes[at + 2]) === 'TAG' && window.left <= 128)
        return undefined;
      this.#inSync = false;
      const skipped = window.skipTo(0xff);
      if (this.#kind !== undefined) this.skippedBytes += skipped;
      else this.#searchedBytes += skipped;
      if (this.#searchedBytes > MOST_SEARCH_BYTES) return undefined;
    }
  }

  #headerAt(at: number): FrameHeader | undefined {
    const header = parseHeader(this.#window.bytes, at);
    return this.#kind === undefined || header?.kind === this.#kind ? header : undefined;
  }

  /** Whether frames of one kind follow each other from here, or up to the end of the file. */
  #isProven(from: number): boolean {
    const first = this.#headerAt(from);
    let at = from;
    for (let i = 0; i < PROOF_FRAMES; i++) {
      const header = this.#headerAt(at);
      if (header === undefined || header.kind !== first?.kind) return i > 1 && at >= this.#window.bytes.length;
      at += header.bytes;
    }
    return at <= this.#window.bytes.length;
  }
}
