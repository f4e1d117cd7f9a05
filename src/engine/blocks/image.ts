/**
 * In:     the noisy spectrum of a block (block-stft.ts)
 * Out:    its image, `[rows, frames]`, lowest frequency first, to normalisation.ts
 * Thread: [worker], or whoever runs the engine
 */
import { type BlockManifest, type ImageFeatures, imageRows } from '../manifest/block-manifest.ts';
import type { BlockSpectrum } from './block-stft.ts';
import { amplitudeToDb, powerToDb } from './decibels.ts';
import { MelFilters } from './mel-filters.ts';
import { Mfcc } from './mfcc.ts';

/** Makes the images of one model; shared by its streams. */
export interface ImageExtractor {
  /** Writes all of `image`. Does not allocate. */
  extract(spectrum: BlockSpectrum, image: Float32Array): void;
}

/** The extractor for the images that a model's manifest asks for. */
export function makeImageExtractor(
  manifest: Pick<BlockManifest, 'features' | 'framing' | 'sampleRateHz' | 'graph'>,
): ImageExtractor {
  const { features, framing, sampleRateHz } = manifest;
  if (features.kind === 'mel' || features.kind === 'mel-mfcc')
    return new MelImage(features, new MelFilters(features, sampleRateHz, framing.fftSamples));
  return new BinImage(features, imageRows(manifest));
}

/** One row for each bin: magnitudes, or their levels. */
class BinImage implements ImageExtractor {
  readonly #features: Extract<ImageFeatures, { readonly kind: 'magnitude' | 'log-magnitude-db' }>;
  readonly #rows: number;

  constructor(features: Extract<ImageFeatures, { readonly kind: 'magnitude' | 'log-magnitude-db' }>, rows: number) {
    this.#features = features;
    this.#rows = rows;
  }

  extract({ frames }: BlockSpectrum, image: Float32Array): void {
    const features = this.#features;
    const rows = this.#rows;
    for (let f = 0; f < frames.length; f++) {
      const { re, im } = frames[f];
      for (let k = 0; k < rows; k++) image[k * frames.length + f] = Math.sqrt(re[k] * re[k] + im[k] * im[k]);
    }
    if (features.kind === 'log-magnitude-db') amplitudeToDb(image, image.length, features.amin, features.topDb);
    else if (features.exponent !== 1) for (let i = 0; i < image.length; i++) image[i] **= features.exponent;
  }
}

/** One row for each mel band and, after them, for each cepstral coefficient that the model asks for. */
class MelImage implements ImageExtractor {
  readonly #power: Float64Array;
  readonly #bands: Float64Array;
  readonly #mfcc: Mfcc | undefined;
  readonly #features: Extract<ImageFeatures, { readonly kind: 'mel' | 'mel-mfcc' }>;
  readonly #filters: MelFilters;

  constructor(features: Extract<ImageFeatures, { readonly kind: 'mel' | 'mel-mfcc' }>, filters: MelFilters) {
    this.#features = features;
    this.#filters = filters;
    this.#power = new Float64Array(filters.bins);
    this.#bands = new Float64Array(filters.mels);
    this.#mfcc = features.kind === 'mel-mfcc' ? new Mfcc(features.mels, features.mfccs) : undefined;
  }

  extract({ frames }: BlockSpectrum, image: Float32Array): void {
    const features = this.#features;
    const filters = this.#filters;
    const power = this.#power;
    const bands = this.#bands;
    for (let f = 0; f < frames.length; f++) {
      const { re, im } = frames[f];
      for (let k = 0; k < power.length; k++) power[k] = re[k] * re[k] + im[k] * im[k];
      filters.gather(power, bands);
      for (let m = 0; m < bands.length; m++) image[m * frames.length + f] = bands[m];
    }
    powerToDb(image, bands.length * frames.length, features.amin, features.topDb);
    this.#mfcc?.append(image, frames.length);
  }
}
