/** The simulation of docs/scale.md against what can be worked out by hand. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Agenda } from '../../tools/scale/agenda.ts';
import { calibrationOf } from '../../tools/scale/calibration.ts';
import { calm, lengthsAround, type Scenario, simulate } from '../../tools/scale/queue-simulation.ts';

function outcomeOf(scenario: Partial<Scenario> & Pick<Scenario, 'recordings' | 'workers' | 'speed'>) {
  return simulate({ ...calm(), ...scenario });
}

const about = (value: number, expected: number, share: number): void =>
  assert.ok(Math.abs(value - expected) <= share * expected, `expected about ${expected}, got ${value}`);

describe('a simulated queue', () => {
  it('takes N · L / (S · W) where all recordings are equal and nothing goes wrong', () => {
    const outcome = outcomeOf({ recordings: lengthsAround(60, 0, 4000, 1), workers: 10, jobs: 4, speed: 20 });
    about(outcome.wall, (4000 * 60) / (20 * 40), 1e-9);
    about(outcome.utilisation, 1, 1e-9);
    assert.deepEqual([outcome.repeated, outcome.failed, outcome.tries], [0, 0, 4000]);
  });

  it('takes as much for unequal ones, within the longest, and that is its tail', () => {
    const recordings = lengthsAround(60, 1, 4000, 1);
    const sum = recordings.reduce((all, one) => all + one, 0);
    const longest = recordings.reduce((most, one) => Math.max(most, one));
    const { wall, tail } = outcomeOf({ recordings, workers: 10, jobs: 4, speed: 20 });
    assert.ok(wall >= sum / 800 && wall <= sum / 800 + longest / 20, `${wall}`);
    assert.ok(tail > 0 && tail <= longest / 20, `${tail}`);
  });

  it('gives one worker the sum of all recordings and overheads, after its start', () => {
    const recordings = [10, 70, 30, 5];
    const { wall } = outcomeOf({ recordings, workers: 1, speed: 10, overhead: 0.5, start: 3 });
    about(wall, 3 + 4 * 0.5 + 115 / 10, 1e-9);
  });

  it('does 1 / (1 − p) of the work where a share p of the tries fails, however long retries wait', () => {
    const recordings = lengthsAround(60, 0.5, 20_000, 2);
    const sum = recordings.reduce((all, one) => all + one, 0);
    const retry = { attempts: 100, backoff: { type: 'exponential', delay: 1 } };
    const outcome = outcomeOf({ recordings, workers: 20, speed: 10, failures: 0.2, retry });
    about(outcome.busy, sum / 10 / 0.8, 0.02);
    about(outcome.repeated, 0.2, 0.05);
    assert.equal(outcome.failed, 0);
  });

  it('gives up p^attempts of the recordings, after the attempts that the command makes', () => {
    const recordings = lengthsAround(10, 0, 20_000, 3);
    const { failed, tries } = outcomeOf({ recordings, workers: 20, speed: 10, failures: 0.5 });
    about(failed, 20_000 / 2 ** 5, 0.1);
    about(tries, (20_000 * (1 - 0.5 ** 5)) / 0.5, 0.02);
  });

  it('waits before a further attempt as BullMQ does: 5 s, 10 s, 20 s, 40 s', () => {
    const { wall, failed } = outcomeOf({ recordings: [10], workers: 1, speed: 10, failures: 1 });
    about(wall, 5 * 1 + 5 + 10 + 20 + 40, 1e-9);
    assert.equal(failed, 1);
  });

  it('loses to deaths what was under way: e^(L/SM) − 1 of the lifetimes for each recording', () => {
    const [length, lifetime] = [50, 100];
    const recordings = lengthsAround(length, 0, 5000, 4);
    // Nobody waits for a stall here: as soon as one is dead, it is taken over and started anew.
    const stall = { lockDuration: 1, stalledInterval: 1, maxStalledCount: 1000 };
    const outcome = outcomeOf({ recordings, workers: 10, speed: 1, lifetime, stall });
    about(outcome.busy, 5000 * lifetime * (Math.exp(length / lifetime) - 1), 0.03);
    about(outcome.deaths, outcome.busy / lifetime, 0.03);
    about(outcome.repeated, 1 - (5000 * length) / outcome.busy, 0.01);
  });

  it('takes over from the dead after half the stall time to one and a half of it', () => {
    const scenario = { recordings: [10_000], workers: 1, speed: 1, lifetime: 10_000 };
    const outcomes = Array.from({ length: 1000 }, (_, seed) => outcomeOf({ ...scenario, seed }));
    const waits = outcomes.filter(({ deaths }) => deaths === 1).map(({ wall, busy }) => wall - busy);
    assert.ok(waits.length > 100);
    // The command's own time is 30 s.
    for (const wait of waits) assert.ok(wait >= 15 && wait <= 45, `${wait}`);
    about(waits.reduce((sum, one) => sum + one, 0) / waits.length, 30, 0.05);
  });

  it('gives up a recording over which more workers died than the command allows', () => {
    const outcome = outcomeOf({ recordings: [1000], workers: 2, speed: 1, lifetime: 1 });
    assert.deepEqual([outcome.failed, outcome.tries], [1, 11]);
  });

  it('lets slow machines do less, and wait for the last of them', () => {
    const recordings = lengthsAround(10, 0, 7000, 5);
    const { wall, tail } = outcomeOf({ recordings, workers: 10, speed: 10, slow: 0.4, slowness: 4 });
    about(wall, 7000 / (6 + 4 / 4), 0.01);
    assert.ok(tail <= 4, `${tail}`);
  });

  it('is the same for the same seed, and another for another', () => {
    const troubles = {
      workers: 7,
      jobs: 3,
      speed: 9,
      failures: 0.1,
      lifetime: 500,
      repair: 20,
      slow: 0.2,
      slowness: 2,
    };
    const recordings = lengthsAround(90, 0.7, 2000, 6);
    assert.deepEqual(outcomeOf({ recordings, ...troubles }), outcomeOf({ recordings, ...troubles }));
    assert.notEqual(outcomeOf({ recordings, ...troubles }).wall, outcomeOf({ recordings, ...troubles, seed: 2 }).wall);
  });
});

describe('lengthsAround', () => {
  it('has the mean and the spread that were asked for', () => {
    const logs = lengthsAround(60, 0.5, 20_000, 7).map(Math.log);
    const mean = logs.reduce((sum, one) => sum + one, 0) / logs.length;
    const variance = logs.reduce((sum, one) => sum + (one - mean) ** 2, 0) / logs.length;
    about(Math.sqrt(variance), 0.5, 0.02);
    about(Math.exp(mean + variance / 2), 60, 0.02);
  });
});

describe('Agenda', () => {
  it('gives out in the order of time, and of entry where times are equal', () => {
    const agenda = new Agenda<number>();
    const times = [5, 1, 4, 1, 3, 9, 2, 6, 5, 3, 5];
    for (const [i, at] of times.entries()) agenda.put(at, i);
    const taken = times.map(() => agenda.take()?.what);
    assert.deepEqual(taken, [1, 3, 6, 4, 9, 2, 0, 8, 10, 7, 5]);
    assert.equal(agenda.take(), undefined);
  });
});

describe('calibrationOf', () => {
  it('finds speed, overhead, start and end of a worker', () => {
    const truth = { speed: 20, overhead: 0.25, start: 1.5 };
    let at = truth.start;
    const done = [12, 40, 7, 22, 31].map((seconds) => {
      at += truth.overhead + seconds / truth.speed;
      return { at, seconds };
    });
    const found = calibrationOf({ wall: at + 0.75, done });
    for (const [name, value] of Object.entries({ ...truth, end: 0.75 }))
      about(found[name as keyof typeof found], value, 1e-9);
  });

  it('keeps the sum of what was measured where the line would have no overhead', () => {
    const done = [10, 10, 20, 40].map((seconds, i) => ({ at: [1, 1.1, 2, 9][i], seconds }));
    const { speed, overhead } = calibrationOf({ wall: 9, done });
    assert.equal(overhead, 0);
    about(70 / speed, 8, 1e-9);
  });

  it('asks for enough recordings', () => {
    assert.throws(() => calibrationOf({ wall: 1, done: [{ at: 1, seconds: 1 }] }), /three recordings or more/);
  });
});
