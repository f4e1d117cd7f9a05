/** An archive while workers are killed, Redis is restarted and the store refuses some writes. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { undergo } from './support/ordeal.ts';
import { missingStore } from './support/s3-server.ts';

describe('an archive', { skip: await missingStore() }, () => {
  it('is there once and whole, whoever dies', { timeout: 900_000 }, async () => {
    const { kills, status, lastStatus, ...faults } = await undergo({ recordings: 60, kills: 3, seed: 13 });
    assert.equal(kills, 3);
    assert.deepEqual(faults, { wrong: [], changed: [], left: [], foreign: [], untold: [] });
    const { done, failed, waiting, underWay } = status;
    assert.deepEqual({ done, failed, waiting, underWay }, { done: 54, failed: 6, waiting: 0, underWay: 0 });
    for (const { reason } of status.failures)
      assert.match(reason, /s3:\/\/archive\/out\/\d+\.wav: the store failed .*: try again later \(InternalError\)$/);
    assert.equal(lastStatus.done, 60);
    assert.equal(lastStatus.failed, 0);
  });
});
