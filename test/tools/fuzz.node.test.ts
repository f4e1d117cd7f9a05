import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { expect, expectDeclared } from '../../tools/fuzz/finding.ts';
import { fuzzCase } from '../../tools/fuzz/fuzz-case.ts';

const RUN = fileURLToPath(new URL('../../tools/fuzz/run.ts', import.meta.url));

describe('npm run fuzz', () => {
  it('finds nothing in a short run over everything, the same every time', () => {
    const { status, stdout } = spawnSync(process.execPath, ['--import', 'tsx', RUN, '--seed', '1', '--cases', '240'], {
      encoding: 'utf8',
    });
    assert.match(stdout, /\n240 cases, 0 findings\n$/);
    assert.equal(status, 0);
  });

  it('says what it can be asked for', () => {
    const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', RUN, '--only', 'readers,writers'], {
      encoding: 'utf8',
    });
    assert.equal(status, 2);
    assert.match(stderr, /expected readers or manifests or messages or options, got "writers"/);
  });
});

describe('fuzzCase', () => {
  const broken = (action: (share: number) => void) => ({
    name: 'broken',
    run: async (random: { next(): number }) => action(random.next()),
  });

  it('tells what is wrong, and gives the same again for the same seed', async () => {
    const target = broken((share) => expect(share < 0, `a share of ${share}`));
    const words = await fuzzCase(target, 42);
    assert.match(words ?? '', /^a share of 0\.\d+$/);
    assert.equal(await fuzzCase(target, 42), words);
    assert.notEqual(await fuzzCase(target, 43), words);
  });

  it('takes errors of other kinds, accidents and long messages for findings', async () => {
    for (const [error, finding] of [
      [new RangeError('expected 1 to 2, got 3'), undefined],
      [new TypeError('expected a number, got "x"'), /expected RangeError, got TypeError/],
      [new RangeError('Offset is outside the bounds of the DataView'), /an accident/],
      [new RangeError('x'.repeat(1000)), /1000 characters/],
      ['a text', /which is no Error/],
    ] as const) {
      const words = await fuzzCase(
        broken(() => expectDeclared(error, ['RangeError'])),
        1,
      );
      if (finding === undefined) assert.equal(words, undefined);
      else assert.match(words ?? '', finding);
    }
  });
});
