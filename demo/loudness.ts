/**
 * How loud sound is to a listener, after ITU-R BS.1770-5: energy behind a filter that hears as a head does, in
 * overlapping blocks of 400 ms, of which the quiet ones do not count. Pure: the page, its worklets and tests share it.
 */

/** Energy is added up in steps of a quarter of a block, which is how far blocks of the recommendation lie apart. */
export const STEP_SECONDS = 0.1;
const STEPS_PER_BLOCK = 4;
const ABSOLUTE_GATE_LUFS = -70;
const RELATIVE_GATE_LU = -10;

/** Second-order section in direct form II, transposed, as BS.1770 gives its filters. */
class Biquad {
  readonly #b: readonly [number, number, number];
  readonly #a: readonly [number, number];
  #z1 = 0;
  #z2 = 0;

  constructor(b: readonly [number, number, number], a: readonly [number, number]) {
    this.#b = b;
    this.#a = a;
  }

  filter(x: number): number {
    const y = this.#b[0] * x + this.#z1;
    this.#z1 = this.#b[1] * x - this.#a[0] * y + this.#z2;
    this.#z2 = this.#b[2] * x - this.#a[1] * y;
    return y;
  }
}

/**
 * The two K-weighting filters at any rate. BS.1770 tables them for 48 kHz only; these are the analogue prototypes
 * behind the table (B. De Man, "Evaluation of implementations of the EBU R128 loudness measurement", AES 145, 2018),
 * which give the table's numbers at 48 kHz.
 */
function headShelf(sampleRateHz: number): Biquad {
  const k = Math.tan((Math.PI * 1681.974450955533) / sampleRateHz);
  const q = 0.7071752369554196;
  const high = 10 ** (3.999843853973347 / 20);
  const middle = high ** 0.4996667741545416;
  const norm = 1 + k / q + k * k;
  return new Biquad(
    [(high + (middle * k) / q + k * k) / norm, (2 * (k * k - high)) / norm, (high - (middle * k) / q + k * k) / norm],
    [(2 * (k * k - 1)) / norm, (1 - k / q + k * k) / norm],
  );
}

function lowCut(sampleRateHz: number): Biquad {
  const k = Math.tan((Math.PI * 38.13547087602444) / sampleRateHz);
  const q = 0.5003270373238773;
  const norm = 1 + k / q + k * k;
  return new Biquad([1, -2, 1], [(2 * (k * k - 1)) / norm, (1 - k / q + k * k) / norm]);
}

/** Adds up the K-weighted energy of a stream, step by step. Allocates nothing after its construction. [any thread] */
export class LoudnessSteps {
  readonly #filters: readonly (readonly [Biquad, Biquad])[];
  readonly #stepSamples: number;
  #sum = 0;
  #count = 0;

  /** @param maxChannels further channels do not count; front channels only, each with weight 1 */
  constructor(sampleRateHz: number, maxChannels: number) {
    this.#filters = Array.from({ length: maxChannels }, () => [headShelf(sampleRateHz), lowCut(sampleRateHz)] as const);
    this.#stepSamples = Math.round(STEP_SECONDS * sampleRateHz);
  }

  /**
   * Takes `length` samples of every channel from `start` on; tells the mean energy of each step that they complete.
   * What is not a finite number counts as silence.
   */
  push(channels: readonly Float32Array[], start: number, length: number, onStep: (energy: number) => void): void {
    for (let i = start; i < start + length; i++) {
      for (let c = 0; c < channels.length && c < this.#filters.length; c++) {
        const [shelf, cut] = this.#filters[c];
        const sample = channels[c][i];
        const weighted = cut.filter(shelf.filter(Number.isFinite(sample) ? sample : 0));
        this.#sum += weighted * weighted;
      }
      this.#count += 1;
      if (this.#count < this.#stepSamples) continue;
      onStep(this.#sum / this.#count);
      this.#sum = 0;
      this.#count = 0;
    }
  }
}

/**
 * Integrated loudness of consecutive steps, LUFS; −Infinity where there is less than one block, or nothing but quiet.
 */
export function integratedLoudness(stepEnergies: readonly number[]): number {
  const blocks: number[] = [];
  for (let i = STEPS_PER_BLOCK; i <= stepEnergies.length; i++)
    blocks.push(mean(stepEnergies.slice(i - STEPS_PER_BLOCK, i)));
  const audible = blocks.filter((energy) => toLufs(energy) > ABSOLUTE_GATE_LUFS);
  const gate = toLufs(mean(audible)) + RELATIVE_GATE_LU;
  return toLufs(mean(audible.filter((energy) => toLufs(energy) > gate)));
}

/** Loudness of a whole recording, planar, LUFS. */
export function loudnessOf(channels: readonly Float32Array[], sampleRateHz: number): number {
  const energies: number[] = [];
  new LoudnessSteps(sampleRateHz, channels.length).push(channels, 0, channels[0]?.length ?? 0, (energy) =>
    energies.push(energy),
  );
  return integratedLoudness(energies);
}

function toLufs(energy: number): number {
  return -0.691 + 10 * Math.log10(energy);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
