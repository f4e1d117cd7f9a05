import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { delayBetween } from '../../tools/delay.mjs';
import { noise } from '../engine/signals.ts';

/** The same sound, `delay` samples later, in a signal of the given length. */
function later(samples: Float32Array, delay: number, length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => samples[i - delay] ?? 0);
}

/** Low frequencies alone, as most of speech is: a running mean over 40 samples, taken twice. */
function rumble(length: number): Float32Array {
  const smooth = (samples: Float32Array) =>
    samples.map((_, i) => samples.subarray(Math.max(0, i - 39), i + 1).reduce((sum, value) => sum + value, 0) / 40);
  return smooth(smooth(noise(length, 1)));
}

describe('delayBetween', () => {
  it('finds every delay to the sample, none and the longest included', () => {
    const sound = noise(2000, 1);
    for (const delay of [0, 1, 240, 992, 1000]) {
      const found = delayBetween(sound, later(sound, delay, 3100), 1000);
      assert.equal(found.samples, delay);
      assert.ok(found.likeness > 0.999, `likeness ${found.likeness}`);
    }
  });

  it('finds the delay of low frequencies, turned down and with noise of its own', () => {
    const sound = rumble(8000);
    const other = noise(8600, 7, 0.001);
    const heard = later(sound, 333, 8600).map((value, i) => 0.3 * value + other[i]);
    assert.equal(delayBetween(sound, heard, 500).samples, 333);
  });

  it('finds delays between samples', () => {
    const sound = rumble(4000);
    const one = later(sound, 100, 4300);
    const next = later(sound, 101, 4300);
    const between = one.map((value, i) => 0.5 * value + 0.5 * next[i]);
    const { exact } = delayBetween(sound, between, 200);
    assert.ok(Math.abs(exact - 100.5) < 0.01, `found ${exact}`);
  });

  it('looks for the stretch it is told to look for', () => {
    const sound = noise(3000, 1);
    const heard = later(sound, 50, 3300);
    // Outside of the stretch something else is heard, much louder.
    heard.set(noise(1000, 3, 9), 0);
    assert.equal(delayBetween(sound, heard, 100, { start: 1500, length: 1000 }).samples, 50);
  });

  it('tells silence from sound that was not found', () => {
    assert.equal(delayBetween(noise(500, 1), new Float32Array(700), 100).likeness, 0);
    assert.ok(delayBetween(noise(5000, 1), noise(5200, 9), 100).likeness < 0.1);
  });

  it('refuses signals that are too short to be shifted', () => {
    assert.throws(() => delayBetween(new Float32Array(100), new Float32Array(100), 100), RangeError);
  });
});
