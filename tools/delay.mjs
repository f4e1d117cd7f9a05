/**
 * How much later the same sound comes, by cross-correlation. Pure: runs in Node and in pages.
 *
 * Both signals are differenced first (first-order pre-emphasis): speech is strongest at low frequencies, where the peak
 * of its correlation is so broad that a filter's phase could move it by samples.
 */
const PRE_EMPHASIS = 0.97;

/**
 * The shift at which `later` resembles `earlier` best.
 *
 * @param {Float32Array} earlier what went in
 * @param {Float32Array} later what came out, in the same clock
 * @param {number} most largest shift to look at, samples
 * @param {{ start?: number, length?: number }} [stretch] which part of `earlier` to look for; default: as much as there
 *   is
 * @returns {{ samples: number, exact: number, likeness: number }} whole shift, the same between samples (parabola
 *   through the peak),
 *   and the correlation there, 0 … 1
 */
export function delayBetween(
  earlier,
  later,
  most,
  { start = 0, length = Math.min(earlier.length, later.length - most) - start } = {},
) {
  if (length <= 0)
    throw new RangeError(`delayBetween: expected more than ${start + most} samples, got ${later.length}.`);
  const a = emphasised(earlier, start, length);
  const b = emphasised(later, start, length + most);
  const correlations = new Float64Array(most + 1);
  let peak = 0;
  for (let shift = 0; shift <= most; shift++) {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += a[i] * b[i + shift];
    correlations[shift] = sum;
    if (sum > correlations[peak]) peak = shift;
  }
  const energies = Math.sqrt(energy(a, 0, length) * energy(b, peak, length));
  return {
    samples: peak,
    exact: peak + vertex(correlations, peak),
    likeness: energies === 0 ? 0 : correlations[peak] / energies,
  };
}

/**
 * Where, between −0.5 and 0.5 samples from the largest value, the parabola through it and its neighbours is highest.
 */
function vertex(values, peak) {
  if (peak === 0 || peak === values.length - 1) return 0;
  const [left, middle, right] = values.subarray(peak - 1, peak + 2);
  const curvature = left - 2 * middle + right;
  return curvature === 0 ? 0 : (left - right) / (2 * curvature);
}

function emphasised(samples, start, length) {
  const result = new Float64Array(length);
  for (let i = 0; i < length; i++) result[i] = samples[start + i] - PRE_EMPHASIS * (samples[start + i - 1] ?? 0);
  return result;
}

function energy(samples, start, length) {
  let sum = 0;
  for (let i = start; i < start + length; i++) sum += samples[i] ** 2;
  return sum;
}
