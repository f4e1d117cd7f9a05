/** Columns of a panel, two vectors: what a product multiplies has a multiple of it. */
export const PANEL = 8;

/** Bytes of one row of a panel. */
export const PANEL_ROW_BYTES = 4 * PANEL;

/**
 * A matrix `[depth, columns]`, row by row, in panels of eight columns: of each panel one row after the other, so that a
 * product reads it from its beginning to its end.
 */
export function panelsOf(weights: Float32Array, depth: number, columns: number): Float32Array {
  const panels = new Float32Array(columns * depth);
  for (let row = 0; row < depth; row++)
    for (let column = 0; column < columns; column++) {
      const panel = Math.floor(column / PANEL);
      panels[(panel * depth + row) * PANEL + (column % PANEL)] = weights[row * columns + column];
    }
  return panels;
}
