/**
 * In:     numbers of any width, one after the other (flac-writer.ts, flac-subframe.ts)
 * Out:    the bytes of one FLAC frame, big-endian, with its checksums
 * Thread: any
 */
import { crc8, crc16 } from './crc.ts';

/** Bits of a big-endian stream, the first in the highest place. */
export class BitWriter {
  #bytes = new Uint8Array(1 << 15);
  #length = 0;
  #buffer = 0;
  #held = 0;

  /** 1 to 24 bits. */
  put(value: number, count: number): void {
    this.#buffer = (this.#buffer << count) | (value & ((1 << count) - 1));
    this.#held += count;
    while (this.#held >= 8) {
      this.#held -= 8;
      this.#byte(this.#buffer >>> this.#held);
      this.#buffer &= (1 << this.#held) - 1;
    }
  }

  /** Two's complement of 1 to 33 bits. */
  putSigned(value: number, count: number): void {
    if (count > 16) {
      this.putSigned(Math.floor(value / 0x10000), count - 16);
      this.put(((value % 0x10000) + 0x10000) % 0x10000, 16);
      return;
    }
    this.put(value, count);
  }

  putRice(value: number, parameter: number): void {
    const code = value < 0 ? -2 * value - 1 : 2 * value;
    const high = Math.floor(code / 2 ** parameter);
    let zeros = high;
    for (; zeros > 16; zeros -= 16) this.put(0, 16);
    this.put(1, zeros + 1);
    if (parameter === 0) return;
    const low = code - high * 2 ** parameter;
    if (parameter > 16) {
      this.put(Math.floor(low / 0x10000), parameter - 16);
      this.put(low % 0x10000, 16);
    } else {
      this.put(low, parameter);
    }
  }

  putCrc8(): void {
    this.put(crc8(this.#bytes, 0, this.#length), 8);
  }

  endWithCrc16(): Uint8Array {
    if (this.#held > 0) this.put(0, 8 - this.#held);
    this.put(crc16(this.#bytes, 0, this.#length), 16);
    return this.#bytes.subarray(0, this.#length);
  }

  #byte(value: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#length);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = value;
  }
}
