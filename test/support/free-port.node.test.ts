import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { freePort } from './free-port.mjs';

describe('free ports', () => {
  it('differ for all who ask at the same moment', async () => {
    const ports = await Promise.all(Array.from({ length: 20 }, freePort));
    assert.equal(new Set(ports).size, 20);
  });

  it('are what runs of tests in browsers get, of which two begin together', async () => {
    const runs = await Promise.all(
      [1, 2].map(
        (run) => import(`../../web-test-runner.config.mjs?run=${run}`) as Promise<{ default: { port: number } }>,
      ),
    );
    const [one, other] = runs.map((run) => run.default.port);
    assert.ok(one > 0 && other > 0 && one !== other, `${one} and ${other}`);
  });
});
