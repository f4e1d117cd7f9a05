import { expect } from '@esm-bundle/chai';
import { noisyShare } from '../../../src/engine/attenuation-limit.ts';
import { makeSpectrum, type Spectrum } from '../../../src/engine/dsp/analysis.ts';
import { applyEstimate } from '../../../src/engine/hops/estimate.ts';
import { noise } from '../signals.ts';

const BINS = 9;

describe('applyEstimate', () => {
  it('multiplies each bin by its complex gain', () => {
    const noisy = randomSpectrum();
    const enhanced = makeSpectrum(BINS);
    const mask = noise(2 * BINS, 2);
    expect(applyEstimate({ kind: 'complex-mask' }, mask, 0, 100, noisy, enhanced)).to.equal(true);
    for (let k = 0; k < BINS; k++) {
      expect(enhanced.re[k]).to.be.closeTo(noisy.re[k] * mask[k] - noisy.im[k] * mask[BINS + k], 1e-12);
      expect(enhanced.im[k]).to.be.closeTo(noisy.re[k] * mask[BINS + k] + noisy.im[k] * mask[k], 1e-12);
    }
  });

  it('multiplies each bin by its real gain, from the offset on', () => {
    const noisy = randomSpectrum();
    const enhanced = makeSpectrum(BINS);
    const mask = noise(3 * BINS, 3);
    expect(applyEstimate({ kind: 'mask' }, mask, BINS, 100, noisy, enhanced)).to.equal(true);
    for (let k = 0; k < BINS; k++) {
      expect(enhanced.re[k]).to.be.closeTo(noisy.re[k] * mask[BINS + k], 1e-12);
      expect(enhanced.im[k]).to.be.closeTo(noisy.im[k] * mask[BINS + k], 1e-12);
    }
  });

  it('leaves 20 dB less of what the model removes when the limit is 20 dB', () => {
    const noisy = randomSpectrum();
    const enhanced = makeSpectrum(BINS);
    applyEstimate({ kind: 'mask' }, new Float32Array(BINS), 0, 20, noisy, enhanced);
    for (let k = 0; k < BINS; k++) expect(enhanced.re[k]).to.be.closeTo(0.1 * noisy.re[k], 1e-12);
  });

  it('lets the noisy spectrum through, and says so, when any value is not finite', () => {
    for (const kind of ['mask', 'complex-mask'] as const) {
      for (const poison of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        const noisy = randomSpectrum();
        const enhanced = makeSpectrum(BINS);
        const mask = new Float32Array(2 * BINS).fill(0.5);
        mask[4] = poison;
        expect(applyEstimate({ kind }, mask, 0, 100, noisy, enhanced)).to.equal(false);
        expect([...enhanced.re, ...enhanced.im]).to.deep.equal([...noisy.re, ...noisy.im]);
      }
    }
  });
});

describe('noisyShare', () => {
  it('is exactly 1 without attenuation and exactly 0 without a limit', () => {
    expect(noisyShare(0)).to.equal(1);
    expect(noisyShare(100)).to.equal(0);
    expect(noisyShare(6.0206)).to.be.closeTo(0.5, 1e-6);
  });
});

function randomSpectrum(): Spectrum {
  return { re: Float64Array.from(noise(BINS, 11)), im: Float64Array.from(noise(BINS, 12)) };
}
