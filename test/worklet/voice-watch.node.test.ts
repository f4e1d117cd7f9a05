import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VoiceWatch } from '../../worklet/voice-watch.ts';

const RATE = 48000;
const STRETCH = 128;

interface Change {
  readonly speaks: boolean;
  /** When it was told, and when it was, seconds. */
  readonly toldAt: number;
  readonly at: number;
}

/** What is told of stretches of voice and silence, each so many seconds long. */
function changesIn(parts: readonly (readonly [voice: number, seconds: number])[], holdMs = 800): Change[] {
  const watch = new VoiceWatch(RATE, holdMs);
  const changes: Change[] = [];
  let now = 0;
  for (const [voice, seconds] of parts) {
    for (let left = seconds * RATE; left > 0; left -= STRETCH) {
      const length = Math.min(STRETCH, left);
      now += length;
      if (!watch.take(voice, length)) continue;
      changes.push({ speaks: watch.speaks, toldAt: now / RATE, at: (now - watch.since) / RATE });
    }
  }
  return changes;
}

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 0.005, `${actual} s, not ${expected} s`);
}

describe('VoiceWatch', () => {
  it('tells of a voice after 0.3 s of it, and where it began', () => {
    const [start, ...others] = changesIn([
      [0, 1],
      [1, 2],
    ]);
    assert.equal(start.speaks, true);
    near(start.toldAt, 1.3);
    near(start.at, 1);
    assert.deepEqual(others, []);
  });

  it('tells of its end when the hold is over, and where it ended', () => {
    for (const holdMs of [0, 300, 2000]) {
      const [, end, ...others] = changesIn(
        [
          [1, 2],
          [0, 3],
        ],
        holdMs,
      );
      assert.equal(end.speaks, false);
      near(end.toldAt, 2 + holdMs / 1000);
      near(end.at, 2);
      assert.deepEqual(others, []);
    }
  });

  it('is not ended by a gap that is shorter than the hold, nor kept alive by one that is longer', () => {
    const sentence = (gap: number) =>
      changesIn([
        [1, 1],
        [0, gap],
        [1, 1],
        [0, 2],
      ]).map(({ speaks }) => speaks);
    assert.deepEqual(sentence(0.7), [true, false]);
    assert.deepEqual(sentence(0.9), [true, false, true, false]);
  });

  it('does not take taps on keys for a voice, however many', () => {
    const taps = Array.from({ length: 100 }, (_, i) => (i % 2 ? ([0, 0.1] as const) : ([1, 0.08] as const)));
    assert.deepEqual(changesIn(taps), []);
  });

  it('takes words with short gaps for one voice', () => {
    const words = Array.from({ length: 10 }, (_, i) => (i % 2 ? ([0, 0.1] as const) : ([1, 0.25] as const)));
    assert.deepEqual(
      changesIn([...words, [0, 2]]).map(({ speaks }) => speaks),
      [true, false],
    );
  });

  it('does not begin for what is not sure', () => {
    assert.deepEqual(changesIn([[0.6, 5]]), []);
  });
});
