import { expect } from '@esm-bundle/chai';
import { BlockStft, makeBlockSpectrum } from '../../../src/engine/blocks/block-stft.ts';
import { makeImageExtractor } from '../../../src/engine/blocks/image.ts';
import { MelFilters } from '../../../src/engine/blocks/mel-filters.ts';
import { MelInversion } from '../../../src/engine/blocks/mel-inversion.ts';
import type { ImageFeatures } from '../../../src/engine/manifest/block-manifest.ts';
import { framingOf, type Geometry, loadGolden, relativeDifference, requiredVector, vector } from '../golden-dsp.ts';
import { noise } from '../signals.ts';

/** librosa's values differ from ours by no more than this share of the largest. */
const TOLERANCE = 1e-4;

describe('images of a block', () => {
  it('are in decibels what librosa.amplitude_to_db gives, with and without a limit below the maximum', async () => {
    const { geometries, amplitudeAmin: amin, topDb } = await loadGolden();
    for (const geometry of Object.values(geometries)) {
      for (const [stage, limit] of [
        ['magnitude-db', null],
        ['magnitude-db-limited', topDb],
      ] as const) {
        const expected = await vector(geometry, stage);
        if (expected === undefined) continue;
        const image = await imageOf(geometry, { kind: 'log-magnitude-db', amin, topDb: limit }, expected.length);
        expect(relativeDifference(image, expected), stage).to.be.below(TOLERANCE);
      }
    }
  });

  it('are on mel bands what librosa.power_to_db gives of its mel spectrogram', async () => {
    const { geometries, powerAmin: amin } = await loadGolden();
    for (const [name, geometry] of Object.entries(geometries)) {
      const expected = await requiredVector(geometry, 'mel-db');
      const image = await imageOf(geometry, { kind: 'mel', amin, topDb: null, ...melsOf(geometry) }, expected.length);
      expect(relativeDifference(image, expected), name).to.be.below(TOLERANCE);
    }
  });

  it('have below the mel bands the coefficients that librosa.feature.mfcc gives', async () => {
    const { geometries, powerAmin: amin } = await loadGolden();
    for (const [name, geometry] of Object.entries(geometries)) {
      const [mels, mfccs] = [await requiredVector(geometry, 'mel-db'), await requiredVector(geometry, 'mfcc')];
      const features: ImageFeatures = {
        kind: 'mel-mfcc',
        amin,
        topDb: null,
        mfccs: geometry.mfccs,
        ...melsOf(geometry),
      };
      const image = await imageOf(geometry, features, mels.length + mfccs.length);
      expect(relativeDifference(image.subarray(mels.length), mfccs), name).to.be.below(TOLERANCE);
    }
  });

  it('are magnitudes to a power, without the Nyquist bin where the graph has no row for it', async () => {
    const { geometries } = await loadGolden();
    const geometry = geometries['16k'];
    const stft = new BlockStft(framingOf(geometry));
    const spectrum = makeBlockSpectrum(stft.frames, stft.bins);
    stft.forward(await requiredVector(geometry, 'block'), spectrum);
    const image = await imageOf(geometry, { kind: 'magnitude', exponent: 0.5 }, 256 * stft.frames);
    for (const [k, f] of [
      [0, 0],
      [17, 5],
      [255, stft.frames - 1],
    ]) {
      expect(image[k * stft.frames + f]).to.be.closeTo(
        Math.hypot(spectrum.frames[f].re[k], spectrum.frames[f].im[k]) ** 0.5,
        1e-6,
      );
    }
  });
});

describe('MelFilters', () => {
  it('are those of librosa.filters.mel', async () => {
    const { geometries } = await loadGolden();
    for (const [name, geometry] of Object.entries(geometries)) {
      const filters = filtersOf(geometry);
      const probes = [
        new Float64Array(filters.bins).fill(1),
        Float64Array.from({ length: filters.bins }, (_, k) => k / (filters.bins - 1)),
      ];
      const sums = probes.flatMap((probe) => {
        const bands = new Float64Array(filters.mels);
        filters.gather(probe, bands);
        return [...bands];
      });
      expect(relativeDifference(sums, await requiredVector(geometry, 'mel-probes')), name).to.be.below(1e-6);
      const totals = new Float64Array(filters.bins);
      filters.scatter(new Float64Array(filters.mels).fill(1), totals);
      expect(relativeDifference(totals, await requiredVector(geometry, 'mel-totals')), name).to.be.below(1e-6);
    }
  });

  it('spread a row of equal gains evenly over the bins that they hear, and nothing over the others', () => {
    const filters = new MelFilters({ mels: 20, lowHz: 200, highHz: 6000 }, 16000, 512);
    const bins = new Float64Array(filters.bins).fill(9);
    filters.spread(new Float64Array(20).fill(0.3), bins);
    const hz = (k: number): number => (k * 16000) / 512;
    bins.forEach((gain, k) => {
      if (hz(k) <= 200 || hz(k) >= 6000) expect(gain, `bin ${k}`).to.equal(0);
      else expect(gain, `bin ${k}`).to.be.closeTo(0.3, 1e-12);
    });
  });

  it('spread different gains without going beyond them', () => {
    const filters = new MelFilters({ mels: 40, lowHz: 0, highHz: 4000 }, 8000, 512);
    const gains = Float64Array.from(noise(40, 3), (x) => 0.5 + x);
    const bins = new Float64Array(filters.bins);
    filters.spread(gains, bins);
    expect(Math.min(...bins.subarray(1, -1))).to.be.at.least(Math.min(...gains) - 1e-12);
    expect(Math.max(...bins)).to.be.at.most(Math.max(...gains) + 1e-12);
  });
});

describe('MelInversion', () => {
  it('finds magnitudes with the mel powers it is given: nine in ten within 1.5 dB where there is sound', async () => {
    const { geometries } = await loadGolden();
    for (const [name, geometry] of Object.entries(geometries)) {
      const filters = filtersOf(geometry);
      const expected = await requiredVector(geometry, 'mel-db');
      const frames = expected.length / geometry.mels;
      const inversion = new MelInversion(filters);
      const magnitudes = new Float64Array(filters.bins);
      const bands = new Float64Array(filters.mels);
      const loudest = Math.max(...expected);
      const errors: number[] = [];
      for (let f = 0; f < frames; f++) {
        inversion.run(
          bands.map((_, m) => 10 ** (expected[m * frames + f] / 10)),
          magnitudes,
          0,
        );
        filters.gather(
          magnitudes.map((x) => x * x),
          bands,
        );
        for (let m = 0; m < bands.length; m++) {
          const db = expected[m * frames + f];
          if (db > loudest - 40 && db > -80) errors.push(Math.abs(10 * Math.log10(bands[m]) - db));
        }
      }
      errors.sort((a, b) => a - b);
      expect(errors.length, name).to.be.greaterThan(100);
      expect(errors[Math.floor(0.9 * errors.length)], name).to.be.below(1.5);
    }
  });

  it('is silent for silence', () => {
    const filters = new MelFilters({ mels: 40, lowHz: 0, highHz: 4000 }, 8000, 255);
    const magnitudes = new Float64Array(filters.bins).fill(1);
    new MelInversion(filters).run(new Float64Array(40), magnitudes, 0);
    expect(magnitudes.every((x) => x === 0)).to.equal(true);
  });
});

function melsOf({ mels, sampleRateHz }: Geometry): { mels: number; lowHz: number; highHz: number } {
  return { mels, lowHz: 0, highHz: sampleRateHz / 2 };
}

function filtersOf(geometry: Geometry): MelFilters {
  return new MelFilters(melsOf(geometry), geometry.sampleRateHz, geometry.fftSamples);
}

/** The image of the geometry's block; `length` says how many rows the graph would have. */
async function imageOf(geometry: Geometry, features: ImageFeatures, length: number): Promise<Float32Array> {
  const framing = framingOf(geometry);
  const stft = new BlockStft(framing);
  const spectrum = makeBlockSpectrum(stft.frames, stft.bins);
  stft.forward(await requiredVector(geometry, 'block'), spectrum);
  const shape = [-1, length / stft.frames, stft.frames, 1];
  const graph = {
    model: 'model.json',
    input: { name: 'features', shape },
    output: { name: 'estimate', shape },
    states: [],
  };
  const image = new Float32Array(length);
  makeImageExtractor({ features, framing, sampleRateHz: geometry.sampleRateHz, graph }).extract(spectrum, image);
  return image;
}
