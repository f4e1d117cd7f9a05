import { expect } from '@esm-bundle/chai';
import { BlockStft, makeBlockSpectrum } from '../../../src/engine/blocks/block-stft.ts';
import { framingOf, loadGolden, relativeDifference, requiredVector, vector } from '../golden-dsp.ts';
import { largestDifference, noise } from '../signals.ts';

const FRAMING = { kind: 'block', overlapSamples: 0, window: 'hann', padding: 'constant' } as const;
const GEOMETRIES = [
  { blockSamples: 8064, hopSamples: 63, windowSamples: 255, fftSamples: 255 },
  { blockSamples: 8064, hopSamples: 63, windowSamples: 200, fftSamples: 255 },
  { blockSamples: 16256, hopSamples: 128, windowSamples: 512, fftSamples: 512 },
  { blockSamples: 5000, hopSamples: 100, windowSamples: 201, fftSamples: 300 },
];

describe('BlockStft', () => {
  it('gives the spectra that librosa.stft gives, for even and odd lengths, zeros and mirrored ends', async () => {
    const { geometries } = await loadGolden();
    for (const [name, geometry] of Object.entries(geometries)) {
      const expected = await vector(geometry, 'spectrum');
      if (expected === undefined) continue;
      const stft = new BlockStft(framingOf(geometry));
      const spectrum = makeBlockSpectrum(stft.frames, stft.bins);
      stft.forward(await requiredVector(geometry, 'block'), spectrum);
      expect(relativeDifference([...spectrum.re, ...spectrum.im], expected), name).to.be.below(1e-6);
    }
  });

  it('gives the samples that librosa.istft gives of spectra that no signal has', async () => {
    const { geometries } = await loadGolden();
    for (const [name, geometry] of Object.entries(geometries)) {
      const stft = new BlockStft(framingOf(geometry));
      const spectrum = makeBlockSpectrum(stft.frames, stft.bins);
      stft.forward(await requiredVector(geometry, 'block'), spectrum);
      spectrum.frames.forEach(({ re, im }, f) => {
        for (let k = 0; k < stft.bins; k++) {
          const gain = 0.5 + 0.5 * Math.cos(0.37 * k + 0.9 * f);
          re[k] *= gain;
          im[k] *= gain;
        }
      });
      const block = new Float64Array(geometry.blockSamples);
      stft.inverse(spectrum, block);
      expect(relativeDifference(block, await requiredVector(geometry, 'inverse')), name).to.be.below(1e-5);
    }
  });

  it('gives every sample of a block back when the spectrum is not changed, the ends included', () => {
    for (const geometry of GEOMETRIES) {
      for (const padding of ['constant', 'reflect'] as const) {
        const stft = new BlockStft({ ...FRAMING, ...geometry, padding });
        const spectrum = makeBlockSpectrum(stft.frames, stft.bins);
        const block = noise(geometry.blockSamples, 1);
        const back = new Float64Array(block.length);
        stft.forward(block, spectrum);
        stft.inverse(spectrum, back);
        expect(largestDifference(back, block), JSON.stringify({ geometry, padding })).to.be.below(1e-9);
      }
    }
  });
});
