/** How close sound is to a clean reference, wherever in it the reference lies and however loud it is. */

/** Coarse search compares every so many samples, after smoothing over as many. */
const COARSE = 16;

/**
 * Scale-invariant signal-to-distortion ratio, dB (J. Le Roux and others, "SDR: half-baked or well done?", ICASSP 2019),
 * of the part of `sound` that lines up best with `reference`. `sound` must be the longer one.
 */
export function siSdrDb(sound: Float32Array, reference: Float32Array): number {
  const lag = bestLag(sound, reference);
  const part = sound.subarray(lag, lag + reference.length);
  const scale = dot(part, reference) / dot(reference, reference);
  let error = 0;
  for (let i = 0; i < reference.length; i++) error += (part[i] - scale * reference[i]) ** 2;
  return 10 * Math.log10((scale * scale * dot(reference, reference)) / error);
}

/** Where in `sound` the reference begins: first to {@link COARSE} samples, then to one. */
export function bestLag(sound: Float32Array, reference: Float32Array): number {
  const near = COARSE * searchLag(decimate(sound), decimate(reference), 0, Number.POSITIVE_INFINITY);
  return searchLag(sound, reference, near - 2 * COARSE, near + 2 * COARSE);
}

function searchLag(sound: Float32Array, reference: Float32Array, from: number, to: number): number {
  let best = { lag: 0, match: Number.NEGATIVE_INFINITY };
  const last = Math.min(to, sound.length - reference.length);
  for (let lag = Math.max(0, from); lag <= last; lag++) {
    const part = sound.subarray(lag, lag + reference.length);
    const match = dot(part, reference) / Math.sqrt(dot(part, part) + 1e-12);
    if (match > best.match) best = { lag, match };
  }
  return best.lag;
}

function decimate(samples: Float32Array): Float32Array {
  return Float32Array.from({ length: Math.floor(samples.length / COARSE) }, (_, i) =>
    samples.subarray(i * COARSE, (i + 1) * COARSE).reduce((sum, sample) => sum + sample, 0),
  );
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < b.length; i++) sum += a[i] * b[i];
  return sum;
}
