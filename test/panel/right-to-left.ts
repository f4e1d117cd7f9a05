/** A made-up language for tests of direction: English, written in Hebrew letters. */
import { english, type PanelStrings } from '../../src/panel/define.ts';

const LETTERS = 'אבגדהוזחטיכלמנסעפצקרשת';

function written(text: string): string {
  return text.replace(/[a-z]/gi, (letter) => LETTERS[letter.toLowerCase().charCodeAt(0) % LETTERS.length]);
}

/** Every string in other letters, functions and records of strings included; the tag stays as it is. */
function rewrite<T>(value: T): T {
  if (typeof value === 'string') return written(value) as T;
  if (typeof value === 'function') return ((text: string) => written(String(value(text)))) as T;
  return Object.fromEntries(Object.entries(value as object).map(([key, each]) => [key, rewrite(each)])) as T;
}

export const rightToLeft: PanelStrings = { ...rewrite(english), locale: 'he' };
