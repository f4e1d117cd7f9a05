import type { AudioShape, AudioWriter } from './audio-file.ts';
import type { ByteSink } from './byte-source.ts';
import { crc8, crc16, FIXED } from './flac-frame.ts';
import { fullScaleOf, rounded, type SampleFormat, sampleBytes } from './sample-format.ts';

/**
 * In:     planar samples, piece by piece (enhance-reader.ts)
 * Out:    a FLAC file of 8, 16 or 24 bits, wherever its bytes go (byte-source.ts)
 * Thread: any
 *
 * Blocks of 4096 samples; per channel the best of silence, the fixed predictors and linear prediction, and of two channels the better of
 * left/right and mid/side. Format: RFC 9639, https://www.rfc-editor.org/rfc/rfc9639.
 */

/** Sums up what was written, for players that check it (STREAMINFO's MD5); Node's `createHash('md5')` is one. */
export interface Digest {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

/** Most channels that the format has. */
export const MOST_FLAC_CHANNELS = 8;
/** Highest rate that the header has room for, Hz. */
export const MOST_FLAC_RATE_HZ = 0xfffff;

const BLOCK = 4096;
const MOST_ORDER = 8;
const PRECISION = 14;
const MOST_PARTITION_ORDER = 4;
const MOST_RICE = 30;
const HEADER_BYTES = 42;
/** Window before autocorrelation: Welch's parabola. */
const WINDOW = Float64Array.from({ length: BLOCK }, (_, n) => 1 - ((2 * n - BLOCK + 1) / (BLOCK + 1)) ** 2);

/** What a FLAC file stores samples of `format` as: it has no floats, and 32 bits are read by few. */
export function flacFormat(format: SampleFormat): SampleFormat {
  return format === 'uint8' || format === 'int16' ? format : 'int24';
}

/** Writes a FLAC file piece by piece. */
export class FlacWriter implements AudioWriter {
  readonly format: SampleFormat;
  private readonly bits: number;
  private readonly fullScale: number;
  private readonly channels: number;
  /** Samples of the block that is being filled, and room for mid and side. */
  private readonly block: readonly Float64Array[];
  private readonly pairs: readonly [Float64Array, Float64Array] = [new Float64Array(BLOCK), new Float64Array(BLOCK)];
  private readonly coder = new SubframeCoder();
  private filled = 0;
  private frameNumber = 0;
  private written = 0;
  private leastFrameBytes = 0xffffff;
  private mostFrameBytes = 0;

  private constructor(
    private readonly sink: ByteSink,
    private readonly shape: AudioShape,
    private readonly digest: Digest | undefined,
  ) {
    this.format = flacFormat(shape.format);
    this.bits = 8 * sampleBytes(this.format);
    this.fullScale = fullScaleOf(this.format) ?? 1;
    this.channels = shape.channels;
    this.block = Array.from({ length: shape.channels }, () => new Float64Array(BLOCK));
  }

  /** Writes the header. Throws an Error where the format has no room for so many channels or such a rate. */
  static async open(sink: ByteSink, shape: AudioShape, digest?: Digest): Promise<FlacWriter> {
    if (shape.channels > MOST_FLAC_CHANNELS) throw new Error(`expected at most ${MOST_FLAC_CHANNELS} channels for FLAC, got ${shape.channels}: write WAV`);
    if (shape.sampleRateHz > MOST_FLAC_RATE_HZ || !Number.isInteger(shape.sampleRateHz)) {
      throw new Error(`expected a whole rate up to ${MOST_FLAC_RATE_HZ} Hz for FLAC, got ${shape.sampleRateHz}: write WAV`);
    }
    const writer = new FlacWriter(sink, shape, digest);
    await sink.write(writer.header(new Uint8Array(16)));
    return writer;
  }

  async write(channels: readonly Float32Array[], start: number, count: number): Promise<void> {
    for (let done = 0; done < count; ) {
      const frames = Math.min(BLOCK - this.filled, count - done);
      for (let c = 0; c < this.channels; c++) {
        for (let n = 0; n < frames; n++) this.block[c][this.filled + n] = rounded(channels[c][start + done + n], this.fullScale);
      }
      this.filled += frames;
      done += frames;
      if (this.filled === BLOCK) await this.endBlock();
    }
  }

  async finish(): Promise<void> {
    if (this.filled > 0) await this.endBlock();
    await this.sink.rewrite(0, this.header(this.digest?.digest() ?? new Uint8Array(16)));
  }

  close(): void {}

  private async endBlock(): Promise<void> {
    this.digest?.update(this.plainBytes());
    const frame = this.encodeBlock();
    this.frameNumber += 1;
    this.written += this.filled;
    this.filled = 0;
    this.leastFrameBytes = Math.min(this.leastFrameBytes, frame.length);
    this.mostFrameBytes = Math.max(this.mostFrameBytes, frame.length);
    await this.sink.write(frame);
  }

  /** The block as a WAV file has it, for the digest. */
  private plainBytes(): Uint8Array {
    const { filled, block, bits } = this;
    const bytes = new Uint8Array((filled * block.length * bits) / 8);
    for (let n = 0, at = 0; n < filled; n++) {
      for (const channel of block) for (let shift = 0; shift < bits; shift += 8) bytes[at++] = channel[n] >> shift;
    }
    return bytes;
  }

  /** STREAMINFO and nothing else (section 8.2). */
  private header(md5: Uint8Array): Uint8Array {
    const bytes = new Uint8Array(HEADER_BYTES);
    const view = new DataView(bytes.buffer);
    bytes.set([0x66, 0x4c, 0x61, 0x43, 0x80, 0, 0, 34]);
    view.setUint16(8, BLOCK);
    view.setUint16(10, BLOCK);
    const least = this.mostFrameBytes === 0 ? 0 : this.leastFrameBytes;
    bytes.set([least >> 16, least >> 8, least, this.mostFrameBytes >> 16, this.mostFrameBytes >> 8, this.mostFrameBytes], 12);
    const total = this.written || (this.shape.frames ?? 0);
    view.setUint32(18, this.shape.sampleRateHz * 4096 + ((this.channels - 1) << 9) + ((this.bits - 1) << 4) + (Math.floor(total / 2 ** 32) & 15));
    view.setUint32(22, total % 2 ** 32);
    bytes.set(md5, 26);
    return bytes;
  }

  private encodeBlock(): Uint8Array {
    const { bits, block, filled, channels } = this;
    const out = new BitWriter();
    const rateCode = 0;
    out.put(0xfff8, 16);
    // 4096 samples have a code of their own; the last block states its length in 16 bits.
    out.put(filled === BLOCK ? 12 : 7, 4);
    out.put(rateCode, 4);
    let tracks: readonly { samples: Float64Array; bits: number }[] = block.map((samples) => ({ samples, bits }));
    let assignment = channels - 1;
    if (channels === 2 && this.midSideIsShorter()) {
      assignment = 10;
      tracks = [
        { samples: this.pairs[0], bits },
        { samples: this.pairs[1], bits: bits + 1 },
      ];
    }
    out.put(assignment, 4);
    out.put({ 8: 1, 16: 4, 24: 6 }[bits] ?? 0, 3);
    out.put(0, 1);
    for (const byte of codedNumber(this.frameNumber)) out.put(byte, 8);
    if (filled !== BLOCK) out.put(filled - 1, 16);
    out.putCrc8();
    for (const track of tracks) this.coder.encode(track.samples, filled, track.bits, out);
    return out.endWithCrc16();
  }

  /** Fills mid and side, and guesses by the second differences which pair takes fewer bits. */
  private midSideIsShorter(): boolean {
    const [left, right] = this.block;
    const [mid, side] = this.pairs;
    const sums = [0, 0, 0, 0];
    for (let n = 0; n < this.filled; n++) {
      mid[n] = Math.floor((left[n] + right[n]) / 2);
      side[n] = left[n] - right[n];
      if (n < 2) continue;
      [left, right, mid, side].forEach((x, i) => {
        sums[i] += Math.abs(x[n] - 2 * x[n - 1] + x[n - 2]);
      });
    }
    return sums[2] + sums[3] < sums[0] + sums[1];
  }
}

/** One way to write the residual of a channel. */
interface ResidualPlan {
  readonly bits: number;
  readonly partitionOrder: number;
  readonly parameters: readonly number[];
}

/** Chooses how one channel of a block is written, and writes it (section 9.2). */
class SubframeCoder {
  private readonly residual = new Float64Array(BLOCK);
  private readonly best = new Float64Array(BLOCK);
  private readonly windowed = new Float64Array(BLOCK);
  /** Zigzag codes summed up per finest partition. */
  private readonly sums = new Float64Array(1 << MOST_PARTITION_ORDER);

  encode(samples: Float64Array, count: number, bits: number, out: BitWriter): void {
    if (isConstant(samples, count)) {
      out.put(0, 8);
      out.putSigned(samples[0], bits);
      return;
    }
    const fixedOrder = this.bestFixedOrder(samples, count);
    const candidates = [{ coefficients: FIXED[fixedOrder], shift: 0, typeBits: 8 + fixedOrder, isFixed: true }];
    const linear = this.linearPredictor(samples, count, bits);
    if (linear !== undefined) candidates.push({ ...linear, typeBits: 31 + linear.coefficients.length, isFixed: false });
    let chosen: { candidate: (typeof candidates)[number]; plan: ResidualPlan } | undefined;
    let least = count * bits;
    for (const candidate of candidates) {
      const order = candidate.coefficients.length;
      predictInto(this.residual, samples, count, candidate.coefficients, candidate.shift);
      const plan = this.planResidual(count, order);
      const total = order * bits + plan.bits + (candidate.isFixed ? 0 : 9 + order * PRECISION);
      if (total >= least) continue;
      least = total;
      chosen = { candidate, plan };
      this.best.set(this.residual.subarray(0, count));
    }
    if (chosen === undefined) {
      out.put(1 << 1, 8);
      for (let n = 0; n < count; n++) out.putSigned(samples[n], bits);
      return;
    }
    const { candidate, plan } = chosen;
    const order = candidate.coefficients.length;
    out.put(candidate.typeBits << 1, 8);
    for (let n = 0; n < order; n++) out.putSigned(samples[n], bits);
    if (!candidate.isFixed) {
      out.put(PRECISION - 1, 4);
      out.putSigned(candidate.shift, 5);
      for (const coefficient of candidate.coefficients) out.putSigned(coefficient, PRECISION);
    }
    this.writeResidual(count, order, plan, out);
  }

  private bestFixedOrder(samples: Float64Array, count: number): number {
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let order = 0; order <= Math.min(4, count - 1); order++) {
      predictInto(this.residual, samples, count, FIXED[order], 0);
      let sum = 0;
      for (let n = order; n < count; n++) sum += Math.abs(this.residual[n]);
      if (sum >= least) continue;
      least = sum;
      best = order;
    }
    return best;
  }

  /** Levinson and Durbin's recursion over the autocorrelation, coefficients rounded to {@link PRECISION} bits. */
  private linearPredictor(samples: Float64Array, count: number, bits: number): { coefficients: number[]; shift: number } | undefined {
    if (count < 4 * MOST_ORDER) return undefined;
    const { windowed } = this;
    for (let n = 0; n < count; n++) windowed[n] = samples[n] * WINDOW[count === BLOCK ? n : Math.floor((n * BLOCK) / count)];
    const correlation = Array.from({ length: MOST_ORDER + 1 }, (_, lag) => {
      let sum = 0;
      for (let n = lag; n < count; n++) sum += windowed[n] * windowed[n - lag];
      return sum;
    });
    let error = correlation[0];
    let weights: number[] = [];
    let best: { weights: number[]; bits: number } | undefined;
    for (let order = 1; order <= MOST_ORDER && error > 0; order++) {
      let reflection = correlation[order];
      for (let i = 0; i < order - 1; i++) reflection -= weights[i] * correlation[order - 1 - i];
      reflection /= error;
      weights = [...weights.map((weight, i) => weight - reflection * weights[order - 2 - i]), reflection];
      error *= 1 - reflection * reflection;
      const expected = order * (bits + PRECISION) + (count / 2) * Math.log2(Math.max(1e-9, error / count));
      if (best === undefined || expected < best.bits) best = { weights, bits: expected };
    }
    if (best === undefined) return undefined;
    const largest = Math.max(...best.weights.map(Math.abs));
    if (!(largest > 0)) return undefined;
    // The largest coefficient must stay within the precision, and the shift within 0 … 15.
    const shift = Math.min(15, PRECISION - 2 - Math.floor(Math.log2(largest)));
    if (shift < 0) return undefined;
    const limit = 2 ** (PRECISION - 1) - 1;
    return { coefficients: best.weights.map((weight) => Math.max(-limit, Math.min(limit, Math.round(weight * 2 ** shift)))), shift };
  }

  /** Sizes of partitions and Rice parameters that take the fewest bits. */
  private planResidual(count: number, order: number): ResidualPlan {
    const { residual, sums } = this;
    let finest = MOST_PARTITION_ORDER;
    while (finest > 0 && (count % (1 << finest) !== 0 || count >> finest <= order)) finest -= 1;
    const length = count >> finest;
    sums.fill(0);
    for (let p = 0, n = order; p < 1 << finest; p++) {
      let sum = 0;
      for (; n < (p + 1) * length; n++) sum += residual[n] < 0 ? -2 * residual[n] - 1 : 2 * residual[n];
      sums[p] = sum;
    }
    let best: ResidualPlan | undefined;
    for (let partitionOrder = finest; partitionOrder >= 0; partitionOrder--) {
      const merged = 1 << (finest - partitionOrder);
      const parameters: number[] = [];
      let bits = 6;
      for (let p = 0; p < 1 << partitionOrder; p++) {
        let sum = 0;
        for (let i = 0; i < merged; i++) sum += sums[p * merged + i];
        const samples = (count >> partitionOrder) - (p === 0 ? order : 0);
        const parameter = riceParameter(sum, samples);
        parameters.push(parameter);
        bits += 5 + samples * (parameter + 1) + sum / 2 ** parameter;
      }
      if (best === undefined || bits < best.bits) best = { bits, partitionOrder, parameters };
    }
    return best as ResidualPlan;
  }

  private writeResidual(count: number, order: number, { partitionOrder, parameters }: ResidualPlan, out: BitWriter): void {
    // Parameters above 14 need the method with 5 bits for each.
    const isWide = parameters.some((parameter) => parameter > 14);
    out.put(isWide ? 1 : 0, 2);
    out.put(partitionOrder, 4);
    for (let p = 0, n = order; p < parameters.length; p++) {
      out.put(parameters[p], isWide ? 5 : 4);
      for (; n < ((p + 1) * count) >> partitionOrder; n++) out.putRice(this.best[n], parameters[p]);
    }
  }
}

function isConstant(samples: Float64Array, count: number): boolean {
  for (let n = 1; n < count; n++) if (samples[n] !== samples[0]) return false;
  return true;
}

/** What the samples before each one do not predict, as the decoder will compute it. */
function predictInto(residual: Float64Array, samples: Float64Array, count: number, coefficients: readonly number[], shift: number): void {
  const order = coefficients.length;
  const weights = Float64Array.from(coefficients);
  const scale = 2 ** -shift;
  for (let n = order; n < count; n++) {
    let sum = 0;
    for (let i = 0; i < order; i++) sum += weights[i] * samples[n - 1 - i];
    residual[n] = samples[n] - Math.floor(sum * scale);
  }
}

/** The parameter that takes the fewest bits, about, for values that sum to `sum`. */
function riceParameter(sum: number, samples: number): number {
  const mean = samples === 0 ? 0 : sum / samples;
  return mean < 1 ? 0 : Math.min(MOST_RICE, Math.floor(Math.log2(mean * Math.LN2 + 1)));
}

/** A number of up to 31 bits, coded as UTF-8 codes characters (section 9.1.5). */
function codedNumber(value: number): number[] {
  if (value < 0x80) return [value];
  let count = 2;
  while (count < 6 && value >= 2 ** (5 * count + 1)) count += 1;
  const bytes: number[] = [];
  let rest = value;
  for (let i = 1; i < count; i++) {
    bytes.unshift(0x80 | (rest & 0x3f));
    rest >>>= 6;
  }
  return [((0xff00 >> count) & 0xff) | rest, ...bytes];
}

/** Bits in big-endian order. */
class BitWriter {
  private bytes = new Uint8Array(1 << 15);
  private length = 0;
  private buffer = 0;
  private held = 0;

  /** 1 to 24 bits. */
  put(value: number, count: number): void {
    this.buffer = (this.buffer << count) | (value & ((1 << count) - 1));
    this.held += count;
    while (this.held >= 8) {
      this.held -= 8;
      this.byte(this.buffer >>> this.held);
      this.buffer &= (1 << this.held) - 1;
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
    this.put(crc8(this.bytes, 0, this.length), 8);
  }

  endWithCrc16(): Uint8Array {
    if (this.held > 0) this.put(0, 8 - this.held);
    this.put(crc16(this.bytes, 0, this.length), 16);
    return this.bytes.subarray(0, this.length);
  }

  private byte(value: number): void {
    if (this.length === this.bytes.length) {
      const larger = new Uint8Array(2 * this.length);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes[this.length++] = value;
  }
}
