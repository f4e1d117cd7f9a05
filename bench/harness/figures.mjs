/** Figures beside the bars that they are held to. A bar is told, never enforced: figures depend on the machine. */

/** A bar that a figure must not exceed. */
export function atMost(limit) {
  return { most: limit };
}

/** A bar that a figure must reach. */
export function atLeast(limit) {
  return { least: limit };
}

/**
 * One line of the table.
 *
 * @param {string} label what was measured
 * @param {number} value
 * @param {string} unit
 * @param {{ most?: number, least?: number }} [bar]
 */
export function figure(label, value, unit, bar) {
  return { label, value, unit, ...(bar === undefined ? {} : { bar, met: meets(value, bar) }) };
}

function meets(value, { most = Infinity, least = -Infinity }) {
  return value <= most && value >= least;
}

/** Lines of aligned columns: figure, value with unit, bar, verdict. */
export function tableOf(figures) {
  const rows = figures.map(({ label, value, unit, bar, met }) => [
    label,
    `${readable(value)} ${unit}`.trim(),
    bar === undefined ? '' : barText(bar),
    met === undefined ? '' : met ? 'met' : 'NOT MET',
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map(([label, value, bar, verdict]) =>
    `  ${label.padEnd(widths[0])}  ${value.padStart(widths[1])}  ${bar.padEnd(widths[2])}  ${verdict}`.trimEnd(),
  );
}

function barText({ most, least }) {
  return most === undefined ? `≥ ${least}` : `≤ ${most}`;
}

/** Three digits that count; whole numbers as they are. */
function readable(value) {
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 4));
}
