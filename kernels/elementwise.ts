/**
 * One value from one, or from those at the same place of several tensors. `to` may be `from`. `bytes` is a multiple of
 * four; the values behind the last whole vector are computed one by one.
 */
import { exponential } from './exponential';

/** The larger of a value and zero. */
export function relu(from: usize, to: usize, bytes: usize): void {
  const end = to + bytes;
  for (; to + 16 <= end; from += 16, to += 16) v128.store(to, f32x4.pmax(v128.load(from), f32x4.splat(0)));
  for (; to < end; from += 4, to += 4) store<f32>(to, max<f32>(load<f32>(from), 0));
}

/** 1 / (1 + e^−x). */
export function sigmoid(from: usize, to: usize, bytes: usize): void {
  const end = to + bytes;
  for (; to + 16 <= end; from += 16, to += 16) v128.store(to, sigmoidOf(v128.load(from)));
  for (; to < end; from += 4, to += 4) v128.store_lane<f32>(to, sigmoidOf(v128.load32_splat(from)), 0);
}

/** (e^2x − 1) / (e^2x + 1). */
export function tanh(from: usize, to: usize, bytes: usize): void {
  const end = to + bytes;
  for (; to + 16 <= end; from += 16, to += 16) v128.store(to, tanhOf(v128.load(from)));
  for (; to < end; from += 4, to += 4) v128.store_lane<f32>(to, tanhOf(v128.load32_splat(from)), 0);
}

/** a + b. */
export function add(a: usize, b: usize, to: usize, bytes: usize): void {
  const end = to + bytes;
  for (; to + 16 <= end; a += 16, b += 16, to += 16) v128.store(to, f32x4.add(v128.load(a), v128.load(b)));
  for (; to < end; a += 4, b += 4, to += 4) store<f32>(to, load<f32>(a) + load<f32>(b));
}

/**
 * The step of a light recurrence: from a candidate c, a gate g and the memory h before the shift s of the candidate,
 * c' = c − s and c' + g · (h − c'). An instruction: [5, c, g, h, to, bytes, s].
 */
export function blend(at: usize): void {
  let c = load<usize>(at, 4),
    g = load<usize>(at, 8),
    h = load<usize>(at, 12),
    to = load<usize>(at, 16);
  const end = to + load<usize>(at, 20);
  const shift = v128.load32_splat(at, 24);
  for (; to + 16 <= end; c += 16, g += 16, h += 16, to += 16)
    v128.store(to, blendOf(v128.load(c), v128.load(g), v128.load(h), shift));
  for (; to < end; c += 4, g += 4, h += 4, to += 4) {
    const value = blendOf(v128.load32_splat(c), v128.load32_splat(g), v128.load32_splat(h), shift);
    v128.store_lane<f32>(to, value, 0);
  }
}

function blendOf(c: v128, g: v128, h: v128, shift: v128): v128 {
  const shifted = f32x4.sub(c, shift);
  return f32x4.add(shifted, f32x4.mul(g, f32x4.sub(h, shifted)));
}

/** By e^−|x|, which cannot overflow: 1 / (1 + e^−|x|) for x ≥ 0, and what is left to 1 below. */
function sigmoidOf(x: v128): v128 {
  const e = exponential(f32x4.neg(f32x4.abs(x)));
  const upper = f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), e));
  return v128.bitselect(f32x4.mul(e, upper), upper, f32x4.lt(x, f32x4.splat(0)));
}

/** By e^−2|x|, and the sign of x. */
function tanhOf(x: v128): v128 {
  const size = f32x4.abs(x);
  const e = exponential(f32x4.mul(size, f32x4.splat(-2)));
  const upper = f32x4.div(f32x4.sub(f32x4.splat(1), e), f32x4.add(f32x4.splat(1), e));
  return v128.bitselect(x, upper, i32x4.splat(0x80000000));
}
