/** What the repository holds stays small, and what is kept packed comes out as it was. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { checkPackedWeights } from '../../tools/weights.mjs';

const ROOT = join(import.meta.dirname, '../..');
const MOST_BYTES = 40 * 2 ** 20;

describe('the tracked tree', () => {
  it('weighs less than 40 MB', (test) => {
    let listed: string;
    try {
      listed = execFileSync('git', ['ls-files', '-z'], {
        cwd: ROOT,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    } catch {
      return test.skip('not a clone');
    }
    const bytes = listed
      .split('\0')
      .filter(Boolean)
      .reduce((sum, path) => sum + (lstatSync(join(ROOT, path), { throwIfNoEntry: false })?.size ?? 0), 0);
    assert.ok(bytes < MOST_BYTES, `${bytes} bytes`);
  });

  it('holds weights that unpack to those of their manifests, to the bit', () => {
    checkPackedWeights();
  });
});
