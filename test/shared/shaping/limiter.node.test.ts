import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Limiter } from '../../../src/shared/shaping/limiter.ts';
import { noise } from '../../engine/signals.ts';

const RATE = 48000;
const CEILING = 10 ** (-1 / 20);
const KNEE = 10 ** (-6 / 20);

function limited(...signals: Float32Array[]): Float32Array[] {
  const limiter = new Limiter(RATE);
  const planes = signals.map((signal) => signal.slice());
  for (let start = 0; start < planes[0].length; start += 128)
    limiter.process(planes, planes.length, start, Math.min(128, planes[0].length - start), 1, 1);
  return planes;
}

describe('Limiter', () => {
  it('keeps everything below −1 dBFS, from the first loud sample on', () => {
    for (const amplitude of [0.9, 1, 3, 16]) {
      const signal = noise(RATE, 1, amplitude);
      signal.fill(0, 0, 1000);
      signal[1000] = amplitude;
      assert.ok(
        limited(signal)[0].every((sample) => Math.abs(sample) <= CEILING + 1e-7),
        `${amplitude}`,
      );
    }
  });

  it('leaves what stays below −6 dBFS bit for bit', () => {
    const signal = noise(RATE, 2, KNEE - 1e-4);
    assert.deepEqual(limited(signal)[0], signal);
  });

  it('lets go within a second of a peak', () => {
    const signal = noise(2 * RATE, 3, 0.2);
    signal[100] = 8;
    assert.deepEqual(limited(signal)[0].subarray(RATE), signal.subarray(RATE));
  });

  it('holds all channels down alike, so that nothing moves between left and right', () => {
    const loud = noise(RATE, 4, 2);
    const quiet = loud.map((sample) => sample / 10);
    const [left, right] = limited(loud, quiet);
    right.forEach((sample, n) => assert.ok(Math.abs(10 * sample - left[n]) < 1e-5));
  });

  it('bends instead of cutting: a louder peak comes out louder', () => {
    const peakOf = (amplitude: number): number => Math.max(...limited(new Float32Array(1).fill(amplitude))[0]);
    const peaks = [0.4, 0.5, 0.6, 0.8, 1, 1.2].map(peakOf);
    peaks.slice(1).forEach((peak, i) => assert.ok(peak > peaks[i]));
  });
});
