/** Top of the axis. Above it a voice has next to nothing. */
export const HIGHEST_HZ = 12_000;

/** Where the axis turns from linear to logarithmic, as hearing does: the corner of the mel scale. */
const CORNER_HZ = 700;

/** Height of a frequency on the axis, 0 (bottom) to 1 (top). */
export function frequencyToHeight(hz: number): number {
  return Math.log1p(hz / CORNER_HZ) / Math.log1p(HIGHEST_HZ / CORNER_HZ);
}

/** Frequency at a height, the inverse of {@link frequencyToHeight}. */
export function heightToFrequency(height: number): number {
  return CORNER_HZ * Math.expm1(height * Math.log1p(HIGHEST_HZ / CORNER_HZ));
}

/**
 * First and last bin of each row of pixels, from the bottom row up: `[rows, 2]`, row-major. Rows beyond the last bin
 * repeat it.
 */
export function frequencyRows(rows: number, bins: number, sampleRateHz: number): Uint16Array {
  const binOf = (row: number) =>
    Math.min(bins - 1, Math.round((heightToFrequency(row / rows) / (sampleRateHz / 2)) * bins));
  const ranges = new Uint16Array(2 * rows);
  for (let row = 0; row < rows; row++) {
    ranges[2 * row] = binOf(row);
    ranges[2 * row + 1] = Math.max(binOf(row), binOf(row + 1) - 1);
  }
  return ranges;
}
