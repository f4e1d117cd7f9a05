/**
 * In:     rows over the bins of the transform, or over a model's bands
 * Out:    the same rows over the other of the two
 * Thread: [worker], or whoever runs the engine
 *
 * A band is a triangle around its centre that ends at the neighbouring centres, so at every bin the bands sum to one.
 * Low bands are usually one bin each, since harmonics lie there; high ones widen as hearing does. A model that states
 * no bands works on bins.
 */
import type { Bands } from '../manifest/streaming-manifest.ts';

/** The bands of one model over the bins of its transform; shared by its streams. */
export class BandMap {
  /** How many there are: values of a row over bands. */
  readonly bands: number;
  readonly #bins: number;
  /** For each bin the band below it, and the weight of the one above. */
  readonly below: Int32Array;
  readonly above: Float32Array;
  /** For each band one over the sum of its weights, so that its value is a mean. */
  readonly scale: Float32Array;

  constructor({ centreBins }: Bands, bins: number) {
    this.bands = centreBins.length;
    this.#bins = bins;
    this.below = new Int32Array(bins);
    this.above = new Float32Array(bins);
    const sums = new Float64Array(this.bands);
    let band = 0;
    for (let k = 0; k < bins; k++) {
      while (band < this.bands - 2 && centreBins[band + 1] < k) band++;
      const share = Math.min(1, Math.max(0, (k - centreBins[band]) / (centreBins[band + 1] - centreBins[band])));
      this.below[k] = band;
      this.above[k] = share;
      sums[band] += 1 - share;
      sums[band + 1] += share;
    }
    this.scale = Float32Array.from(sums, (sum) => 1 / sum);
  }

  /**
   * Weighted means: a row of `bins` values in `row`, from `from` on, → a row of {@link bands} values in `into`, from
   * `to` on.
   */
  gather(row: Float32Array, from: number, into: Float32Array, to: number): void {
    const { bands } = this;
    const bins = this.#bins;
    const below = this.below;
    const above = this.above;
    const scale = this.scale;
    // Bins come in the order of their bands, so only two sums are open at a time, and none is read back from memory.
    let lower = 0;
    let upper = 0;
    let band = 0;
    for (let k = 0; k < bins; k++) {
      for (; band < below[k]; band++) {
        into[to + band] = lower * scale[band];
        lower = upper;
        upper = 0;
      }
      const value = row[from + k];
      const share = value * above[k];
      lower += value - share;
      upper += share;
    }
    for (; band < bands; band++) {
      into[to + band] = lower * scale[band];
      lower = upper;
      upper = 0;
    }
  }

  /** Linear interpolation: a row of {@link bands} values → a row of `bins` values. */
  spread(row: Float32Array, from: number, into: Float32Array, to: number): void {
    const bins = this.#bins;
    const below = this.below;
    const above = this.above;
    for (let k = 0; k < bins; k++) {
      const band = from + below[k];
      const value = row[band];
      into[to + k] = value + (row[band + 1] - value) * above[k];
    }
  }
}
