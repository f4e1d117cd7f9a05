import { expect } from '@esm-bundle/chai';
import { cleanSample, DENORMAL_FLOOR, SAMPLE_CEILING } from '../../../src/engine/dsp/clean-sample.ts';

describe('cleanSample', () => {
  it('lets sound through as it is', () => {
    for (const sample of [0, 1, -1, 0.3, -1e-9, 12, DENORMAL_FLOOR, -SAMPLE_CEILING])
      expect(cleanSample(sample)).to.equal(sample);
  });

  it('silences what is no number, infinite, absurd or about to become denormal', () => {
    for (const sample of [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      3e38,
      1e-16,
      -1e-40,
      5e-324,
    ]) {
      expect(cleanSample(sample), String(sample)).to.equal(0);
    }
  });
});
