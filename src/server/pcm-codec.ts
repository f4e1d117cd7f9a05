/**
 * In:     interleaved bytes in chunks of any length, or planar samples
 * Out:    the other of the two, as the command line reads and writes the same samples in files
 * Thread: any
 */
import { type Coding, codedFrameBytes, formatOf, packed, unpacked } from '../files/pcm/coding.ts';
import { decodeFrames, encodeFrames, frameBytes, fullScaleOf, type SampleFormat } from '../files/sample-format.ts';
import { silenceBroken } from '../files/silence-broken.ts';
import { CODING_OF, type PcmFormat } from './pcm-format.ts';

/** Most frames that are decoded at once. */
const MOST_FRAMES = 4096;

/** Samples of every channel, from the start of each plane on. */
export interface Piece {
  readonly planes: readonly Float32Array[];
  readonly frames: number;
}

/** One for each stream: a frame may begin in one chunk and end in another. */
export class PcmCodec {
  readonly channels: number;
  readonly #coding: Coding;
  readonly #format: SampleFormat;
  /** A frame of which not all bytes have come. */
  readonly #begun: Uint8Array;
  #begunBytes = 0;
  /** As long as the longest piece so far. */
  #planes: readonly Float32Array[] = [];

  constructor(format: PcmFormat, channels: number) {
    this.channels = channels;
    this.#coding = CODING_OF[format];
    this.#format = formatOf(this.#coding);
    this.#begun = new Uint8Array(codedFrameBytes({ channels, coding: this.#coding }));
  }

  /**
   * Bytes → planes, piece by piece; what is not a whole frame waits for the next chunk. The planes hold until the next
   * piece. Samples that are no numbers count as silence.
   */
  *decoded(bytes: Uint8Array): Generator<Piece> {
    const begun = this.#begun;
    let at = 0;
    if (this.#begunBytes > 0) {
      at = Math.min(begun.length - this.#begunBytes, bytes.length);
      begun.set(bytes.subarray(0, at), this.#begunBytes);
      this.#begunBytes += at;
      if (this.#begunBytes < begun.length) return;
      this.#begunBytes = 0;
      yield this.#decode(begun);
    }
    const end = bytes.length - ((bytes.length - at) % begun.length);
    for (const most = MOST_FRAMES * begun.length; at < end; at += most)
      yield this.#decode(part(bytes, at, Math.min(end, at + most)));
    if (end < bytes.length) begun.set(bytes.subarray(end));
    this.#begunBytes = bytes.length - end;
  }

  /** Planes → bytes that are the caller's. Whole numbers are rounded and clipped. */
  encoded({ planes, frames }: Piece): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(frames * frameBytes({ channels: this.channels, format: this.#format }));
    encodeFrames(planes, this.#format, bytes, frames);
    return packed(bytes, this.#coding);
  }

  /** Forgets the frame that has begun. */
  reset(): void {
    this.#begunBytes = 0;
  }

  #decode(bytes: Uint8Array): Piece {
    const frames = bytes.length / this.#begun.length;
    if ((this.#planes[0]?.length ?? 0) < frames)
      this.#planes = Array.from({ length: this.channels }, () => new Float32Array(frames));
    decodeFrames(unpacked(bytes, this.#coding), this.#format, this.#planes, frames);
    if (fullScaleOf(this.#format) === undefined) silenceBroken(this.#planes, frames);
    return { planes: this.#planes, frames };
  }
}

/** Without a view of its own where it is all. */
function part(bytes: Uint8Array, from: number, to: number): Uint8Array {
  return from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to);
}
