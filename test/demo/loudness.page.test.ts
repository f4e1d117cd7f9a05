import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { integratedLoudness, loudnessOf } from '../../demo/loudness.ts';

const sine = (hz: number, amplitude: number, seconds: number, rate: number) =>
  Float32Array.from({ length: seconds * rate }, (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / rate));

describe('loudness', () => {
  it('of a full-scale tone at 997 Hz in one channel is -3.01 LUFS, as the recommendation says, at any rate', () => {
    for (const rate of [16_000, 44_100, 48_000, 96_000]) {
      const lufs = loudnessOf([sine(997, 1, 3, rate)], rate);
      assert.ok(Math.abs(lufs + 3.01) < 0.05, `${lufs} LUFS at ${rate} Hz`);
    }
  });

  it('adds up over channels', () => {
    const tone = sine(997, 0.1, 3, 48_000);
    assert.ok(Math.abs(loudnessOf([tone, tone], 48_000) - loudnessOf([tone], 48_000) - 3.01) < 0.01);
  });

  it('hears little of what is very low, and more of what is high', () => {
    const at = (hz: number) => loudnessOf([sine(hz, 0.1, 3, 48_000)], 48_000);
    assert.ok(at(25) < at(997) - 6);
    assert.ok(Math.abs(at(4000) - at(997) - 3.3) < 0.3, `${at(4000)} and ${at(997)} LUFS`);
  });

  it('does not count pauses', () => {
    const tone = sine(997, 0.1, 4, 48_000);
    const withPause = new Float32Array(2 * tone.length);
    withPause.set(tone);
    assert.ok(Math.abs(loudnessOf([withPause], 48_000) - loudnessOf([tone], 48_000)) < 0.3);
  });

  it('of silence, of too little sound and of no numbers is minus infinity', () => {
    for (const samples of [
      new Float32Array(48_000),
      sine(997, 1, 0.3, 48_000),
      new Float32Array(48_000).fill(Number.NaN),
      new Float32Array(0),
    ]) {
      assert.equal(loudnessOf([samples], 48_000), Number.NEGATIVE_INFINITY);
    }
    assert.equal(integratedLoudness([]), Number.NEGATIVE_INFINITY);
  });
});
