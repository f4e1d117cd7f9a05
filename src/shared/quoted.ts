/** Characters of what somebody else wrote that a message repeats: enough to recognise it. */
const MOST_QUOTED = 200;
/** Items of a list or fields of an object that are shown, and how deep. */
const MOST_ITEMS = 12;
const MOST_DEPTH = 3;

/** A text that is at most {@link MOST_QUOTED} characters long; the middle of a longer one is left out. */
export function shortened(text: string): string {
  if (text.length <= MOST_QUOTED) return text;
  const kept = (MOST_QUOTED - 1) / 2;
  return `${text.slice(0, Math.ceil(kept))}…${text.slice(-Math.floor(kept))}`;
}

/**
 * A JSON value as a message shows it: like JSON, but short, however large it is. JSON.stringify would take as much
 * memory as the value, and throws a RangeError where it is nested too deeply.
 */
export function quoted(value: unknown): string {
  return shortened(written(value, 0));
}

function written(value: unknown, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(shortened(value));
  if (typeof value !== 'object' || value === null) return String(value);
  const isList = Array.isArray(value);
  const keys = isList ? [] : Object.keys(value);
  const count = isList ? value.length : keys.length;
  const [open, close] = isList ? '[]' : '{}';
  if (count > 0 && depth === MOST_DEPTH) return `${open}…${close}`;
  const shown = Array.from({ length: Math.min(count, MOST_ITEMS) }, (_, i) =>
    isList
      ? written(value[i], depth + 1)
      : `${written(keys[i], depth)}:${written((value as Record<string, unknown>)[keys[i]], depth + 1)}`,
  );
  return `${open}${[...shown, ...(count > MOST_ITEMS ? ['…'] : [])].join(',')}${close}`;
}
