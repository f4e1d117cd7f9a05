/**
 * In:     an MP3 file, wherever its bytes lie (byte-source.ts)
 * Out:    its frames, one by one, to mp3-reader.ts
 * Thread: any
 */
import type { ByteSource } from '../byte-source.ts';
import { ByteWindow } from '../byte-window.ts';
import { bytesBefore, isEndless, isMark, MOST_TAG_BYTES, tagBytes } from '../tags.ts';
import { type FrameHeader, findFreeBytes, MOST_FREE_BYTES, mayBeFree, parseHeader } from './mp3-frame.ts';

/** A frame and what its header says. */
export interface Frame {
  readonly header: FrameHeader;
  readonly bytes: Uint8Array;
}

/** How far from the beginning to look for sound: a file that has none by then is of another kind. */
const MOST_SEARCH_BYTES = 1 << 20;
/** Frames in a row that prove that sound begins here. */
const PROOF_FRAMES = 3;
const MOST_FRAME_BYTES = 8192;
/** A row of zeros as programs put it before and after tags. */
const PADDING_BYTES = 16;

/** Cuts a file into frames. Tags between them are left out, and so is what belongs to none. */
export class FrameScanner {
  /** Bytes after the first frame that belong neither to a frame nor to a tag. */
  skippedBytes = 0;
  /** Length of frames that were met and are longer than our decoder takes; undefined where none were. */
  tooLongBytes: number | undefined;
  readonly #window: ByteWindow;
  #kind: number | undefined;
  /** Length of the last frame whose header states no bit rate, but for padding. */
  #freeBytes: number | undefined;
  #inSync = false;
  #searchedBytes = 0;
  /** What {@link skippedBytes} was at the last frame. */
  #countedBefore = 0;
  /** Zeros since the last frame, behind which nothing but tags has come: at the end of a file they are no sound. */
  #zeroBytes = 0;

  constructor(source: ByteSource) {
    this.#window = new ByteWindow(source);
  }

  /** Length of the file. */
  get sourceBytes(): number {
    return this.#window.sourceBytes;
  }

  /** Share of the file that has been cut up. */
  get share(): number {
    return this.#window.share;
  }

  /** The next whole frame; its bytes are valid until the next call. Undefined at the end. */
  async next(): Promise<Frame | undefined> {
    const window = this.#window;
    while (this.#kind !== undefined || this.#searchedBytes + this.#zeroBytes <= MOST_SEARCH_BYTES) {
      await window.fill((PROOF_FRAMES + 1) * MOST_FRAME_BYTES);
      if (window.left === 0) return undefined;
      const header = this.#frameHere();
      if (header !== undefined) {
        const bytes = window.bytes.subarray(window.at, window.at + header.bytes);
        this.#inSync = true;
        this.#kind = header.kind;
        this.#freeBytes = header.freeBytes;
        this.#count(this.#zeroBytes);
        this.#zeroBytes = 0;
        this.#countedBefore = this.skippedBytes;
        window.at += header.bytes;
        return { header, bytes };
      }
      if (isEndless(window.bytes, window.at)) await window.fill(MOST_TAG_BYTES);
      const tag = tagBytes(window.bytes, window.at);
      if (tag === undefined || tag > window.bytesAhead) this.#skipJunk();
      else {
        this.#uncount(bytesBefore(window.bytes, window.at));
        window.skip(tag);
      }
    }
    return undefined;
  }

  /** The header of a whole frame; one of another kind than the last, or after junk, is one only where others follow. */
  #frameHere(): FrameHeader | undefined {
    const { bytes, at } = this.#window;
    const header = this.#headerWith(this.#freeBytes);
    if (header !== undefined || !this.#mayFindFree || !mayBeFree(bytes, at) || !this.#window.mayTry) return header;
    const freeBytes = findFreeBytes(bytes, at);
    const isTooLong = freeBytes !== undefined && freeBytes > MOST_FREE_BYTES;
    if (isTooLong) this.tooLongBytes ??= freeBytes;
    const found = isTooLong ? undefined : this.#headerWith(freeBytes);
    if (found === undefined) this.#window.failed(MOST_FRAME_BYTES);
    return found;
  }

  /** The same for frames that have this length where their headers state no bit rate. */
  #headerWith(freeBytes: number | undefined): FrameHeader | undefined {
    const { bytes, at, left } = this.#window;
    const header = parseHeader(bytes, at, freeBytes);
    if (header === undefined || header.bytes > left) return undefined;
    return (this.#inSync && header.kind === this.#kind) || this.#isProven(at, header) ? header : undefined;
  }

  /** Not in a file whose frames state their bit rate: there it is damage that looks so. */
  get #mayFindFree(): boolean {
    return this.#kind === undefined || this.#freeBytes !== undefined;
  }

  /**
   * Whether frames of one kind follow each other from here, or up to a tag or the end of the file. One is enough where
   * it is all that there is.
   */
  #isProven(from: number, { kind, freeBytes }: FrameHeader): boolean {
    const { bytes } = this.#window;
    const least = this.#kind === undefined && this.#searchedBytes + this.#zeroBytes === 0 ? 1 : 2;
    let at = from;
    for (let i = 0; i < PROOF_FRAMES; i++) {
      const header = parseHeader(bytes, at, freeBytes);
      if (header?.kind !== kind) return i >= least && (at >= bytes.length || tagBytes(bytes, at) !== undefined);
      at += header.bytes;
    }
    return at <= bytes.length;
  }

  /** Goes on to the next place where a frame may begin, or a tag, or the end of a long row of zeros. */
  #skipJunk(): void {
    const { bytes, at } = this.#window;
    let next = at + 1;
    let zeros = bytes[at] === 0 ? 1 : 0;
    for (; next < bytes.length; next++) {
      if (bytes[next] === 0) zeros += 1;
      else if (zeros >= PADDING_BYTES) break;
      else {
        zeros = 0;
        const isFree = this.#mayFindFree && mayBeFree(bytes, next);
        if (isFree || isMark(bytes, next) || parseHeader(bytes, next) !== undefined) break;
      }
    }
    this.#inSync = false;
    this.#window.at = next;
    if (zeros === next - at) this.#zeroBytes += zeros;
    else {
      this.#count(this.#zeroBytes + next - at - zeros);
      this.#zeroBytes = zeros;
    }
  }

  #count(bytes: number): void {
    if (this.#kind === undefined) this.#searchedBytes += bytes;
    else this.skippedBytes += bytes;
  }

  #uncount(bytes: number): void {
    this.skippedBytes = Math.max(this.#countedBefore, this.skippedBytes - bytes);
  }
}
