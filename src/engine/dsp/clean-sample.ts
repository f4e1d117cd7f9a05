/**
 * Smallest amplitude that the engine carries, −300 dBFS. Anything below is 0: recurrent states and filters would
 * otherwise decay into denormal numbers (below 1.2e−38 for float32), on which processors compute many times slower.
 */
export const DENORMAL_FLOOR = 1e-15;

/**
 * Largest amplitude that the engine carries, +600 dBFS: well inside float32, so that no sum of a filter becomes
 * infinite.
 */
export const SAMPLE_CEILING = 1e30;

/**
 * The sample itself; 0 for NaN, infinities and amplitudes above {@link SAMPLE_CEILING} or below
 * {@link DENORMAL_FLOOR}.
 */
export function cleanSample(sample: number): number {
  const amplitude = Math.abs(sample);
  return amplitude >= DENORMAL_FLOOR && amplitude <= SAMPLE_CEILING ? sample : 0;
}
