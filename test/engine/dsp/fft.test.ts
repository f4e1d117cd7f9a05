import { expect } from '@esm-bundle/chai';
import { RealFft } from '../../../src/engine/dsp/fft.ts';
import { largestDifference, seededRandom } from '../signals.ts';

/** Every small length, powers, products of 2, 3 and 5, primes, and the sizes that models use. */
const LENGTHS = [
  ...Array.from({ length: 40 }, (_, i) => i + 1),
  49,
  64,
  77,
  97,
  100,
  121,
  128,
  240,
  255,
  256,
  480,
  512,
  768,
  1000,
  1001,
  1024,
  1536,
  2048,
];

describe('RealFft', () => {
  it('equals the plain sum for every length', () => {
    for (const length of LENGTHS) {
      const { samples, re, im } = transformed(length);
      const plain = plainTransform(samples);
      expect(largestDifference(re, plain.re), `real parts of ${length}`).to.be.below(1e-10 * length);
      expect(largestDifference(im, plain.im), `imaginary parts of ${length}`).to.be.below(1e-10 * length);
    }
  });

  it('gives the samples back from their spectrum for every length', () => {
    for (const length of LENGTHS) {
      const { fft, samples, re, im } = transformed(length);
      const back = new Float64Array(length);
      fft.inverse(re, im, back);
      expect(largestDifference(back, samples), `length ${length}`).to.be.below(1e-13 * length);
    }
  });

  it('keeps energy, as Parseval says', () => {
    const { samples, re, im } = transformed(1536);
    let inTime = 0;
    for (const x of samples) inTime += x * x;
    let inFrequency = 0;
    for (let k = 0; k < re.length; k++) {
      const twice = k === 0 || k === re.length - 1 ? 1 : 2;
      inFrequency += (twice * (re[k] ** 2 + im[k] ** 2)) / 1536;
    }
    expect(inFrequency).to.be.closeTo(inTime, 1e-9 * inTime);
  });

  it('leaves what it is given untouched', () => {
    const { fft, samples, re, im } = transformed(1536);
    const copies = [samples.slice(), re.slice(), im.slice()];
    fft.forward(samples, new Float64Array(fft.bins), new Float64Array(fft.bins));
    fft.inverse(re, im, new Float64Array(1536));
    expect(
      largestDifference(samples, copies[0]) + largestDifference(re, copies[1]) + largestDifference(im, copies[2]),
    ).to.equal(0);
  });

  it('refuses a length that is not a whole number from 1', () => {
    for (const length of [0, -4, 1.5, Number.NaN])
      expect(() => new RealFft(length), String(length)).to.throw(RangeError, `got ${length}`);
  });
});

function transformed(length: number): { fft: RealFft; samples: Float64Array; re: Float64Array; im: Float64Array } {
  const random = seededRandom(length);
  const fft = new RealFft(length);
  const samples = Float64Array.from({ length }, () => 2 * random() - 1);
  const re = new Float64Array(fft.bins);
  const im = new Float64Array(fft.bins);
  fft.forward(samples, re, im);
  return { fft, samples, re, im };
}

function plainTransform(samples: Float64Array): { re: Float64Array; im: Float64Array } {
  const length = samples.length;
  const bins = Math.floor(length / 2) + 1;
  const re = new Float64Array(bins);
  const im = new Float64Array(bins);
  for (let k = 0; k < bins; k++) {
    for (let n = 0; n < length; n++) {
      // The product is reduced first, so that the angle is exact.
      const angle = (-2 * Math.PI * ((k * n) % length)) / length;
      re[k] += samples[n] * Math.cos(angle);
      im[k] += samples[n] * Math.sin(angle);
    }
  }
  return { re, im };
}
