import type { Spectrum } from '../analysis.ts';
import type { CompressedComplexFeatures } from '../manifest.ts';

/** Rows of these features. */
export const FEATURE_PLANES = 3;

/**
 * In:     half spectrum of one frame, from analysis.ts
 * Out:    `[3, bins]` float32, row by row: |X|^c, Re X·|X|^(c−1), Im X·|X|^(c−1), to model.ts
 * Thread: [worker], or whoever runs the engine
 *
 * Keeps the phase and shrinks the range of levels, as loudness does. The floor bounds |X|^(c−1) in silence.
 */
export function compressedComplex(settings: CompressedComplexFeatures, spectrum: Spectrum, features: Float32Array, offset: number): void {
  const { re, im } = spectrum;
  const bins = re.length;
  const power = (settings.exponent - 1) / 2;
  const floor = settings.floor * settings.floor;
  const realRow = offset + bins;
  const imaginaryRow = realRow + bins;
  for (let k = 0; k < bins; k++) {
    const squared = re[k] * re[k] + im[k] * im[k];
    // exp(p·log(x)) is a third faster than Math.pow, and as exact as float32 can tell.
    const shrink = Math.exp(power * Math.log(squared > floor ? squared : floor));
    features[offset + k] = Math.sqrt(squared) * shrink;
    features[realRow + k] = re[k] * shrink;
    features[imaginaryRow + k] = im[k] * shrink;
  }
}
