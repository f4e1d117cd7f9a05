import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { crashedFiles, failuresInTap, failuresTold } from './failures.mjs';

const TESTS = `
import { describe, it } from 'node:test';
describe('a bell', () => {
  it('rings', () => {});
  describe('in the rain', () => {
    it('is dry', () => { throw new Error('wet'); });
    it('rings', () => {});
  });
  it('is not heard', () => { throw new Error('heard'); });
});
it('stands alone', () => { throw new Error('not alone'); });
`;

describe('the summary of failures', () => {
  it('names each test that Node says failed, after the suites around it, and no suite', () => {
    const folder = mkdtempSync(join(tmpdir(), 'denoise-node-failures-'));
    try {
      const file = join(folder, 'bell.test.mjs');
      writeFileSync(file, TESTS);
      // A test runner inside another would report to that one.
      const { NODE_TEST_CONTEXT: _, ...env } = process.env;
      const { stdout } = spawnSync(process.execPath, ['--test', '--test-reporter', 'tap', file], {
        encoding: 'utf8',
        env,
      });
      assert.deepEqual(failuresInTap(stdout), [
        'a bell > in the rain > is dry',
        'a bell > is not heard',
        'stands alone',
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('names what the reporter of browsers and pytest tell', () => {
    const told =
      'failed: test/a.test.ts: a > b\nall else\nFAILED tests/a.py::test_b - AssertionError\n1 passed, 2 failed';
    assert.deepEqual(failuresTold(told), ['test/a.test.ts: a > b', 'tests/a.py::test_b - AssertionError']);
  });

  it('names each file once in which a browser crashed, and no other', () => {
    const crash = 'WebKitWebDriver: invalid session id: session deleted because of page crash or hang';
    const told = [`test/a.test.ts: ${crash}`, 'test/a.test.ts: Browser disconnected', 'test/b.test.ts: a > b'];
    assert.deepEqual(crashedFiles(told), ['test/a.test.ts']);
    assert.deepEqual(crashedFiles(told.slice(1)), []);
  });
});
