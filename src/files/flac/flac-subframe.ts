/**
 * In:     one channel of a block, whole numbers (flac-writer.ts)
 * Out:    its bits: the shortest of a constant, the fixed predictors, linear prediction and the samples as they are
 *         (bit-writer.ts)
 * Thread: any
 */
import type { BitWriter } from './bit-writer.ts';
import { FIXED } from './flac-frame.ts';

/** Samples of a block. */
export const BLOCK = 4096;
const MOST_ORDER = 8;
const PRECISION = 14;
const MOST_PARTITION_ORDER = 4;
const MOST_RICE = 30;
/** Window before autocorrelation: Welch's parabola. */
const WINDOW = Float64Array.from({ length: BLOCK }, (_, n) => 1 - ((2 * n - BLOCK + 1) / (BLOCK + 1)) ** 2);

/** One way to write the residual of a channel. */
interface ResidualPlan {
  readonly bits: number;
  readonly partitionOrder: number;
  readonly parameters: readonly number[];
}

/** Chooses how one channel of a block is written, and writes it (section 9.2). */
export class SubframeCoder {
  readonly #residual = new Float64Array(BLOCK);
  readonly #best = new Float64Array(BLOCK);
  readonly #windowed = new Float64Array(BLOCK);
  /** Sums of zigzag codes in each of the finest partitions. */
  readonly #sums = new Float64Array(1 << MOST_PARTITION_ORDER);

  encode(samples: Float64Array, count: number, bits: number, out: BitWriter): void {
    if (isConstant(samples, count)) {
      out.put(0, 8);
      out.putSigned(samples[0], bits);
      return;
    }
    const fixedOrder = this.#bestFixedOrder(samples, count);
    const candidates = [{ coefficients: FIXED[fixedOrder], shift: 0, typeBits: 8 + fixedOrder, isFixed: true }];
    const linear = this.#linearPredictor(samples, count, bits);
    if (linear !== undefined) candidates.push({ ...linear, typeBits: 31 + linear.coefficients.length, isFixed: false });
    let chosen: { candidate: (typeof candidates)[number]; plan: ResidualPlan } | undefined;
    let least = count * bits;
    for (const candidate of candidates) {
      const order = candidate.coefficients.length;
      predictInto(this.#residual, samples, count, candidate.coefficients, candidate.shift);
      const plan = this.#planResidual(count, order);
      const total = order * bits + plan.bits + (candidate.isFixed ? 0 : 9 + order * PRECISION);
      if (total >= least) continue;
      least = total;
      chosen = { candidate, plan };
      this.#best.set(this.#residual.subarray(0, count));
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
    this.#writeResidual(count, order, plan, out);
  }

  #bestFixedOrder(samples: Float64Array, count: number): number {
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let order = 0; order <= Math.min(4, count - 1); order++) {
      predictInto(this.#residual, samples, count, FIXED[order], 0);
      let sum = 0;
      for (let n = order; n < count; n++) sum += Math.abs(this.#residual[n]);
      if (sum >= least) continue;
      least = sum;
      best = order;
    }
    return best;
  }

  /** Levinson and Durbin's recursion over the autocorrelation, coefficients rounded to {@link PRECISION} bits. */
  #linearPredictor(
    samples: Float64Array,
    count: number,
    bits: number,
  ): { coefficients: number[]; shift: number } | undefined {
    if (count < 4 * MOST_ORDER) return undefined;
    const windowed = this.#windowed;
    for (let n = 0; n < count; n++)
      windowed[n] = samples[n] * WINDOW[count === BLOCK ? n : Math.floor((n * BLOCK) / count)];
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
    return {
      coefficients: best.weights.map((weight) => Math.max(-limit, Math.min(limit, Math.round(weight * 2 ** shift)))),
      shift,
    };
  }

  /** Sizes of partitions and Rice parameters that take the fewest bits. */
  #planResidual(count: number, order: number): ResidualPlan {
    const residual = this.#residual;
    const sums = this.#sums;
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

  #writeResidual(count: number, order: number, { partitionOrder, parameters }: ResidualPlan, out: BitWriter): void {
    // Parameters above 14 need the method with 5 bits for each.
    const isWide = parameters.some((parameter) => parameter > 14);
    out.put(isWide ? 1 : 0, 2);
    out.put(partitionOrder, 4);
    for (let p = 0, n = order; p < parameters.length; p++) {
      out.put(parameters[p], isWide ? 5 : 4);
      for (; n < ((p + 1) * count) >> partitionOrder; n++) out.putRice(this.#best[n], parameters[p]);
    }
  }
}

function isConstant(samples: Float64Array, count: number): boolean {
  for (let n = 1; n < count; n++) if (samples[n] !== samples[0]) return false;
  return true;
}

/** The part of each sample that those before it do not predict, as the decoder will compute it. */
function predictInto(
  residual: Float64Array,
  samples: Float64Array,
  count: number,
  coefficients: readonly number[],
  shift: number,
): void {
  const order = coefficients.length;
  const weights = Float64Array.from(coefficients);
  const scale = 2 ** -shift;
  for (let n = order; n < count; n++) {
    let sum = 0;
    for (let i = 0; i < order; i++) sum += weights[i] * samples[n - 1 - i];
    residual[n] = samples[n] - Math.floor(sum * scale);
  }
}

/** About the parameter that takes the fewest bits for values that add up to `sum`. */
function riceParameter(sum: number, samples: number): number {
  const mean = samples === 0 ? 0 : sum / samples;
  return mean < 1 ? 0 : Math.min(MOST_RICE, Math.floor(Math.log2(mean * Math.LN2 + 1)));
}
