/**
 * In:     the power in each mel band of one frame
 * Out:    magnitudes of all bins that have these powers, to griffin-lim.ts
 * Thread: [worker], or whoever runs the engine
 *
 * Many spectra have the same mel powers. This finds one by least squares under x ≥ 0, with multiplicative updates
 *
 *   x ← x · Wᵀp / WᵀWx
 *
 * from a spectrum that is flat within each band: it stays positive and smooth. D. Lee and H. Seung, "Algorithms for
 * non-negative matrix factorization", NIPS 2000.
 */
import type { MelFilters } from './mel-filters.ts';

const UPDATES = 8;
/** Keeps the quotient defined for bins that no filter covers. */
const LEAST_DIVISOR = 1e-30;

export class MelInversion {
  /** One over the sum of a filter's weights: turns the power in a band into that of each of its bins. */
  readonly #density: Float64Array;
  readonly #target: Float64Array;
  readonly #heard: Float64Array;
  readonly #bands: Float64Array;
  readonly #power: Float64Array;
  readonly #filters: MelFilters;

  constructor(filters: MelFilters) {
    this.#filters = filters;
    this.#target = new Float64Array(filters.bins);
    this.#heard = new Float64Array(filters.bins);
    this.#power = new Float64Array(filters.bins);
    this.#bands = new Float64Array(filters.mels);
    this.#density = new Float64Array(filters.mels);
    filters.gather(new Float64Array(filters.bins).fill(1), this.#density);
    for (let m = 0; m < filters.mels; m++) this.#density[m] = this.#density[m] > 0 ? 1 / this.#density[m] : 0;
  }

  /** Writes the magnitudes of one frame from `offset` on. Does not allocate. */
  run(melPower: Float64Array, magnitudes: Float64Array, offset: number): void {
    const filters = this.#filters;
    const density = this.#density;
    const target = this.#target;
    const heard = this.#heard;
    const bands = this.#bands;
    const power = this.#power;
    filters.scatter(melPower, target);
    for (let m = 0; m < bands.length; m++) bands[m] = melPower[m] * density[m];
    filters.spread(bands, power);
    for (let update = 0; update < UPDATES; update++) {
      filters.gather(power, bands);
      filters.scatter(bands, heard);
      for (let k = 0; k < power.length; k++) power[k] *= target[k] / Math.max(LEAST_DIVISOR, heard[k]);
    }
    for (let k = 0; k < power.length; k++) magnitudes[offset + k] = Math.sqrt(power[k]);
  }
}
