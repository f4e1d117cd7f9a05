import type { GriffinLimRebuild } from './block-manifest.ts';
import { type BlockSpectrum, type BlockStft, makeBlockSpectrum } from './block-stft.ts';
import { PeakPhases } from './peak-phases.ts';
import { makePhaseSource } from './phase-source.ts';

/**
 * In:     magnitudes of all frames of a block, without a phase (block-rebuild.ts)
 * Out:    samples whose spectrum has nearly these magnitudes, to crossfade.ts
 * Thread: [worker], or whoever runs the engine
 *
 * Overlapping frames leave few phases free: one keeps transforming to sound and back, and takes the phases that come out, pushed on by a
 * share of how they moved. D. Griffin and J. Lim, "Signal estimation from modified short-time Fourier transform", IEEE TASSP 32(2), 1984;
 * N. Perraudin, P. Balazs and P. Søndergaard, "A fast Griffin-Lim algorithm", WASPAA 2013.
 */
export class GriffinLim {
  private readonly weight: number;
  /** The phases to begin with, where they are drawn: the same for every block. */
  private readonly drawn: BlockSpectrum | undefined;
  private readonly peaks: PeakPhases | undefined;
  private readonly guess: BlockSpectrum;
  private rebuilt: BlockSpectrum;
  private previous: BlockSpectrum;

  constructor(
    private readonly stft: BlockStft,
    private readonly settings: GriffinLimRebuild,
  ) {
    const spectrum = (): BlockSpectrum => makeBlockSpectrum(stft.frames, stft.bins);
    // As librosa writes momentum: what is added is momentum/(1 + momentum) of the former result, taken away before the length is set to one.
    this.weight = settings.momentum / (1 + settings.momentum);
    this.guess = spectrum();
    this.rebuilt = spectrum();
    this.previous = spectrum();
    this.drawn = settings.init === 'random' ? drawPhases(spectrum(), settings.seed) : undefined;
    this.peaks = settings.init === 'peaks' ? new PeakPhases(stft, stft.framing, settings.seed) : undefined;
  }

  /**
   * Writes the block. Does not allocate.
   * @param magnitudes frame by frame, as many as the spectrum has bins
   * @param noisy whose phases come first where the manifest says so
   */
  run(magnitudes: Float64Array, noisy: BlockSpectrum, block: Float64Array): void {
    const { stft, guess, weight, settings } = this;
    this.peaks?.run(magnitudes, this.rebuilt);
    const start = this.drawn ?? (this.peaks === undefined ? noisy : this.rebuilt);
    withPhasesOf(start, undefined, 0, magnitudes, guess);
    for (let i = 0; i < settings.iterations; i++) {
      stft.inverse(guess, block);
      stft.forward(block, this.rebuilt);
      withPhasesOf(this.rebuilt, i === 0 ? undefined : this.previous, weight, magnitudes, guess);
      const spare = this.previous;
      this.previous = this.rebuilt;
      this.rebuilt = spare;
    }
    stft.inverse(guess, block);
  }
}

/** Below this square a value has no phase. */
const NO_PHASE = Number.MIN_VALUE;

/** into = magnitudes · t/|t| with t = now − weight·before, and 0 where t has no phase. */
function withPhasesOf(now: BlockSpectrum, before: BlockSpectrum | undefined, weight: number, magnitudes: Float64Array, into: BlockSpectrum): void {
  for (let i = 0; i < magnitudes.length; i++) {
    let re = now.re[i];
    let im = now.im[i];
    if (before !== undefined) {
      re -= weight * before.re[i];
      im -= weight * before.im[i];
    }
    const square = re * re + im * im;
    const scale = square > NO_PHASE ? magnitudes[i] / Math.sqrt(square) : 0;
    into.re[i] = re * scale;
    into.im[i] = im * scale;
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
