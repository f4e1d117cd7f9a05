import type { PanelStrings } from '../strings.ts';
import * as bundled from './index.ts';

const registered = new Map(Object.values(bundled).map((strings) => [keyOf(strings.locale), strings]));
const listeners = new Set<() => void>();

/**
 * Adds a language, or replaces one, for all panels of the page; those that stand in it are rendered again.
 * @param strings all strings of a panel. `strings.locale` is the language: `pt` serves `pt-BR` and `pt-PT`, too, unless
 * these are registered themselves
 * @throws RangeError where `strings.locale` is no BCP 47 tag
 * @example
 * ```ts
 * import { english, registerLocale } from 'denoise-node/panel';
 *
 * registerLocale({ ...english, locale: 'nl', title: 'Ruisonderdrukking' }); // and so on
 * ```
 */
export function registerLocale(strings: PanelStrings): void {
  registered.set(keyOf(strings.locale), strings);
  for (const listener of listeners) listener();
}

/** Calls back whenever a language is registered. */
export function onLocaleRegistered(listener: () => void): void {
  listeners.add(listener);
}

/**
 * The strings for a language: those of its tag, else of the tag without its last part, and so on (`de-AT`, then `de`;
 * RFC 4647, section 3.4, "Lookup"). English where there are none.
 */
export function stringsFor(tag: string): PanelStrings {
  for (let key = tag.toLowerCase(); key !== ''; key = key.slice(0, Math.max(0, key.lastIndexOf('-')))) {
    const strings = registered.get(key);
    if (strings) return strings;
  }
  return bundled.english;
}

function keyOf(locale: string): string {
  try {
    return new Intl.Locale(locale).toString().toLowerCase();
  } catch (cause) {
    throw new RangeError(`Expected a BCP 47 tag in strings.locale, for example 'fr' or 'pt-BR', got '${locale}'.`, {
      cause,
    });
  }
}
