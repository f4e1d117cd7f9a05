/**
 * In:     a model's estimate of a block, in the units of its image (normalisation.ts); the noisy image and spectrum
 * Out:    one real gain for each bin of each frame, to block-rebuild.ts
 * Thread: [worker], or whoever runs the engine
 */
import { type BlockManifest, imageRows } from '../manifest/block-manifest.ts';
import type { BlockSpectrum } from './block-stft.ts';
import { dbToAmplitude } from './decibels.ts';
import { MelFilters } from './mel-filters.ts';

/** Turns the estimates of one model into gains; shared by its streams. */
export interface ImageGains {
  /** Writes `[frames, bins]` gains. `noisyImage` is in its own units, before normalisation. Does not allocate. */
  compute(estimate: Float32Array, noisyImage: Float32Array, noisy: BlockSpectrum, gains: Float64Array): void;
}

/**
 * The gains that a model's estimates mean.
 * @param limit the largest gain that a bin may get
 */
export function makeImageGains(manifest: BlockManifest, limit: number): ImageGains {
  const { features, framing, sampleRateHz } = manifest;
  if (features.kind === 'mel' || features.kind === 'mel-mfcc')
    return new MelGains(new MelFilters(features, sampleRateHz, framing.fftSamples));
  return new BinGains(manifest, limit);
}

/** For estimates with a row for each bin. If the Nyquist bin has no row, it takes the gain of the bin below it. */
class BinGains implements ImageGains {
  readonly #rows: number;
  readonly #isLogarithmic: boolean;
  /** Turns a value of a magnitude image into a magnitude. */
  readonly #root: number;
  readonly #manifest: BlockManifest;
  readonly #limit: number;

  constructor(manifest: BlockManifest, limit: number) {
    this.#manifest = manifest;
    this.#limit = limit;
    const { features } = manifest;
    this.#rows = imageRows(manifest);
    this.#isLogarithmic = features.kind === 'log-magnitude-db';
    this.#root = features.kind === 'magnitude' ? 1 / features.exponent : 1;
  }

  compute(estimate: Float32Array, _noisyImage: Float32Array, { frames }: BlockSpectrum, gains: Float64Array): void {
    const rows = this.#rows;
    const limit = this.#limit;
    const { kind } = this.#manifest.estimate;
    const bins = frames[0].re.length;
    for (let f = 0; f < frames.length; f++) {
      const { re, im } = frames[f];
      const row = f * bins;
      for (let k = 0; k < rows; k++) {
        const value = estimate[k * frames.length + f];
        let gain = value;
        if (kind !== 'mask') {
          const noisy = Math.sqrt(re[k] * re[k] + im[k] * im[k]);
          const clean = kind === 'noise-magnitude' ? noisy - this.#magnitude(value) : this.#magnitude(value);
          gain = noisy > 0 ? clean / noisy : 0;
        }
        gains[row + k] = Math.min(limit, Math.max(0, gain));
      }
      if (rows < bins) gains[row + rows] = gains[row + rows - 1];
    }
  }

  #magnitude(value: number): number {
    if (this.#isLogarithmic) return dbToAmplitude(value);
    const positive = Math.max(0, value);
    return this.#root === 1 ? positive : positive ** this.#root;
  }
}

/**
 * For estimates with a row for each mel band, dB: the square root of the ratio of powers, at most 1, spread over bins.
 */
class MelGains implements ImageGains {
  readonly #bands: Float64Array;
  readonly #row: Float64Array;
  readonly #filters: MelFilters;

  constructor(filters: MelFilters) {
    this.#filters = filters;
    this.#bands = new Float64Array(filters.mels);
    this.#row = new Float64Array(filters.bins);
  }

  compute(estimate: Float32Array, noisyImage: Float32Array, { frames }: BlockSpectrum, gains: Float64Array): void {
    const filters = this.#filters;
    const bands = this.#bands;
    const row = this.#row;
    for (let f = 0; f < frames.length; f++) {
      for (let m = 0; m < bands.length; m++) {
        const at = m * frames.length + f;
        bands[m] = Math.min(1, dbToAmplitude(estimate[at] - noisyImage[at]));
      }
      filters.spread(bands, row);
      gains.set(row, f * row.length);
    }
  }
}
