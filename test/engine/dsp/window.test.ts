import { expect } from '@esm-bundle/chai';
import { asymmetricSqrtHann } from '../../../src/engine/dsp/window.ts';

const FRAMINGS = [
  { hopSamples: 480, windowSamples: 1536, overlapSamples: 240 },
  { hopSamples: 480, windowSamples: 960, overlapSamples: 480 },
  { hopSamples: 160, windowSamples: 512, overlapSamples: 80 },
  { hopSamples: 63, windowSamples: 255, overlapSamples: 1 },
];

describe('asymmetricSqrtHann', () => {
  it('has a product that adds up to exactly 1 at every hop', () => {
    for (const framing of FRAMINGS) {
      const { analysis, synthesis } = asymmetricSqrtHann(framing);
      const { hopSamples: hop, windowSamples, overlapSamples: overlap } = framing;
      const product = synthesis.map((w, n) => w * analysis[windowSamples - synthesis.length + n]);
      for (let n = 0; n < hop; n++) {
        const sum = product[n] + (n < overlap ? product[hop + n] : 0);
        expect(sum, `sample ${n} of hop ${hop}`).to.be.closeTo(1, 1e-14);
      }
    }
  });

  it('never amplifies: a wrong bin cannot sound louder through the synthesis window', () => {
    for (const framing of FRAMINGS.slice(0, 3)) {
      const { analysis, synthesis } = asymmetricSqrtHann(framing);
      expect(Math.max(...analysis)).to.be.at.most(1);
      expect(Math.min(...analysis, ...synthesis)).to.be.above(0);
      expect(Math.max(...synthesis)).to.be.below(1.5);
    }
  });
});
