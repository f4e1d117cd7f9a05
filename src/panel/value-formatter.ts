import { PARAMETERS } from '../shared/parameters.ts';
import { NumberFormatter } from './number-formatter.ts';
import type { PanelStrings } from './strings.ts';

/**
 * Values of a panel as text: numbers in its language, and words where a number would say less. Its functions stay the
 * same for as long as the strings do, so that sliders that are given them need not render again.
 */
export class ValueFormatter {
  readonly strings: PanelStrings;
  readonly #numbers: NumberFormatter;

  constructor(strings: PanelStrings) {
    this.strings = strings;
    this.#numbers = new NumberFormatter(strings.locale);
  }

  /** Of a share, 0 to 1. */
  readonly percent = (share: number): string => this.#numbers.format('%', 100 * share);

  /** Of an attenuation limit, dB. */
  readonly limit = (db: number): string =>
    db >= PARAMETERS.attenuationLimit.range[1] ? this.strings.noLimit : this.#numbers.format('dB', db);

  /** Of a gain, dB; with its sign. */
  readonly gain = (db: number): string => `${db > 0 ? '+' : ''}${this.#numbers.format('dB', db, 1)}`;

  /** Of a cutoff, Hz; 0 is off. */
  readonly cutoff = (hz: number): string => (hz > 0 ? this.#numbers.format('Hz', hz) : this.strings.off);

  /** Of a level to reach, dBFS. */
  readonly target = (dbfs: number): string => this.decibels(dbfs);

  /** Of a level, dBFS; −Infinity is silence. */
  readonly level = (dbfs: number): string => (Number.isFinite(dbfs) ? this.decibels(dbfs) : this.strings.silent);

  decibels(db: number): string {
    return this.#numbers.format('dB', db);
  }

  milliseconds(seconds: number): string {
    return this.#numbers.format('ms', 1000 * seconds, 1);
  }

  /** Median and 95th percentile. */
  hopTime(p50Ms: number, p95Ms: number): string {
    return `${this.#numbers.format('', p50Ms, 2)} / ${this.#numbers.format('ms', p95Ms, 2)}`;
  }

  count(value: number): string {
    return this.#numbers.format('', value);
  }
}
