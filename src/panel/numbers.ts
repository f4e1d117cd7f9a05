/** Numbers with a unit, in a language. A true minus sign, and a space that does not break before the unit. */
export class Numbers {
  readonly #formats: readonly Intl.NumberFormat[];

  /** @param locale BCP 47 tag */
  constructor(locale: string) {
    this.#formats = [0, 1, 2].map(
      (digits) => new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
    );
  }

  /** @param digits after the decimal point, 0 to 2 */
  with(unit: string, value: number, digits: 0 | 1 | 2 = 0): string {
    // Nobody wants to read of minus nothing.
    const text = this.#formats[digits].format(value).replace(/^-(?=[0.,]*$)/, '');
    return `${text.replace('-', '−')}${unit === '' ? '' : `\u00a0${unit}`}`;
  }
}
