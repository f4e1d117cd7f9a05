/**
 * Six rows of a product (product.ts), and eight columns: twelve vectors of sums, which stay in registers as long as
 * nothing but the one loop decides on them. Engines without relaxed SIMD are faster with two values of depth at once.
 */

import { outOf, PANEL_ROW, rowOf, startOf } from './instruction';
import { madd } from './madd';

/** Rows whose values lie side by side; without relaxed SIMD their depth is even. */
export function productOfRows(at: usize, row: i32, column: i32, from: usize): void {
  let start = startOf(at, row, column);
  const nextStart = load<usize>(at, 24);
  let left0 = v128.load(start);
  let right0 = v128.load(start, 16);
  start += nextStart;
  let left1 = v128.load(start);
  let right1 = v128.load(start, 16);
  start += nextStart;
  let left2 = v128.load(start);
  let right2 = v128.load(start, 16);
  start += nextStart;
  let left3 = v128.load(start);
  let right3 = v128.load(start, 16);
  start += nextStart;
  let left4 = v128.load(start);
  let right4 = v128.load(start, 16);
  start += nextStart;
  let left5 = v128.load(start);
  let right5 = v128.load(start, 16);
  const rowBytes = load<usize>(at, 40);
  let a0 = rowOf(at, row);
  let a1 = a0 + rowBytes;
  let a2 = a1 + rowBytes;
  let a3 = a2 + rowBytes;
  let a4 = a3 + rowBytes;
  let a5 = a4 + rowBytes;
  const depth = load<usize>(at, 48);
  let panel = from;
  let value: v128;
  const end = from + depth * PANEL_ROW;
  while (panel < end) {
    const left = v128.load(panel);
    const right = v128.load(panel, 16);
    value = v128.load32_splat(a0);
    left0 = madd(value, left, left0);
    right0 = madd(value, right, right0);
    value = v128.load32_splat(a1);
    left1 = madd(value, left, left1);
    right1 = madd(value, right, right1);
    value = v128.load32_splat(a2);
    left2 = madd(value, left, left2);
    right2 = madd(value, right, right2);
    value = v128.load32_splat(a3);
    left3 = madd(value, left, left3);
    right3 = madd(value, right, right3);
    value = v128.load32_splat(a4);
    left4 = madd(value, left, left4);
    right4 = madd(value, right, right4);
    value = v128.load32_splat(a5);
    left5 = madd(value, left, left5);
    right5 = madd(value, right, right5);
    if (!ASC_FEATURE_RELAXED_SIMD) {
      const leftNext = v128.load(panel, 32);
      const rightNext = v128.load(panel, 48);
      value = v128.load32_splat(a0, 4);
      left0 = madd(value, leftNext, left0);
      right0 = madd(value, rightNext, right0);
      value = v128.load32_splat(a1, 4);
      left1 = madd(value, leftNext, left1);
      right1 = madd(value, rightNext, right1);
      value = v128.load32_splat(a2, 4);
      left2 = madd(value, leftNext, left2);
      right2 = madd(value, rightNext, right2);
      value = v128.load32_splat(a3, 4);
      left3 = madd(value, leftNext, left3);
      right3 = madd(value, rightNext, right3);
      value = v128.load32_splat(a4, 4);
      left4 = madd(value, leftNext, left4);
      right4 = madd(value, rightNext, right4);
      value = v128.load32_splat(a5, 4);
      left5 = madd(value, leftNext, left5);
      right5 = madd(value, rightNext, right5);
    }
    a0 += ASC_FEATURE_RELAXED_SIMD ? 4 : 8;
    a1 += ASC_FEATURE_RELAXED_SIMD ? 4 : 8;
    a2 += ASC_FEATURE_RELAXED_SIMD ? 4 : 8;
    a3 += ASC_FEATURE_RELAXED_SIMD ? 4 : 8;
    a4 += ASC_FEATURE_RELAXED_SIMD ? 4 : 8;
    a5 += ASC_FEATURE_RELAXED_SIMD ? 4 : 8;
    panel += ASC_FEATURE_RELAXED_SIMD ? PANEL_ROW : 2 * PANEL_ROW;
  }
  const nextOut = load<usize>(at, 32);
  let out = outOf(at, row, column);
  v128.store(out, left0);
  v128.store(out, right0, 16);
  out += nextOut;
  v128.store(out, left1);
  v128.store(out, right1, 16);
  out += nextOut;
  v128.store(out, left2);
  v128.store(out, right2, 16);
  out += nextOut;
  v128.store(out, left3);
  v128.store(out, right3, 16);
  out += nextOut;
  v128.store(out, left4);
  v128.store(out, right4, 16);
  out += nextOut;
  v128.store(out, left5);
  v128.store(out, right5, 16);
}

/** Rows that lie side by side, the values of each `step` bytes apart; the same of their depth. */
export function productOfColumns(at: usize, row: i32, column: i32, from: usize): void {
  let start = startOf(at, row, column);
  const nextStart = load<usize>(at, 24);
  let left0 = v128.load(start);
  let right0 = v128.load(start, 16);
  start += nextStart;
  let left1 = v128.load(start);
  let right1 = v128.load(start, 16);
  start += nextStart;
  let left2 = v128.load(start);
  let right2 = v128.load(start, 16);
  start += nextStart;
  let left3 = v128.load(start);
  let right3 = v128.load(start, 16);
  start += nextStart;
  let left4 = v128.load(start);
  let right4 = v128.load(start, 16);
  start += nextStart;
  let left5 = v128.load(start);
  let right5 = v128.load(start, 16);
  const step = load<usize>(at, 44);
  let a = rowOf(at, row);
  const depth = load<usize>(at, 48);
  let panel = from;
  let value: v128;
  const end = from + depth * PANEL_ROW;
  while (panel < end) {
    const next = a + step;
    const left = v128.load(panel);
    const right = v128.load(panel, 16);
    value = v128.load32_splat(a);
    left0 = madd(value, left, left0);
    right0 = madd(value, right, right0);
    value = v128.load32_splat(a, 4);
    left1 = madd(value, left, left1);
    right1 = madd(value, right, right1);
    value = v128.load32_splat(a, 8);
    left2 = madd(value, left, left2);
    right2 = madd(value, right, right2);
    value = v128.load32_splat(a, 12);
    left3 = madd(value, left, left3);
    right3 = madd(value, right, right3);
    value = v128.load32_splat(a, 16);
    left4 = madd(value, left, left4);
    right4 = madd(value, right, right4);
    value = v128.load32_splat(a, 20);
    left5 = madd(value, left, left5);
    right5 = madd(value, right, right5);
    if (!ASC_FEATURE_RELAXED_SIMD) {
      const leftNext = v128.load(panel, 32);
      const rightNext = v128.load(panel, 48);
      value = v128.load32_splat(next);
      left0 = madd(value, leftNext, left0);
      right0 = madd(value, rightNext, right0);
      value = v128.load32_splat(next, 4);
      left1 = madd(value, leftNext, left1);
      right1 = madd(value, rightNext, right1);
      value = v128.load32_splat(next, 8);
      left2 = madd(value, leftNext, left2);
      right2 = madd(value, rightNext, right2);
      value = v128.load32_splat(next, 12);
      left3 = madd(value, leftNext, left3);
      right3 = madd(value, rightNext, right3);
      value = v128.load32_splat(next, 16);
      left4 = madd(value, leftNext, left4);
      right4 = madd(value, rightNext, right4);
      value = v128.load32_splat(next, 20);
      left5 = madd(value, leftNext, left5);
      right5 = madd(value, rightNext, right5);
    }
    a += ASC_FEATURE_RELAXED_SIMD ? step : 2 * step;
    panel += ASC_FEATURE_RELAXED_SIMD ? PANEL_ROW : 2 * PANEL_ROW;
  }
  const nextOut = load<usize>(at, 32);
  let out = outOf(at, row, column);
  v128.store(out, left0);
  v128.store(out, right0, 16);
  out += nextOut;
  v128.store(out, left1);
  v128.store(out, right1, 16);
  out += nextOut;
  v128.store(out, left2);
  v128.store(out, right2, 16);
  out += nextOut;
  v128.store(out, left3);
  v128.store(out, right3, 16);
  out += nextOut;
  v128.store(out, left4);
  v128.store(out, right4, 16);
  out += nextOut;
  v128.store(out, left5);
  v128.store(out, right5, 16);
}
