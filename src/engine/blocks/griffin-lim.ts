/**
 * In:     magnitudes of all frames of a block, without a phase (block-rebuild.ts)
 * Out:    samples whose spectrum has nearly these magnitudes, to crossfade.ts
 * Thread: [worker], or whoever runs the engine
 *
 * Frames overlap, which leaves few phases free. So transform to sound and back again and again, and each time keep the
 * phases that come out, pushed on by a share of how far they moved. D. Griffin and J. Lim, "Signal estimation from
 * modified short-time Fourier transform", IEEE TASSP 32(2), 1984; N. Perraudin, P. Balazs and P. Søndergaard, "A fast
 * Griffin-Lim algorithm", WASPAA 2013.
 *
 * How many iterations are worth their time differs widely. For magnitudes of real sound the error keeps falling for
 * long where it is noise, and is small at once where it is tones. Magnitudes that a network has estimated belong to no
 * sound at all, and the error stays however long one iterates.
 */
import type { Spectrum } from '../dsp/analysis.ts';
import type { GriffinLimRebuild } from '../manifest/block-manifest.ts';
import { type BlockSpectrum, type BlockStft, makeBlockSpectrum } from './block-stft.ts';
import { PeakPhases } from './peak-phases.ts';
import { makePhaseSource } from './phase-source.ts';

/** It ends when this many iterations have gained less than this, dB. */
const STALL_ITERATIONS = 4;
const STALL_DB = 0.5;

export class GriffinLim {
  readonly #weight: number;
  /** Random phases to begin with, the same for every block. */
  readonly #drawn: BlockSpectrum | undefined;
  readonly #peaks: PeakPhases | undefined;
  /** What came back in the iteration before; at the start, what it begins with. */
  readonly #previous: BlockSpectrum;
  #magnitudes: Float64Array = new Float64Array();
  #isFirst = true;
  /** ‖ |spectrum| − magnitudes ‖² of the frames refined so far. */
  #error = 0;
  /** Spectral convergence before each of the last iterations, dB. */
  readonly #convergences = new Float64Array(STALL_ITERATIONS);
  readonly #stft: BlockStft;
  readonly #settings: GriffinLimRebuild;

  constructor(stft: BlockStft, settings: GriffinLimRebuild) {
    this.#stft = stft;
    this.#settings = settings;
    const spectrum = (): BlockSpectrum => makeBlockSpectrum(stft.frames, stft.bins);
    // As librosa writes momentum: momentum/(1 + momentum) of the former result is subtracted before the length is set.
    this.#weight = settings.momentum / (1 + settings.momentum);
    this.#previous = spectrum();
    this.#drawn = settings.init === 'random' ? drawPhases(spectrum(), settings.seed) : undefined;
    this.#peaks = settings.init === 'peaks' ? new PeakPhases(stft, stft.framing, settings.seed) : undefined;
  }

  /**
   * Writes the block and returns the number of iterations that it took. Does not allocate.
   * @param magnitudes frame by frame, as many as the spectrum has bins
   * @param noisy its phases come first where the manifest says so
   */
  run(magnitudes: Float64Array, noisy: BlockSpectrum, block: Float64Array): number {
    const stft = this.#stft;
    const previous = this.#previous;
    const settings = this.#settings;
    const convergences = this.#convergences;
    this.#peaks?.run(magnitudes, previous);
    const start = this.#drawn ?? (this.#peaks === undefined ? noisy : previous);
    withLengths(magnitudes, start, previous);
    stft.inverse(previous, block);
    this.#magnitudes = magnitudes;
    const energy = energyOf(magnitudes);
    if (energy === 0) return 0;
    for (let i = 0; i < settings.iterations; i++) {
      this.#isFirst = i === 0;
      this.#error = 0;
      stft.throughSpectrum(block, this.#refine);
      const convergence = 10 * Math.log10(this.#error / energy);
      if (convergence <= settings.convergenceDb) return i + 1;
      const former = i < STALL_ITERATIONS ? Number.POSITIVE_INFINITY : convergences[i % STALL_ITERATIONS];
      if (settings.convergenceDb > Number.NEGATIVE_INFINITY && convergence > former - STALL_DB) return i + 1;
      convergences[i % STALL_ITERATIONS] = convergence;
    }
    return settings.iterations;
  }

  /** Gives a frame its magnitudes back: magnitudes · t/|t| with t = now − weight·before, and 0 where t has no phase. */
  readonly #refine = ({ re, im }: Spectrum, frame: number): void => {
    const magnitudes = this.#magnitudes;
    let error = 0;
    const before = this.#previous.frames[frame];
    const beforeRe = before.re;
    const beforeIm = before.im;
    const weight = this.#isFirst ? 0 : this.#weight;
    for (let k = 0, i = frame * re.length; k < re.length; k++, i++) {
      const x = re[k];
      const y = im[k];
      error += (Math.sqrt(x * x + y * y) - magnitudes[i]) ** 2;
      const tx = x - weight * beforeRe[k];
      const ty = y - weight * beforeIm[k];
      const scale = scaleTo(magnitudes[i], tx, ty);
      beforeRe[k] = x;
      beforeIm[k] = y;
      re[k] = tx * scale;
      im[k] = ty * scale;
    }
    this.#error += error;
  };
}

/** Below this square a value has no phase. */
const NO_PHASE = Number.MIN_VALUE;

/** The factor that gives a value another length; 0 where it has no phase. */
function scaleTo(length: number, re: number, im: number): number {
  const square = re * re + im * im;
  return square > NO_PHASE ? length / Math.sqrt(square) : 0;
}

function energyOf(magnitudes: Float64Array): number {
  let energy = 0;
  for (let i = 0; i < magnitudes.length; i++) energy += magnitudes[i] ** 2;
  return energy;
}

/** into = magnitudes · x/|x|. */
function withLengths(magnitudes: Float64Array, x: BlockSpectrum, into: BlockSpectrum): void {
  for (let i = 0; i < magnitudes.length; i++) {
    const scale = scaleTo(magnitudes[i], x.re[i], x.im[i]);
    into.re[i] = x.re[i] * scale;
    into.im[i] = x.im[i] * scale;
  }
}

/** One phase for each bin in turn, those of the first frame first. */
function drawPhases(spectrum: BlockSpectrum, seed: number): BlockSpectrum {
  const next = makePhaseSource(seed);
  for (let i = 0; i < spectrum.re.length; i++) {
    const phase = next();
    spectrum.re[i] = Math.cos(phase);
    spectrum.im[i] = Math.sin(phase);
  }
  return spectrum;
}
