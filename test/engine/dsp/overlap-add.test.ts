import { expect } from '@esm-bundle/chai';
import { Analysis, makeSpectrum } from '../../../src/engine/dsp/analysis.ts';
import { RealFft } from '../../../src/engine/dsp/fft.ts';
import { SampleQueue } from '../../../src/engine/dsp/sample-queue.ts';
import { Synthesis } from '../../../src/engine/dsp/synthesis.ts';
import { asymmetricSqrtHann } from '../../../src/engine/dsp/window.ts';
import { largestDifference, noise } from '../signals.ts';

const FRAMINGS = [
  { hopSamples: 480, windowSamples: 1536, overlapSamples: 240, fftSamples: 1536 },
  { hopSamples: 480, windowSamples: 1536, overlapSamples: 240, fftSamples: 2048 },
  { hopSamples: 63, windowSamples: 255, overlapSamples: 40, fftSamples: 255 },
];

describe('Analysis and Synthesis', () => {
  it('give the input back, delayed by the overlap, when the spectrum is not changed', () => {
    for (const framing of FRAMINGS) {
      const { hopSamples: hop, overlapSamples: overlap } = framing;
      const noisy = noise(hop * 12, 1);
      const { chain } = makeChain(framing);
      const enhanced = chain(noisy);
      expect(largestDifference(enhanced.subarray(0, overlap), new Float32Array(overlap))).to.be.below(1e-7);
      expect(
        largestDifference(enhanced.subarray(overlap), noisy.subarray(0, noisy.length - overlap)),
        `hop ${hop}`,
      ).to.be.below(1e-6);
    }
  });

  it('are those of a new stream after reset', () => {
    const noisy = noise(480 * 6, 2);
    const { chain, reset } = makeChain(FRAMINGS[0]);
    const first = chain(noisy);
    reset();
    expect(largestDifference(chain(noisy), first)).to.equal(0);
  });

  it('put a unit impulse where it was, plus the overlap', () => {
    const noisy = new Float32Array(480 * 5);
    noisy[700] = 1;
    const enhanced = makeChain(FRAMINGS[0]).chain(noisy);
    expect(enhanced[700 + 240]).to.be.closeTo(1, 1e-6);
    expect(enhanced.reduce((sum, x) => sum + Math.abs(x), 0)).to.be.closeTo(1, 1e-4);
  });
});

function makeChain(framing: (typeof FRAMINGS)[number]): {
  chain: (noisy: Float32Array) => Float32Array;
  reset: () => void;
} {
  const { hopSamples: hop, windowSamples, fftSamples } = framing;
  const windows = asymmetricSqrtHann(framing);
  const fft = new RealFft(fftSamples);
  const analysis = new Analysis(hop, windows.analysis, fft);
  const synthesis = new Synthesis(hop, windowSamples, windows.synthesis, fft);
  const spectrum = makeSpectrum(fft.bins);
  const queue = new SampleQueue(hop);
  const chain = (noisy: Float32Array): Float32Array => {
    const enhanced = new Float32Array(noisy.length);
    for (let start = 0; start < noisy.length; start += hop) {
      for (let n = 0; n < hop; n++) queue.push(noisy[start + n]);
      analysis.step(queue, spectrum);
      synthesis.step(spectrum, enhanced.subarray(start, start + hop));
    }
    return enhanced;
  };
  const reset = (): void => {
    analysis.reset();
    synthesis.reset();
  };
  return { chain, reset };
}
