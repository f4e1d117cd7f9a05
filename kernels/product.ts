/**
 * Products of matrices: out = start + A · W, for A of any strides, and for W in panels of eight columns, depth by
 * depth, as src/engine/graph/kernels/panels.ts packs them. What it starts with is a bias, the same for every row, or
 * what another product has left.
 *
 * An instruction: [0, rows, columns, panels, bytes of a panel, start, bytes to the next row of start (0: a bias), out,
 * bytes to the next row of out, A, bytes to its next row, bytes to the next value of a row, depth]. Columns are a
 * multiple of eight.
 */
import { outOf, PANEL_ROW, rowOf, startOf } from './instruction';
import { madd } from './madd';
import { productOfOddRows } from './odd-tile';
import { productOfColumns, productOfRows } from './tiles';

/** Rows that are computed together. */
const TILE: i32 = 6;

export function product(at: usize): void {
  const rows = load<i32>(at, 4);
  const columns = load<i32>(at, 8);
  const panelBytes = load<usize>(at, 16);
  const step = load<i32>(at, 44);
  const isOdd = !ASC_FEATURE_RELAXED_SIMD && (load<i32>(at, 48) & 1) === 1;
  // Rows that lie side by side: a matrix that is read by its columns.
  const isTurned = step !== 4;
  const isByRow = rows < TILE || (isTurned && (isOdd || load<i32>(at, 40) !== 4));
  let panel = load<usize>(at, 12);
  for (let column = 0; column < columns; column += 8) {
    if (isByRow) {
      for (let row = 0; row < rows; row++) productOfRow(at, row, column, panel);
    } else {
      for (let row = 0; row < rows; row += TILE) {
        // The last rows with some before them, which come out the same again.
        const first = min(row, rows - TILE);
        if (isTurned) productOfColumns(at, first, column, panel);
        else if (isOdd) productOfOddRows(at, first, column, panel);
        else productOfRows(at, first, column, panel);
      }
    }
    panel += panelBytes;
  }
}

/** One row, in two sums, so that one need not wait for the other. */
function productOfRow(at: usize, row: i32, column: i32, from: usize): void {
  const start = startOf(at, row, column);
  let left = v128.load(start);
  let right = v128.load(start, 16);
  let nextLeft = f32x4.splat(0);
  let nextRight = f32x4.splat(0);
  const step = load<usize>(at, 44);
  const depth = load<usize>(at, 48);
  let a = rowOf(at, row);
  let panel = from;
  const endOfPairs = from + (depth >> 1) * 2 * PANEL_ROW;
  while (panel < endOfPairs) {
    const value = v128.load32_splat(a);
    const next = v128.load32_splat(a + step);
    left = madd(value, v128.load(panel), left);
    right = madd(value, v128.load(panel, 16), right);
    nextLeft = madd(next, v128.load(panel, 32), nextLeft);
    nextRight = madd(next, v128.load(panel, 48), nextRight);
    a += 2 * step;
    panel += 2 * PANEL_ROW;
  }
  if (depth & 1) {
    const value = v128.load32_splat(a);
    left = madd(value, v128.load(panel), left);
    right = madd(value, v128.load(panel, 16), right);
  }
  const out = outOf(at, row, column);
  v128.store(out, f32x4.add(left, nextLeft));
  v128.store(out, f32x4.add(right, nextRight), 16);
}
