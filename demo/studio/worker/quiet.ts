const QUIET_SHARE = 0.1;

/**
 * Loudness that a tenth of the steps stay below, LUFS: of a recording of speech, the pauses. −Infinity for silence and
 * for less than a second of sound, which need not have a pause.
 * @param stepEnergies K-weighted energies of consecutive tenths of a second
 */
export function quietLoudness(stepEnergies: readonly number[]): number {
  if (stepEnergies.length < 10) return Number.NEGATIVE_INFINITY;
  const sorted = [...stepEnergies].sort((a, b) => a - b);
  return -0.691 + 10 * Math.log10(sorted[Math.floor(QUIET_SHARE * sorted.length)]);
}
