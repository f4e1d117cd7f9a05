/**
 * In:     noisy half spectrum (analysis.ts) and the model's mask for it (hop-path.ts)
 * Out:    enhanced half spectrum, to synthesis.ts
 * Thread: [worker], or whoever runs the engine
 */
import type { Decibels } from '../../shared/units.ts';
import { noisyShare } from '../attenuation-limit.ts';
import type { Spectrum } from '../dsp/analysis.ts';
import type { MaskEstimate } from '../manifest/streaming-manifest.ts';

/** Rows of `bins` values that a model gives for each frame. */
export function estimatePlanes(estimate: MaskEstimate): number {
  return estimate.kind === 'complex-mask' ? 2 : 1;
}

/**
 * enhanced = g·noisy + (1 − g)·estimate, g = {@link noisyShare}. `output` holds the model's rows from `offset` on: a
 * gain for each bin ('mask'), or the real and then the imaginary parts of a complex one ('complex-mask'). Where any of
 * them is not finite, it returns false and lets the noisy spectrum through.
 */
export function applyEstimate(
  estimate: MaskEstimate,
  output: Float32Array,
  offset: number,
  attenuationLimitDb: Decibels,
  noisy: Spectrum,
  enhanced: Spectrum,
): boolean {
  const g = noisyShare(attenuationLimitDb);
  const bins = noisy.re.length;
  // 0·x is NaN only for infinities and NaN, so one sum finds them all.
  let probe = 0;
  switch (estimate.kind) {
    case 'complex-mask':
      for (let k = 0; k < bins; k++) {
        const mr = output[offset + k];
        const mi = output[offset + bins + k];
        probe += 0 * (mr + mi);
        const wr = g + (1 - g) * mr;
        const wi = (1 - g) * mi;
        enhanced.re[k] = noisy.re[k] * wr - noisy.im[k] * wi;
        enhanced.im[k] = noisy.re[k] * wi + noisy.im[k] * wr;
      }
      break;
    case 'mask':
      for (let k = 0; k < bins; k++) {
        const m = output[offset + k];
        probe += 0 * m;
        const w = g + (1 - g) * m;
        enhanced.re[k] = noisy.re[k] * w;
        enhanced.im[k] = noisy.im[k] * w;
      }
      break;
    default:
      estimate.kind satisfies never;
  }
  if (probe === 0) return true;
  enhanced.re.set(noisy.re);
  enhanced.im.set(noisy.im);
  return false;
}
