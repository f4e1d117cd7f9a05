/**
 * In:     a row over the bins of one frame, or over its mel bands
 * Out:    the same row over the other of the two
 * Thread: [worker], or whoever runs the engine
 *
 * The same as librosa.filters.mel: triangles that overlap by half, evenly spaced on Slaney's mel scale, of equal area.
 */
import type { Hertz } from '../../shared/units.ts';

/** Slaney's scale: linear up to 1 kHz (15 mel), logarithmic above. M. Slaney, Auditory Toolbox, version 2, 1998. */
const HZ_PER_MEL = 200 / 3;
const LOG_FROM_HZ = 1000;
const LOG_FROM_MEL = LOG_FROM_HZ / HZ_PER_MEL;
const LOG_STEP = Math.log(6.4) / 27;

export interface MelSettings {
  readonly mels: number;
  readonly lowHz: Hertz;
  readonly highHz: Hertz;
}

export class MelFilters {
  readonly mels: number;
  readonly bins: number;
  /** Filter m covers the bins from `first[m]` on; its weights lie from `start[m]` to `start[m + 1]` in `weights`. */
  readonly #first: Int32Array;
  readonly #start: Int32Array;
  readonly #weights: Float64Array;
  /** For each bin the sum of the weights of all filters there. */
  readonly #total: Float64Array;

  constructor({ mels, lowHz, highHz }: MelSettings, sampleRateHz: Hertz, fftSamples: number) {
    this.mels = mels;
    this.bins = Math.floor(fftSamples / 2) + 1;
    this.#first = new Int32Array(mels);
    this.#start = new Int32Array(mels + 1);
    this.#total = new Float64Array(this.bins);
    const [lowMel, highMel] = [hzToMel(lowHz), hzToMel(highHz)];
    const edges = Array.from({ length: mels + 2 }, (_, i) => melToHz(lowMel + ((highMel - lowMel) * i) / (mels + 1)));
    const weights: number[] = [];
    for (let m = 0; m < mels; m++) {
      const [left, centre, right] = edges.slice(m, m + 3);
      for (let k = 0; k < this.bins; k++) {
        const hz = (k * sampleRateHz) / fftSamples;
        const height = Math.min((hz - left) / (centre - left), (right - hz) / (right - centre));
        if (height <= 0) continue;
        if (weights.length === this.#start[m]) this.#first[m] = k;
        const weight = (2 * height) / (right - left);
        weights.push(weight);
        this.#total[k] += weight;
      }
      this.#start[m + 1] = weights.length;
    }
    this.#weights = Float64Array.from(weights);
  }

  /** Weighted sums: `bins` values → `mels` values. Does not allocate. */
  gather(overBins: Float64Array, overMels: Float64Array): void {
    const { mels } = this;
    const first = this.#first;
    const start = this.#start;
    const weights = this.#weights;
    for (let m = 0; m < mels; m++) {
      let sum = 0;
      for (let w = start[m], k = first[m]; w < start[m + 1]; w++, k++) sum += weights[w] * overBins[k];
      overMels[m] = sum;
    }
  }

  /** The transposed sums: `mels` values → `bins` values. Does not allocate. */
  scatter(overMels: Float64Array, overBins: Float64Array): void {
    const { mels } = this;
    const first = this.#first;
    const start = this.#start;
    const weights = this.#weights;
    overBins.fill(0);
    for (let m = 0; m < mels; m++) {
      for (let w = start[m], k = first[m]; w < start[m + 1]; w++, k++) overBins[k] += weights[w] * overMels[m];
    }
  }

  /**
   * Weighted means, for gains: each bin gets the mean of its filters' values, by their weights there, and 0 where no
   * filter covers it, as at 0 Hz. Does not allocate.
   */
  spread(overMels: Float64Array, overBins: Float64Array): void {
    const { bins } = this;
    const total = this.#total;
    this.scatter(overMels, overBins);
    for (let k = 0; k < bins; k++) if (total[k] > 0) overBins[k] /= total[k];
  }
}

function hzToMel(hz: Hertz): number {
  return hz < LOG_FROM_HZ ? hz / HZ_PER_MEL : LOG_FROM_MEL + Math.log(hz / LOG_FROM_HZ) / LOG_STEP;
}

function melToHz(mel: number): Hertz {
  return mel < LOG_FROM_MEL ? mel * HZ_PER_MEL : LOG_FROM_HZ * Math.exp(LOG_STEP * (mel - LOG_FROM_MEL));
}
