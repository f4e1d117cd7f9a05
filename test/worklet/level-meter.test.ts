import { expect } from '@esm-bundle/chai';
import { LevelMeter } from '../../worklet/level-meter.ts';

describe('LevelMeter', () => {
  it('tells the root mean square of a tone, after a while, whatever the quantum', () => {
    for (const quantum of [1, 128, 1000]) {
      const meter = new LevelMeter(48000);
      const tone = [Float32Array.from({ length: 48000 }, (_, i) => 0.5 * Math.sin((2 * Math.PI * 1000 * i) / 48000))];
      for (let i = 0; i + quantum <= 48000; i += quantum) meter.take(tone, 1, i, quantum);
      expect(20 * Math.log10(meter.rootMeanSquare)).to.be.closeTo(20 * Math.log10(0.5 / Math.SQRT2), 0.2);
    }
  });

  it('comes to rest at silence instead of at ever smaller numbers', () => {
    const meter = new LevelMeter(48000);
    meter.take([new Float32Array(4800).fill(1)], 1, 0, 4800);
    for (let i = 0; i < 200; i++) meter.take([new Float32Array(4800)], 1, 0, 4800);
    expect(meter.rootMeanSquare).to.equal(0);
  });
});
