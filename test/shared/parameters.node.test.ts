/** The table of parameters against what is written of them for a reader. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { DEFAULT_OPTIONS, RANGES, resolveOptions } from '../../src/main/options.ts';
import { clampTo, isNumeric, PARAMETER_NAMES, PARAMETERS, type ParameterName } from '../../src/shared/parameters.ts';

/** The comment right before a member of an interface, as one line. */
function commentOf(file: string, member: string): string {
  const source = readFileSync(new URL(`../../src/main/${file}`, import.meta.url), 'utf8');
  const found = source.match(new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\s*(?:readonly )?${member}\\??: `));
  assert.ok(found, `${file} documents ${member}`);
  return found[1].replaceAll(/\s*\n\s*\*\s?/g, ' ').trim();
}

/** The range that a comment states, or undefined. */
function statedRange(comment: string): [number, number] | undefined {
  const found = comment.match(/@min (-?[\d.]+) @max (-?[\d.]+)/);
  return found ? [Number(found[1]), Number(found[2])] : undefined;
}

describe('the table of parameters', () => {
  const documents = [
    ['options.ts', (name: ParameterName) => String(PARAMETERS[name].default)],
    ['node-parameters.ts', (name: ParameterName) => String(Number(PARAMETERS[name].default))],
  ] as const;
  for (const [file, defaultOf] of documents) {
    for (const name of PARAMETER_NAMES) {
      it(`agrees with what ${file} says of ${name}`, () => {
        const comment = commentOf(file, name);
        assert.ok(comment.includes(`Default ${defaultOf(name)}.`), comment);
        if (PARAMETERS[name].unit === 'dB') assert.match(comment, /\bdB(?:FS)?\b/);
        const asOption = file === 'options.ts';
        const isSwitch = asOption && !isNumeric(name);
        assert.deepEqual(statedRange(comment), isSwitch ? undefined : [...PARAMETERS[name].range]);
      });
    }
  }

  it('is what options default to, are checked against and are resolved to', () => {
    for (const name of PARAMETER_NAMES) {
      assert.equal(DEFAULT_OPTIONS[name], PARAMETERS[name].default);
      assert.equal(resolveOptions()[name], PARAMETERS[name].default);
      if (!isNumeric(name)) {
        assert.throws(() => resolveOptions({ [name]: 1 as unknown as boolean }), /expected true or false, got 1\.$/);
        continue;
      }
      const [least, most] = PARAMETERS[name].range;
      assert.equal(RANGES[name], PARAMETERS[name].range);
      for (const value of [least, most]) assert.equal(resolveOptions({ [name]: value })[name], value);
      for (const value of [least - 0.1, most + 0.1])
        assert.throws(() => resolveOptions({ [name]: value }), new RegExp(`expected ${least} to ${most}, got`));
    }
  });

  it('lies inside its own ranges', () => {
    for (const name of PARAMETER_NAMES) {
      const { default: value, range } = PARAMETERS[name];
      assert.equal(clampTo(range, Number(value)), Number(value));
    }
  });

  it('says the same of the other options that have a range as their comments do', () => {
    for (const name of ['latencyHint', 'maxChannels'] as const)
      assert.deepEqual(statedRange(commentOf('options.ts', name)), [...RANGES[name]]);
  });
});

describe('clampTo', () => {
  it('takes the nearest value in the range, and the lower end for what is no number', () => {
    const values = [-61, -60, 0, 24, 25, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
    assert.deepEqual(
      values.map((value) => clampTo([-60, 24], value)),
      [-60, -60, 0, 24, 24, 24, -60, -60],
    );
  });
});
