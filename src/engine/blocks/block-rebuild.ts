/**
 * In:     a model's estimate of a block, in the units of its image (normalisation.ts)
 * Out:    the enhanced block, to crossfade.ts
 * Thread: [worker], or whoever runs the engine
 */
import type { BlockManifest, GriffinLimRebuild } from '../manifest/block-manifest.ts';
import { type BlockSpectrum, type BlockStft, makeBlockSpectrum } from './block-stft.ts';
import { dbToPower } from './decibels.ts';
import { GriffinLim } from './griffin-lim.ts';
import { type ImageGains, makeImageGains } from './image-gains.ts';
import { MelFilters } from './mel-filters.ts';
import { MelInversion } from './mel-inversion.ts';

/** One of the ways back from an estimate to sound; shared by the streams of a model. */
export interface BlockRebuild {
  /**
   * Writes the enhanced block. Does not allocate.
   * @param noisyShare share of the noisy signal that the attenuation limit leaves in, 0 … 1
   */
  run(estimate: Float32Array, noisy: NoisyBlock, noisyShare: number, enhanced: Float64Array): void;
}

/** A block as it came in. */
export interface NoisyBlock {
  readonly samples: Float32Array;
  readonly spectrum: BlockSpectrum;
  /** In its own units, before normalisation. */
  readonly image: Float32Array;
}

/** The way back to sound that a model's manifest asks for. */
export function makeBlockRebuild(manifest: BlockManifest, stft: BlockStft): BlockRebuild {
  const { rebuild } = manifest;
  switch (rebuild.kind) {
    case 'noisy-phase':
      return new GainRebuild(makeImageGains(manifest, rebuild.gainLimit), 0, stft);
    case 'mel-gain':
      return new GainRebuild(makeImageGains(manifest, 1), rebuild.gainFloor, stft);
    case 'griffin-lim':
      return new PhaselessRebuild(makeMagnitudes(manifest), stft, rebuild);
  }
}

/** Gains on the noisy spectrum, whose phases stay. */
class GainRebuild implements BlockRebuild {
  readonly #gains: Float64Array;
  readonly #enhanced: BlockSpectrum;
  readonly #imageGains: ImageGains;
  /** The least gain: how far an error of the model may turn the voice down. */
  readonly #floor: number;
  readonly #stft: BlockStft;

  constructor(imageGains: ImageGains, floor: number, stft: BlockStft) {
    this.#imageGains = imageGains;
    this.#floor = floor;
    this.#stft = stft;
    this.#gains = new Float64Array(stft.frames * stft.bins);
    this.#enhanced = makeBlockSpectrum(stft.frames, stft.bins);
  }

  run(estimate: Float32Array, { spectrum, image }: NoisyBlock, noisyShare: number, enhanced: Float64Array): void {
    const floor = this.#floor;
    const gains = this.#gains;
    const { re, im } = this.#enhanced;
    this.#imageGains.compute(estimate, image, spectrum, gains);
    for (let i = 0; i < gains.length; i++) {
      const gain = noisyShare + (1 - noisyShare) * Math.max(floor, gains[i]);
      re[i] = gain * spectrum.re[i];
      im[i] = gain * spectrum.im[i];
    }
    this.#stft.inverse(this.#enhanced, enhanced);
  }
}

/** Magnitudes alone: griffin-lim.ts finds the phases, and the attenuation limit mixes in noisy samples. */
class PhaselessRebuild implements BlockRebuild {
  readonly #magnitudes: Float64Array;
  readonly #griffinLim: GriffinLim;
  readonly #toMagnitudes: Magnitudes;

  constructor(toMagnitudes: Magnitudes, stft: BlockStft, settings: GriffinLimRebuild) {
    this.#toMagnitudes = toMagnitudes;
    this.#magnitudes = new Float64Array(stft.frames * stft.bins);
    this.#griffinLim = new GriffinLim(stft, settings);
  }

  run(estimate: Float32Array, noisy: NoisyBlock, noisyShare: number, enhanced: Float64Array): void {
    this.#toMagnitudes(estimate, noisy, this.#magnitudes);
    this.#griffinLim.run(this.#magnitudes, noisy.spectrum, enhanced);
    for (let n = 0; n < enhanced.length; n++) enhanced[n] += noisyShare * (noisy.samples[n] - enhanced[n]);
  }
}

/** Writes the `[frames, bins]` magnitudes that an estimate means. */
type Magnitudes = (estimate: Float32Array, noisy: NoisyBlock, magnitudes: Float64Array) => void;

function makeMagnitudes(manifest: BlockManifest): Magnitudes {
  const { features, framing, sampleRateHz } = manifest;
  if (features.kind === 'mel' || features.kind === 'mel-mfcc') {
    const filters = new MelFilters(features, sampleRateHz, framing.fftSamples);
    const inversion = new MelInversion(filters);
    const bands = new Float64Array(filters.mels);
    return (estimate, { spectrum: { frames } }, magnitudes) => {
      for (let f = 0; f < frames.length; f++) {
        for (let m = 0; m < bands.length; m++) bands[m] = dbToPower(estimate[m * frames.length + f]);
        inversion.run(bands, magnitudes, f * filters.bins);
      }
    };
  }
  // The network's estimate of the clean magnitude, even where it exceeds the noisy one.
  const gains = makeImageGains(manifest, Number.MAX_VALUE);
  return (estimate, { spectrum, image }, magnitudes) => {
    gains.compute(estimate, image, spectrum, magnitudes);
    for (let i = 0; i < magnitudes.length; i++) magnitudes[i] *= Math.sqrt(spectrum.re[i] ** 2 + spectrum.im[i] ** 2);
  };
}
