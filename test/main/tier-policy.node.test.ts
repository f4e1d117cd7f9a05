import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Moment, TierPolicy } from '../../src/main/auto/tier-policy.ts';

const LOOK_SECONDS = 0.25;
const CALM: Moment = { load: 0.05, drySeconds: 0, isShed: false };
const LATE: Moment = { load: 0.5, drySeconds: 0.3 * LOOK_SECONDS, isShed: false };
const SHED: Moment = { load: 1, drySeconds: 0, isShed: true };

/** Looks at the same moment again and again until it is told to go over to another model, or `most` seconds passed. */
function lookUntilTold(
  policy: TierPolicy,
  from: number,
  moment: Moment,
  most = 1000,
): { after: number; told: 'lighter' | 'heavier' | undefined } {
  for (let now = from + LOOK_SECONDS; now <= from + most; now += LOOK_SECONDS) {
    const told = policy.look(now, moment);
    if (told !== undefined) return { after: now - from, told };
  }
  return { after: most, told: undefined };
}

/** How long it stays with the lighter model, each time that the heavier one proves too much at once. */
function rests(count: number): number[] {
  const policy = new TierPolicy();
  let now = 0;
  return Array.from({ length: count }, () => {
    policy.begin(now);
    now += lookUntilTold(policy, now, SHED).after;
    policy.begin(now);
    policy.wentDown(now);
    const { after, told } = lookUntilTold(policy, now, CALM);
    assert.equal(told, 'heavier');
    now += after;
    policy.wentUp(now);
    return after;
  });
}

describe('the choice between a lighter and a heavier model', () => {
  it('goes down at once where the worker has let go of the node', () => {
    assert.deepEqual(lookUntilTold(new TierPolicy(), 0, SHED), { after: LOOK_SECONDS, told: 'lighter' });
  });

  it('goes down where a third of the sound is late for four seconds, and not for a hiccup', () => {
    assert.deepEqual(lookUntilTold(new TierPolicy(), 0, LATE), { after: 4, told: 'lighter' });
    const policy = new TierPolicy();
    assert.equal(lookUntilTold(policy, 0, LATE, 3).told, undefined);
    assert.equal(lookUntilTold(policy, 3, CALM, 9).told, undefined);
  });

  it('goes back after ten seconds of calm, and never while sound is late or there is no room', () => {
    assert.deepEqual(lookUntilTold(new TierPolicy(), 0, CALM), { after: 10, told: 'heavier' });
    const unsettled = [
      { ...CALM, load: 0.4 },
      { ...CALM, drySeconds: 0.1 * LOOK_SECONDS },
    ];
    for (const moment of unsettled) assert.equal(lookUntilTold(new TierPolicy(), 0, moment, 100).told, undefined);
  });

  it('goes back in spite of a hiccup', () => {
    const policy = new TierPolicy();
    policy.look(LOOK_SECONDS, { ...CALM, drySeconds: 0.05 });
    assert.equal(lookUntilTold(policy, LOOK_SECONDS, CALM).told, 'heavier');
  });

  it('waits twice as long each time that the return was too early, up to ten minutes', () => {
    assert.deepEqual(rests(9), [10, 20, 40, 80, 160, 320, 640, 640, 640]);
  });

  it('forgets that where a return has held for a minute', () => {
    const policy = new TierPolicy();
    policy.wentUp(0);
    policy.wentDown(5);
    policy.wentUp(30);
    policy.wentDown(100);
    policy.begin(100);
    assert.equal(lookUntilTold(policy, 100, CALM).after, 10);
  });

  it('rests after a model that could not be had, longer each time', () => {
    const policy = new TierPolicy();
    policy.failed(0);
    assert.deepEqual(lookUntilTold(policy, 0, SHED), { after: 20, told: 'lighter' });
    policy.failed(20);
    assert.deepEqual(lookUntilTold(policy, 20, SHED), { after: 40, told: 'lighter' });
  });
});
