/** docs/api-report.md is what the sources say: whoever changes the face of the package sees it in a diff. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { apiReport } from '../../tools/api-report.mjs';

const KEPT = readFileSync(join(import.meta.dirname, '../../docs/api-report.md'), 'utf8');

describe('the public types', () => {
  it('are those of docs/api-report.md; where they are meant to differ: npm run build && npm run api', () => {
    assert.equal(apiReport(), KEPT);
  });

  it('are there for every entry that has any', () => {
    for (const name of ['DenoiseNode', 'StandardizedDenoiseNode', 'DenoisePanel', 'Denoiser'])
      assert.match(KEPT, new RegExp(`^- \`${name}\`$`, 'm'));
  });
});
