import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Starvation } from '../../src/main/starvation.ts';

const LOOK_SECONDS = 0.25;

/** Looks for so many seconds, in which a share of the sound is dry; tells when something is to be done. */
function live(
  starvation: Starvation,
  from: number,
  seconds: number,
  share: number,
  isShed = false,
): [number, boolean][] {
  const told: [number, boolean][] = [];
  for (let time = from; time < from + seconds; time += LOOK_SECONDS) {
    const hold = starvation.look(time, share * LOOK_SECONDS, isShed);
    if (hold !== undefined) told.push([time, hold]);
  }
  return told;
}

describe('a node that lives from hand to mouth', () => {
  it('is left alone where little is late, or much for a short time', () => {
    const starvation = new Starvation();
    assert.deepEqual(live(starvation, 0, 100, 0.1), []);
    assert.deepEqual(live(starvation, 100, 5, 1), []);
    assert.deepEqual(live(starvation, 105, 100, 0), []);
  });

  it('goes dry when a third of the sound was dry for ten seconds, and tries again when it has rested', () => {
    const starvation = new Starvation();
    const told = live(starvation, 0, 25, 0.33);
    assert.deepEqual(told, [
      [10, true],
      [20, false],
    ]);
  });

  it('rests longer each time that the attempt was too early', () => {
    const told = live(new Starvation(), 0, 200, 0.33).map(([time]) => time);
    const rests = [told[1] - told[0], told[3] - told[2], told[5] - told[4]];
    assert.deepEqual(rests, [10, 20, 40]);
  });

  it('has nothing to say where the worker has let go of the node', () => {
    assert.deepEqual(live(new Starvation(), 0, 100, 0.5, true), []);
  });
});
