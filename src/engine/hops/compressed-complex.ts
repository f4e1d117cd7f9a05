/**
 * In:     half spectrum of one frame, from analysis.ts
 * Out:    `[3, bins]` float32, row by row: |X|^c, Re X·|X|^(c−1), Im X·|X|^(c−1), to the graph
 * Thread: [worker], or whoever runs the engine
 *
 * This keeps the phase and shrinks the range of levels, as loudness does. The floor bounds |X|^(c−1) in silence.
 */
import type { Spectrum } from '../dsp/analysis.ts';
import { PowerTable } from '../dsp/power-table.ts';
import type { CompressedComplexFeatures } from '../manifest/streaming-manifest.ts';

/** Rows of these features. */
export const FEATURE_PLANES = 3;

/** The features of one model; shared by its streams. */
export class CompressedComplex {
  readonly power: PowerTable;
  readonly squaredFloor: number;

  constructor(settings: CompressedComplexFeatures) {
    // A power of |X|², which takes no root.
    this.power = new PowerTable((settings.exponent - 1) / 2);
    this.squaredFloor = settings.floor * settings.floor;
  }

  /** Writes {@link FEATURE_PLANES} rows from `offset` on. Does not allocate. */
  extract(spectrum: Spectrum, features: Float32Array, offset: number): void {
    const power = this.power;
    const squaredFloor = this.squaredFloor;
    const { re, im } = spectrum;
    const bins = re.length;
    const realRow = offset + bins;
    const imaginaryRow = realRow + bins;
    for (let k = 0; k < bins; k++) {
      const squared = re[k] * re[k] + im[k] * im[k];
      const shrink = power.of(Math.max(squared, squaredFloor));
      features[offset + k] = Math.sqrt(squared) * shrink;
      features[realRow + k] = re[k] * shrink;
      features[imaginaryRow + k] = im[k] * shrink;
    }
  }
}
