export type TextDirection = 'ltr' | 'rtl';

/** Scripts that run from right to left, by their ISO 15924 codes. */
const RIGHT_TO_LEFT = ['Adlm', 'Arab', 'Aran', 'Hebr', 'Mand', 'Nkoo', 'Rohg', 'Samr', 'Syrc', 'Thaa', 'Yezi'];

/**
 * The direction in which a language is usually written. From its script, for not all browsers have
 * Intl.Locale.prototype.getTextInfo.
 * @param tag BCP 47 tag; its script counts where it names one: `ku-Arab`
 */
export function directionOf(tag: string): TextDirection {
  return RIGHT_TO_LEFT.includes(new Intl.Locale(tag).maximize().script ?? '') ? 'rtl' : 'ltr';
}
