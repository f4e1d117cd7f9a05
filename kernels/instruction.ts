/** What the instruction of a product says; see product.ts. */

/** Bytes that a panel has for each value of depth. */
export const PANEL_ROW: usize = 32;

/** Where a row of its start begins. */
export function startOf(at: usize, row: i32, column: i32): usize {
  return load<usize>(at, 20) + <usize>row * load<usize>(at, 24) + 4 * <usize>column;
}

/** Where a row of its out begins. */
export function outOf(at: usize, row: i32, column: i32): usize {
  return load<usize>(at, 28) + <usize>row * load<usize>(at, 32) + 4 * <usize>column;
}

/** Where a row of A begins. */
export function rowOf(at: usize, row: i32): usize {
  return load<usize>(at, 36) + <usize>row * load<usize>(at, 40);
}
