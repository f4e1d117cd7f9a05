/**
 * In:     bytes of one FLAC frame (flac-frame.ts)
 * Out:    numbers of any width, one after the other
 * Thread: any
 */

/** Bits of a big-endian stream. Beyond the end it reads zeros and then throws, so that no loop has to check. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #bit: number;
  readonly #last: number;

  /**
   * @param byte where to begin
   * @param end where to end
   */
  constructor(bytes: Uint8Array, byte: number, end: number) {
    this.#bytes = bytes;
    this.#bit = byte * 8;
    this.#last = end * 8;
  }

  /** 1 to 32 bits. */
  unsigned(count: number): number {
    if (count > 24) return this.unsigned(count - 16) * 0x10000 + this.unsigned(16);
    const value = this.#window() >>> (32 - count);
    this.#advance(count);
    return value;
  }

  /** 1 to 33 bits, two's complement. */
  signed(count: number): number {
    const value = count > 32 ? this.unsigned(1) * 2 ** 32 + this.unsigned(32) : this.unsigned(count);
    return value >= 2 ** (count - 1) ? value - 2 ** count : value;
  }

  /** Zeros before the next one. */
  unary(): number {
    let zeros = 0;
    for (;;) {
      const leading = Math.clz32(this.#window());
      if (leading < 24) {
        this.#advance(leading + 1);
        return zeros + leading;
      }
      zeros += 24;
      this.#advance(24);
    }
  }

  /** A Rice code as bit-writer.ts writes it. */
  rice(parameter: number): number {
    const quotient = this.unary();
    const value = parameter === 0 ? quotient : quotient * 2 ** parameter + this.unsigned(parameter);
    const half = Math.floor(value / 2);
    return value === 2 * half ? half : -half - 1;
  }

  /** The first whole byte that has not been read. */
  byteEnd(): number {
    return Math.ceil(this.#bit / 8);
  }

  /** The next 25 bits or more, at the top of 32. */
  #window(): number {
    const bytes = this.#bytes;
    const bit = this.#bit;
    const at = bit >>> 3;
    return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) << (bit & 7);
  }

  #advance(count: number): void {
    this.#bit += count;
    if (this.#bit > this.#last) throw new Error('a frame is cut off');
  }
}
