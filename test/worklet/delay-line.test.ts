import { expect } from '@esm-bundle/chai';
import { DelayLine } from '../../worklet/delay-line.ts';
import { noise, seededRandom } from '../engine/signals.ts';

describe('DelayLine', () => {
  it('gives back what was written at a position, as far back as was asked for, at positions of any size', () => {
    for (const first of [0, 2 ** 31 - 300, 2 ** 40]) {
      const random = seededRandom(5);
      const line = new DelayLine(1, 1000);
      const signal = noise(6000, 1);
      const out = new Float32Array(1000);
      for (let now = 0; now < 5000; ) {
        const length = 1 + Math.floor(random() * 200);
        line.write(0, first + now, signal, now, length);
        now += length;
        const delay = Math.min(now, Math.floor(random() * 1000));
        line.read(0, first + now - delay, out, delay);
        expect(out.subarray(0, delay)).to.deep.equal(signal.subarray(now - delay, now));
      }
    }
  });

  it('holds silence before the first sample', () => {
    const line = new DelayLine(1, 100);
    line.write(0, 0, Float32Array.of(1), 0, 1);
    const out = new Float32Array(3).fill(9);
    line.read(0, -2, out, 3);
    expect([...out]).to.deep.equal([0, 0, 1]);
  });

  it('takes over the past of a shorter line', () => {
    const signal = noise(400, 2);
    const short = new DelayLine(2, 100);
    for (const channel of [0, 1]) short.write(channel, 1000, signal, 0, 400);
    const long = new DelayLine(2, 1000);
    long.copyFrom(short, 1400);
    const out = new Float32Array(100);
    long.read(1, 1300, out, 100);
    expect(out).to.deep.equal(signal.subarray(300));
  });
});
