/**
 * In:     the headers of a Vorbis stream (vorbis-link.ts)
 * Out:    how many samples each of its packets adds
 * Thread: any
 *
 * A packet is a short or a long block, and adds what lies between the middle of the block before and its own.
 * https://xiph.org/vorbis/doc/Vorbis_I_spec.html, sections 4.2.4, 4.3.1 and 4.3.8.
 */

/** Bits of a mode in the third header: whether its blocks are long, two numbers that must be 0, and its mapping. */
const MODE_BITS = 41;
const ZERO_BITS = 32;
const MOST_MODES = 64;

/** Reads lengths from the first bits of packets. */
export class VorbisBlocks {
  /** A packet of the shortest kind without sound. */
  readonly silence: Uint8Array;
  /** Samples of a short and of a long block. */
  readonly #samples: readonly [number, number];
  /** For each mode, whether its blocks are long. */
  readonly #isLong: readonly boolean[];
  readonly #modeBits: number;

  /** Throws an Error where the third header does not end in modes. */
  constructor(header: Uint8Array, setup: Uint8Array) {
    this.#samples = [1 << (header[28] & 15), 1 << (header[28] >> 4)];
    this.#isLong = readModes(setup);
    this.#modeBits = Math.ceil(Math.log2(this.#isLong.length));
    const short = this.#isLong.indexOf(false);
    // Where all blocks are long, those on its sides are.
    const bits = short === -1 ? 3 << (this.#modeBits + 1) : short << 1;
    this.silence = Uint8Array.of(bits & 255, bits >> 8, ...new Array<number>(32).fill(0));
  }

  /** Samples of a packet's block. */
  blockSamples(packet: Uint8Array): number {
    return this.#samples[this.#isLong[this.#modeOf(packet)] ? 1 : 0];
  }

  /** Samples of the block that a packet expects before it. */
  blockSamplesBefore(packet: Uint8Array): number {
    if (!this.#isLong[this.#modeOf(packet)]) return this.#samples[0];
    return this.#samples[bitAt(packet, 1 + this.#modeBits)];
  }

  #modeOf(packet: Uint8Array): number {
    let mode = 0;
    for (let i = 0; i < this.#modeBits; i++) mode |= bitAt(packet, 1 + i) << i;
    return mode;
  }
}

/**
 * The modes stand at the end of the header, behind codebooks that take a decoder to read; so it is read from its end. A
 * list of modes is one before which its own length stands.
 */
function readModes(setup: Uint8Array): boolean[] {
  let end = 8 * setup.length - 1;
  while (end > 0 && bitAt(setup, end) === 0) end -= 1;
  const modes: boolean[] = [];
  let found: boolean[] | undefined;
  for (let at = end - MODE_BITS; modes.length < MOST_MODES && at > 6; at -= MODE_BITS) {
    let isMode = true;
    for (let i = 1; i <= ZERO_BITS && isMode; i++) isMode = bitAt(setup, at + i) === 0;
    if (!isMode) break;
    modes.unshift(bitAt(setup, at) === 1);
    let count = 1;
    for (let i = 0; i < 6; i++) count += bitAt(setup, at - 6 + i) << i;
    if (count === modes.length) found = [...modes];
  }
  if (found === undefined) throw new Error('expected modes at the end of the third Vorbis header, found it damaged');
  return found;
}

/** Bits count from the lowest of the first byte; beyond the end they are 0. */
function bitAt(bytes: Uint8Array, at: number): number {
  return (bytes[at >> 3] >> (at & 7)) & 1;
}
