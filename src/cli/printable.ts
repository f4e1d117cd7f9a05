/**
 * In:     text that holds names and words of others: files, models, headers
 * Out:    the same, safe to print on a terminal
 * Thread: any
 */

/**
 * Control characters, which a terminal obeys (move, recolour, rename the window, answer as if typed), and those that
 * turn or break the line they are in. https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
 */
const OBEYED = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Text for one line of a terminal: what it would obey is shown as an escape, as JSON and JavaScript write it. */
export function printable(text: string): string {
  return text.replace(OBEYED, escaped);
}

/** JSON in lines, with such characters as escapes: the same value. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(OBEYED, (character) =>
    character === '\n' ? character : escaped(character),
  );
}

function escaped(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
