import type { BlockSpectrum } from './block-stft.ts';
import { makePhaseSource } from './phase-source.ts';

/**
 * In:     magnitudes of all frames of a block, without a phase (griffin-lim.ts)
 * Out:    phases to begin with, as values of length one
 * Thread: [worker], or whoever runs the engine
 *
 * A peak is taken for a steady partial: from frame to frame its phase turns by its frequency, and the bins of its slopes follow it. Saves
 * half of the iterations that random phases need. G. Beauregard, M. Harish and L. Wyse, "Single pass spectrogram inversion", DSP 2015.
 */
export class PeakPhases {
  /** Phase of each bin at the middle of the frame. */
  private readonly phases: Float64Array;
  private readonly drawn: Float64Array;

  constructor(
    private readonly bins: number,
    /** Phase by which bin 1 turns from one frame to the next. */
    private readonly turn: number,
    seed: number,
  ) {
    const next = makePhaseSource(seed);
    this.drawn = Float64Array.from({ length: bins }, next);
    this.phases = new Float64Array(bins);
  }

  /** Writes all of `into`. Does not allocate. */
  run(magnitudes: Float64Array, into: BlockSpectrum): void {
    const { bins, phases } = this;
    phases.set(this.drawn);
    for (let f = 0; f < into.frames.length; f++) {
      this.advance(magnitudes, f * bins);
      const { re, im } = into.frames[f];
      for (let k = 0; k < bins; k++) {
        // A partial's spectrum around its peak changes sign from bin to bin: the frame begins half its length before its middle.
        const angle = phases[k] - Math.PI * k;
        re[k] = Math.cos(angle);
        im[k] = Math.sin(angle);
      }
    }
  }

  /** Turns the phases on by one frame whose magnitudes begin at `row`. */
  private advance(magnitudes: Float64Array, row: number): void {
    const { bins, phases, turn } = this;
    let peak = nextPeak(magnitudes, row, 1, bins);
    if (peak < 0) {
      for (let k = 0; k < bins; k++) phases[k] = wrapped(phases[k] + turn * k);
      return;
    }
    for (let from = 0; peak >= 0; ) {
      const next = nextPeak(magnitudes, row, peak + 1, bins);
      const end = next < 0 ? bins : valley(magnitudes, row, peak, next);
      const phase = wrapped(phases[peak] + turn * (peak + summit(magnitudes[row + peak - 1], magnitudes[row + peak], magnitudes[row + peak + 1])));
      for (let k = from; k < end; k++) phases[k] = phase;
      from = end;
      peak = next;
    }
  }
}

/** The first bin from `from` on that is higher than the one below and not lower than the one above; −1 where there is none. */
function nextPeak(magnitudes: Float64Array, row: number, from: number, bins: number): number {
  for (let k = from; k < bins - 1; k++) {
    const magnitude = magnitudes[row + k];
    if (magnitude > magnitudes[row + k - 1] && magnitude >= magnitudes[row + k + 1]) return k;
  }
  return -1;
}

/** The lowest bin between two peaks. */
function valley(magnitudes: Float64Array, row: number, peak: number, next: number): number {
  let lowest = peak;
  for (let k = peak + 1; k < next; k++) if (magnitudes[row + k] < magnitudes[row + lowest]) lowest = k;
  return lowest;
}

/** Smallest magnitude whose logarithm is taken. */
const LEAST = 1e-12;

/** Where between −½ and ½ bin the top of the parabola through three levels lies. */
function summit(below: number, at: number, above: number): number {
  const b = Math.log(below + LEAST);
  const a = Math.log(above + LEAST);
  const curvature = b - 2 * Math.log(at + LEAST) + a;
  return curvature < 0 ? Math.max(-0.5, Math.min(0.5, (0.5 * (b - a)) / curvature)) : 0;
}

function wrapped(phase: number): number {
  return phase % (2 * Math.PI);
}
