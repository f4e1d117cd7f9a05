import { madd } from './madd';

/** Below it e^x is denormal: it counts as this. */
const LEAST: f32 = -87;
/** 1 / ln 2. */
const BITS: f32 = Mathf.LOG2E;
/** 1.5 · 2^23: what is added to it is rounded to a whole number, which stands in the lowest bits. */
const ROUNDING: f32 = 12582912;

/**
 * e^x for x ≤ 0, NaN for NaN. e^x = 2^n · e^r with the whole n next to x / ln 2 and |r| ≤ ln 2 / 2, in two parts of
 * ln 2 (Cody and Waite), and e^r by its series; the error is below 3e-7 of the value.
 */
export function exponential(value: v128): v128 {
  const x = f32x4.pmax(value, f32x4.splat(LEAST));
  const rounded = madd(x, f32x4.splat(BITS), f32x4.splat(ROUNDING));
  const n = f32x4.sub(rounded, f32x4.splat(ROUNDING));
  const r = madd(n, f32x4.splat(-1.42860677e-6), madd(n, f32x4.splat(-0.693145751953125), x));
  let e = madd(r, f32x4.splat(1.0 / 720), f32x4.splat(1.0 / 120));
  e = madd(e, r, f32x4.splat(1.0 / 24));
  e = madd(e, r, f32x4.splat(1.0 / 6));
  e = madd(e, r, f32x4.splat(0.5));
  e = madd(e, r, f32x4.splat(1));
  e = madd(e, r, f32x4.splat(1));
  return f32x4.mul(e, i32x4.add(i32x4.shl(rounded, 23), i32x4.splat(0x3f800000)));
}
