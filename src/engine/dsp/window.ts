import type { StreamingFraming } from '../manifest/streaming-manifest.ts';

/** The two tapers of a framing. Their products, each a hop after the one before, add up to 1 everywhere. */
export interface WindowPair {
  /** [windowSamples]; its last element weights the newest sample. */
  readonly analysis: Float64Array;
  /** [hopSamples + overlapSamples]: the synthesis window where it is not zero, which is the end of the frame. */
  readonly synthesis: Float64Array;
}

/**
 * Asymmetric square-root Hann pair: the analysis window rises slowly over the past, which resolves the harmonics of a
 * voice, and falls quickly at the newest samples, so that the delay is the short overlap and not the long window.
 * D. Mauler and R. Martin, "A low delay, variable resolution, perfect reconstruction spectral analysis-synthesis system
 * for speech enhancement", EUSIPCO 2007.
 *
 *   analysis    0 ╱‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾╲ N      sine up to N − M, cosine over the last M (overlap)
 *   product           0 0 0 ╱‾‾‾‾‾╲        Hann slopes of M on both ends of the last hop + M
 *   synthesis = product / analysis
 */
export function asymmetricSqrtHann(
  framing: Pick<StreamingFraming, 'hopSamples' | 'windowSamples' | 'overlapSamples'>,
): WindowPair {
  const { hopSamples: hop, windowSamples: length, overlapSamples: overlap } = framing;
  const analysis = new Float64Array(length);
  const rise = length - overlap;
  for (let n = 0; n < rise; n++) analysis[n] = Math.sin(((Math.PI / 2) * (n + 0.5)) / rise);
  for (let m = 0; m < overlap; m++) analysis[rise + m] = Math.cos(((Math.PI / 2) * (m + 0.5)) / overlap);
  const used = hop + overlap;
  const synthesis = new Float64Array(used);
  for (let n = 0; n < used; n++) {
    synthesis[n] = product(n, hop, overlap) / analysis[length - used + n];
  }
  return { analysis, synthesis };
}

function product(n: number, hop: number, overlap: number): number {
  if (n < overlap) return Math.sin(((Math.PI / 2) * (n + 0.5)) / overlap) ** 2;
  if (n < hop) return 1;
  return Math.cos(((Math.PI / 2) * (n - hop + 0.5)) / overlap) ** 2;
}
