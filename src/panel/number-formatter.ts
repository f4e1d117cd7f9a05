/** Numbers with a unit, in a language: with a true minus sign, and a space that does not break before the unit. */
export class NumberFormatter {
  readonly #formats: readonly Intl.NumberFormat[];

  /** @param locale BCP 47 tag */
  constructor(locale: string) {
    this.#formats = [0, 1, 2].map(
      (digits) => new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
    );
  }

  /** @param digits after the decimal point, 0 to 2 */
  format(unit: string, value: number, digits: 0 | 1 | 2 = 0): string {
    // −0.04 rounds to minus zero, which nobody wants to read; adding zero to it makes it zero.
    const text = this.#formats[digits].format(Number(value.toFixed(digits)) + 0);
    return `${text.replace('-', '−')}${unit === '' ? '' : `\u00a0${unit}`}`;
  }
}
