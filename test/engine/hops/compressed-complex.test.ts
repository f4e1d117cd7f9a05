import { expect } from '@esm-bundle/chai';
import { makeSpectrum } from '../../../src/engine/dsp/analysis.ts';
import { CompressedComplex } from '../../../src/engine/hops/compressed-complex.ts';

const SETTINGS = { kind: 'compressed-complex', exponent: 0.3, floor: 1e-6 } as const;

describe('CompressedComplex', () => {
  it('raises the magnitude to the exponent and keeps the phase', () => {
    const spectrum = makeSpectrum(3);
    spectrum.re.set([3, 0, -1e-3]);
    spectrum.im.set([4, 200, 0]);
    const features = new Float32Array(9);
    new CompressedComplex(SETTINGS).extract(spectrum, features, 0);
    const expected = [
      5 ** 0.3,
      200 ** 0.3,
      1e-3 ** 0.3,
      0.6 * 5 ** 0.3,
      0,
      -(1e-3 ** 0.3),
      0.8 * 5 ** 0.3,
      200 ** 0.3,
      0,
    ];
    for (const [i, value] of expected.entries())
      expect(features[i], `element ${i}`).to.be.closeTo(value, 1e-6 * Math.max(1, Math.abs(value)));
  });

  it('is silent in silence, and linear below the floor', () => {
    const spectrum = makeSpectrum(2);
    spectrum.re.set([0, 1e-9]);
    const features = new Float32Array(6);
    new CompressedComplex(SETTINGS).extract(spectrum, features, 0);
    expect(features[0]).to.equal(0);
    expect(features[1]).to.be.closeTo(1e-9 * 1e-6 ** -0.7, 1e-9);
  });

  it('writes from the offset on and nowhere else', () => {
    const spectrum = makeSpectrum(2);
    spectrum.re.fill(1);
    const features = new Float32Array(10).fill(-7);
    new CompressedComplex(SETTINGS).extract(spectrum, features, 2);
    for (const [i, value] of [-7, -7, 1, 1, 1, 1, 0, 0, -7, -7].entries())
      expect(features[i], `element ${i}`).to.be.closeTo(value, value < 0 ? 0 : 1e-6);
  });
});
