/**
 * a · b + c, rounded once where the engine has a fused multiply-add and otherwise twice. It is chosen when this is
 * compiled: tools/compile-kernels.mjs.
 */
export function madd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? v128.relaxed_madd<f32>(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}
