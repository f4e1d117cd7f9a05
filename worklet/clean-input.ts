import type { Samples } from '../src/shared/units.ts';

/**
 * Smallest normal float32. Some processors compute many times slower with anything smaller, which nobody can hear.
 */
const LEAST_NORMAL = 2 ** -126;

/**
 * Copies a stretch of the input to the front of `clean`. NaN and infinities become 0 (returns how many there were), and
 * so do denormal numbers; planes that are not there become silence. A single plane is repeated in the second, as when
 * Web Audio mixes mono up, so that a change between mono and stereo finds both planes filled. [audio]
 */
export function cleanInput(
  inputs: readonly Float32Array[],
  start: number,
  length: Samples,
  clean: readonly Float32Array[],
): number {
  let nonFinite = 0;
  for (let channel = 0; channel < clean.length; channel++) {
    const to = clean[channel];
    if (channel < inputs.length) {
      const from = inputs[channel];
      for (let i = 0; i < length; i++) {
        const sample = from[start + i];
        const amplitude = Math.abs(sample);
        if (!(amplitude < Number.POSITIVE_INFINITY)) {
          nonFinite += 1;
          to[i] = 0;
        } else to[i] = amplitude < LEAST_NORMAL ? 0 : sample;
      }
    } else if (channel === 1 && inputs.length === 1) {
      for (let i = 0; i < length; i++) to[i] = clean[0][i];
    } else {
      for (let i = 0; i < length; i++) to[i] = 0;
    }
  }
  return nonFinite;
}
