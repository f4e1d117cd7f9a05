/**
 * In:     a FLAC file behind its metadata (byte-window.ts)
 * Out:    its whole frames, one by one, decoded, to flac-reader.ts
 * Thread: any
 */
import type { ByteWindow } from '../byte-window.ts';
import { isEndless, MOST_TAG_BYTES, tagBytes } from '../tags.ts';
import { decodeFrame } from './flac-frame.ts';
import { type FlacFrameHeader, type FrameDefaults, MOST_HEADER_BYTES, parseFrameHeader } from './flac-header.ts';
import { isStream, readMetadata } from './flac-metadata.ts';

/** A frame whose checksums hold. */
export interface FlacBlock {
  readonly header: FlacFrameHeader;
  /** Whole numbers, `header.samples` of each channel; valid until the next frame is asked for. */
  readonly channels: readonly Float64Array[];
  /** Bytes before it that belong to no frame. */
  readonly skippedBytes: number;
}

/** Finds frames by what they say of themselves, whatever is between them. */
export class FlacScanner {
  /** Bytes since the last frame that belong to none. */
  skippedBytes = 0;
  readonly #window: ByteWindow;
  #defaults: FrameDefaults;
  #planes: Float64Array[] = [];

  constructor(window: ByteWindow, defaults: FrameDefaults) {
    this.#window = window;
    this.#defaults = defaults;
  }

  /** Length of the file. */
  get sourceBytes(): number {
    return this.#window.sourceBytes;
  }

  /** Share of the file that has been read. */
  get share(): number {
    return this.#window.share;
  }

  /** The next frame, undefined at the end. */
  async next(): Promise<FlacBlock | undefined> {
    const window = this.#window;
    for (;;) {
      await window.fill(MOST_HEADER_BYTES);
      if (window.left === 0) return undefined;
      const header = parseFrameHeader(window.bytes, window.at, this.#defaults);
      const channels = header === undefined || !window.mayTry ? undefined : await this.#decode(header);
      if (header !== undefined && channels !== undefined) {
        const { skippedBytes } = this;
        this.skippedBytes = 0;
        return { header, channels, skippedBytes };
      }
      const tag = this.skippedBytes === 0 ? await this.#tagHere() : 0;
      // Another stream may follow, with metadata of its own.
      if (tag > 0) window.skip(tag);
      else if (isStream(window.bytes, window.at)) this.#defaults = (await readMetadata(window)) ?? this.#defaults;
      else this.skippedBytes += this.#skip();
    }
  }

  close(): void {
    this.#window.clear();
  }

  async #decode(header: FlacFrameHeader): Promise<readonly Float64Array[] | undefined> {
    const window = this.#window;
    await window.fill(header.mostFrameBytes);
    while (this.#planes.length < header.channels) this.#planes.push(new Float64Array());
    this.#planes = this.#planes.map((plane) =>
      plane.length < header.samples ? new Float64Array(header.samples) : plane,
    );
    const channels = this.#planes.slice(0, header.channels);
    const { isFrame, bytes } = decodeFrame(window.bytes, window.at, header, channels);
    if (isFrame) window.at += bytes;
    else window.failed(bytes);
    return isFrame ? channels : undefined;
  }

  /** Bytes of the tag that some programs put behind the last frame; 0 where none begins here. */
  async #tagHere(): Promise<number> {
    const window = this.#window;
    if (isEndless(window.bytes, window.at)) await window.fill(MOST_TAG_BYTES);
    const tag = tagBytes(window.bytes, window.at) ?? 0;
    return tag <= window.bytesAhead ? tag : 0;
  }

  /** Moves to where a frame or a stream may begin; returns how many bytes it passed. */
  #skip(): number {
    const window = this.#window;
    const { bytes, at } = window;
    const frame = bytes.indexOf(0xff, at + 1);
    const end = frame === -1 ? bytes.length : frame;
    const stream = bytes.subarray(0, end).indexOf(0x66, at + 1);
    window.at = stream === -1 ? end : stream;
    return window.at - at;
  }
}
