import { expect } from '@esm-bundle/chai';
import { PowerTable } from '../../../src/engine/dsp/power-table.ts';
import { seededRandom } from '../signals.ts';

describe('PowerTable', () => {
  it('is Math.pow to 3e-7, over all of float32 and beyond', () => {
    const random = seededRandom(1);
    for (const exponent of [-0.35, -1, 0, 0.5, 1]) {
      const power = new PowerTable(exponent);
      let largest = 0;
      for (let i = 0; i < 100_000; i++) {
        const x = 10 ** (-50 + 100 * random());
        largest = Math.max(largest, Math.abs(power.of(x) / x ** exponent - 1));
      }
      expect(largest, `exponent ${exponent}`).to.be.below(exponent === -1 || exponent === 1 ? 1.2e-6 : 3e-7);
    }
  });

  it('never jumps backwards from one step of the table to the next', () => {
    const power = new PowerTable(-0.35);
    let last = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 200_000; i++) {
      const value = power.of(0.9 + i * 1e-5);
      expect(value <= last).to.equal(true);
      last = value;
    }
  });
});
