import { DenoiseError } from '../../shared/errors.ts';
import { quoted, shortened } from '../../shared/quoted.ts';
import { MOST_DIMENSIONS, MOST_FFT_FACTOR, MOST_TEXT } from './ceilings.ts';

/** Two numbers, the smaller one first. */
export type Range = readonly [number, number];

/**
 * A value in a manifest and the path to it, so that every message can name the field. Each reader below returns the
 * value or throws DenoiseError 'model-mismatch' with what was expected and what was found.
 */
export class Field {
  readonly #value: unknown;
  readonly #path: string;
  readonly #where: string;

  constructor(value: unknown, path: string, where: string) {
    this.#value = value;
    this.#path = path;
    this.#where = where;
  }

  at(key: string): Field {
    const path = this.#path === '' ? key : `${this.#path}.${key}`;
    const record = this.#record();
    return new Field(Object.hasOwn(record, key) ? record[key] : undefined, path, this.#where);
  }

  /** True where the manifest leaves the field out or says null. */
  missing(): boolean {
    return this.#value === undefined || this.#value === null;
  }

  /** @param most fields that there may be */
  entries(most: number): [string, Field][] {
    const keys = Object.keys(this.#record());
    if (keys.length > most) this.fail(`at most ${most} fields (here ${keys.length})`);
    return keys.map((key) => [key, this.at(key)]);
  }

  /** @param most items that there may be */
  list(most: number): Field[] {
    if (!Array.isArray(this.#value)) this.fail('a list');
    const items = this.#value as unknown[];
    if (items.length > most) this.fail(`a list of at most ${most} (here ${items.length})`);
    return items.map((item, i) => new Field(item, `${this.#path}[${i}]`, this.#where));
  }

  text(): string {
    if (typeof this.#value !== 'string' || this.#value === '') this.fail('a text');
    const text = this.#value as string;
    if (text.length > MOST_TEXT) this.fail(`a text of at most ${MOST_TEXT} characters (here ${text.length})`);
    return text;
  }

  sha256(): string {
    if (typeof this.#value !== 'string' || !/^[0-9a-f]{64}$/.test(this.#value))
      this.fail('64 hexadecimal digits in lower case');
    return this.#value as string;
  }

  number(least: number, most: number): number {
    if (typeof this.#value !== 'number' || !(this.#value >= least && this.#value <= most))
      this.fail(`a number from ${least} to ${most}`);
    return this.#value as number;
  }

  whole(least: number, most: number = Number.MAX_SAFE_INTEGER): number {
    const fits =
      Number.isSafeInteger(this.#value) && (this.#value as number) >= least && (this.#value as number) <= most;
    if (!fits)
      this.fail(
        least === most
          ? `${least}`
          : `a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`}`,
      );
    return this.#value as number;
  }

  /** The length of a transform. */
  fftLength(least: number, most: number): number {
    const length = this.whole(least, most);
    if (largestFactor(length) > MOST_FFT_FACTOR)
      this.fail(`a length whose prime factors are at most ${MOST_FFT_FACTOR}`);
    return length;
  }

  oneOf<const T extends string | number>(choices: readonly T[]): T {
    if (!choices.includes(this.#value as T)) this.fail(choices.map((choice) => JSON.stringify(choice)).join(' or '));
    return this.#value as T;
  }

  /** Two finite numbers, the smaller one first. */
  range(): Range {
    const list = this.#value;
    const good = Array.isArray(list) && list.length === 2 && list.every(Number.isFinite) && list[0] < list[1];
    if (!good) this.fail('a range such as [-1,1], the smaller number first');
    return list as unknown as Range;
  }

  /** −1 for the batch, then whole sizes. */
  batchedShape(): number[] {
    const sizes = this.list(MOST_DIMENSIONS).map((item) => item.#value);
    const good =
      sizes.length >= 2 &&
      sizes[0] === -1 &&
      sizes.slice(1).every((size) => Number.isSafeInteger(size) && (size as number) >= 1);
    if (!good) this.fail('a shape such as [-1,3,769], −1 for the batch');
    return sizes as number[];
  }

  /** One of the shapes that the rest of the manifest implies. */
  shape(...expected: readonly (readonly number[])[]): void {
    const choices = expected.map((shape) => JSON.stringify(shape));
    const found = this.list(MOST_DIMENSIONS).map((item) => item.#value);
    if (!expected.some((shape) => shape.length === found.length && shape.every((size, i) => size === found[i])))
      this.fail(`${choices.join(' or ')}, as framing, features, bands and estimate imply`);
  }

  #record(): Record<string, unknown> {
    if (typeof this.#value !== 'object' || this.#value === null || Array.isArray(this.#value)) this.fail('an object');
    return this.#value as Record<string, unknown>;
  }

  fail(expected: string): never {
    const found = this.#value === undefined ? 'nothing' : quoted(this.#value);
    const field = this.#path === '' ? 'the manifest' : `field "${shortened(this.#path)}"`;
    throw new DenoiseError(
      'model-mismatch',
      `${shortened(this.#where)}: ${field}: expected ${expected}, found ${found}. ` +
        'Use a model folder made for contract 1 and this version, or update denoise-node.',
    );
  }
}

function largestFactor(length: number): number {
  let rest = length;
  let largest = 1;
  for (let factor = 2; rest > 1; factor++) {
    for (; rest % factor === 0; rest /= factor) largest = factor;
  }
  return largest;
}
