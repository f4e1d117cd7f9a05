import { expect } from '@esm-bundle/chai';
import { type BlockSpectrum, BlockStft, makeBlockSpectrum } from '../../../src/engine/blocks/block-stft.ts';
import { GriffinLim } from '../../../src/engine/blocks/griffin-lim.ts';
import { filterReach, Resampler, rateRatio } from '../../../src/engine/dsp/resampler.ts';
import { SampleQueue } from '../../../src/engine/dsp/sample-queue.ts';
import type { BlockFraming, BlockManifest, GriffinLimRebuild } from '../../../src/engine/manifest/block-manifest.ts';
import { readManifest } from '../../../src/engine/manifest/manifest.ts';
import { framingOf, loadGolden, relativeDifference, requiredVector } from '../golden-dsp.ts';
import { largestDifference, noise } from '../signals.ts';

/** Like the blocks of stft-unet and unet-8k. */
const BLOCKS = [
  { sampleRateHz: 16000, blockSamples: 16256, hopSamples: 128, fftSamples: 512 },
  { sampleRateHz: 8000, blockSamples: 8064, hopSamples: 63, fftSamples: 255 },
];
const SETTINGS: GriffinLimRebuild = {
  kind: 'griffin-lim',
  iterations: 32,
  convergenceDb: Number.NEGATIVE_INFINITY,
  momentum: 0.99,
  seed: 1,
  init: 'peaks',
};

describe('GriffinLim', () => {
  it('gives what librosa.griffinlim gives from the same phases, with momentum', async () => {
    const { geometries, iterations, momentum } = await loadGolden();
    for (const [name, geometry] of Object.entries(geometries)) {
      const stft = new BlockStft(framingOf(geometry));
      const spectrum = spectrumOf(stft, await requiredVector(geometry, 'block'));
      const magnitudes = magnitudesOf(spectrum);
      // Zero phases: a spectrum that is its own magnitude.
      spectrum.re.set(magnitudes);
      spectrum.im.fill(0);
      const block = new Float64Array(geometry.blockSamples);
      new GriffinLim(stft, { ...SETTINGS, iterations, momentum, init: 'noisy-phase' }).run(magnitudes, spectrum, block);
      expect(relativeDifference(block, await requiredVector(geometry, 'griffin-lim')), name).to.be.below(1e-4);
    }
  });

  for (const model of ['stft-unet', 'mel-latent']) {
    it(`converges to −25 dB from a true magnitude as ${model}/griffin-lim.json configures it`, async () => {
      const url = `/models/classic/${model}/griffin-lim.json`;
      const manifest = readManifest(await (await fetch(url)).json(), url) as BlockManifest;
      await expectConvergence(manifest.framing, manifest.rebuild as GriffinLimRebuild, manifest.sampleRateHz);
    });
  }

  it('reaches it with an odd FFT, too', async () => {
    const { sampleRateHz } = BLOCKS[1];
    const framing = framingOf({ ...BLOCKS[1], padding: 'constant', mels: 1, mfccs: 1, files: {} });
    await expectConvergence(framing, { ...SETTINGS, iterations: 16 }, sampleRateHz);
  });

  it('begins nearer with phases from the slopes of the magnitude than with drawn ones', () => {
    const stft = new BlockStft(framingOf({ ...BLOCKS[0], padding: 'constant', mels: 1, mfccs: 1, files: {} }));
    const spectrum = spectrumOf(stft, chords(16000, 16256));
    const magnitudes = magnitudesOf(spectrum);
    const after = (init: GriffinLimRebuild['init']): number => {
      const block = new Float64Array(16256);
      new GriffinLim(stft, { ...SETTINGS, init, iterations: 1 }).run(magnitudes, spectrum, block);
      return convergenceDb(stft, block, magnitudes);
    };
    expect(after('peaks')).to.be.below(after('random') - 10);
  });

  it('comes nearer with more iterations, from drawn phases too', () => {
    const stft = new BlockStft(framingOf({ ...BLOCKS[0], padding: 'constant', mels: 1, mfccs: 1, files: {} }));
    const spectrum = spectrumOf(stft, chords(16000, 16256));
    const magnitudes = magnitudesOf(spectrum);
    const after = (iterations: number): number => {
      const block = new Float64Array(16256);
      new GriffinLim(stft, { ...SETTINGS, init: 'random', iterations }).run(magnitudes, spectrum, block);
      return convergenceDb(stft, block, magnitudes);
    };
    const [one, eight, thirtyTwo] = [after(1), after(8), after(32)];
    expect(eight).to.be.below(one - 3);
    expect(thirtyTwo).to.be.below(eight - 3);
  });

  it('ends where it is near enough, and no later', () => {
    const stft = new BlockStft(framingOf({ ...BLOCKS[0], padding: 'constant', mels: 1, mfccs: 1, files: {} }));
    const spectrum = spectrumOf(stft, chords(16000, 16256));
    const magnitudes = magnitudesOf(spectrum);
    const block = new Float64Array(16256);
    const iterations = (convergenceDb: number): number =>
      new GriffinLim(stft, { ...SETTINGS, init: 'random', convergenceDb, iterations: 64 }).run(
        magnitudes,
        spectrum,
        block,
      );
    const [early, later] = [iterations(-15), iterations(-20)];
    expect(convergenceDb(stft, block, magnitudes)).to.be.below(-20);
    expect(early).to.be.below(later);
    expect(later).to.be.below(64);
    expect(iterations(Number.NEGATIVE_INFINITY)).to.equal(64);
  });

  it('ends where magnitudes belong to no sound, and more iterations gain nothing', () => {
    const stft = new BlockStft(framingOf({ ...BLOCKS[0], padding: 'constant', mels: 1, mfccs: 1, files: {} }));
    const spectrum = spectrumOf(stft, chords(16000, 16256));
    // Every other frame is hushed, which no overlapping windows can do.
    const magnitudes = magnitudesOf(spectrum).map((magnitude, i) =>
      Math.floor(i / stft.bins) % 2 === 0 ? magnitude : 0,
    );
    const run = (settings: Partial<GriffinLimRebuild>): [number, number] => {
      const block = new Float64Array(16256);
      const iterations = new GriffinLim(stft, { ...SETTINGS, iterations: 64, ...settings }).run(
        magnitudes,
        spectrum,
        block,
      );
      return [iterations, convergenceDb(stft, block, magnitudes)];
    };
    const [whole, [iterations, reached]] = [run({}), run({ convergenceDb: -26 })];
    expect(iterations).to.be.below(40);
    expect(reached).to.be.within(whole[1] - 2, -1);
  });

  it('draws the same phases for the same seed', () => {
    const stft = new BlockStft(framingOf({ ...BLOCKS[1], padding: 'constant', mels: 1, mfccs: 1, files: {} }));
    const spectrum = spectrumOf(stft, chords(8000, 8064));
    const magnitudes = magnitudesOf(spectrum);
    for (const init of ['random', 'peaks'] as const) {
      const sound = (seed: number): Float64Array => {
        const block = new Float64Array(8064);
        const griffinLim = new GriffinLim(stft, { ...SETTINGS, iterations: 2, init, seed });
        // Twice: what one block leaves behind must not reach the next.
        griffinLim.run(magnitudes, spectrum, block);
        griffinLim.run(magnitudes, spectrum, block);
        return block;
      };
      expect(largestDifference(sound(5), sound(5)), init).to.equal(0);
      expect(largestDifference(sound(5), sound(6)), init).to.be.above(1e-3);
    }
  });

  it('gives silence for magnitudes of zero, and no NaN where frames are empty', () => {
    const stft = new BlockStft(framingOf({ ...BLOCKS[1], padding: 'constant', mels: 1, mfccs: 1, files: {} }));
    for (const init of ['random', 'peaks', 'noisy-phase'] as const) {
      const griffinLim = new GriffinLim(stft, { ...SETTINGS, iterations: 4, init });
      const block = new Float64Array(8064).fill(1);
      const empty = makeBlockSpectrum(stft.frames, stft.bins);
      expect(griffinLim.run(new Float64Array(empty.re.length), empty, block), 'iterations').to.equal(0);
      expect(
        block.every((x) => x === 0),
        init,
      ).to.equal(true);
      const magnitudes = new Float64Array(empty.re.length).fill(1, 40 * stft.bins, 60 * stft.bins);
      griffinLim.run(magnitudes, empty, block);
      expect(block.every(Number.isFinite), init).to.equal(true);
    }
  });
});

async function expectConvergence(
  framing: BlockFraming,
  settings: GriffinLimRebuild,
  sampleRateHz: number,
): Promise<void> {
  const { blockSamples } = framing;
  const stft = new BlockStft(framing);
  const sounds = {
    speech: await speech(sampleRateHz, blockSamples, 'clean'),
    'speech in noise': await speech(sampleRateHz, blockSamples, 'noisy'),
    chords: chords(sampleRateHz, blockSamples),
  };
  for (const [name, sound] of Object.entries(sounds)) {
    for (const seed of [settings.seed, settings.seed + 1]) {
      const spectrum = spectrumOf(stft, sound);
      const magnitudes = magnitudesOf(spectrum);
      const block = new Float64Array(blockSamples);
      new GriffinLim(stft, { ...settings, seed }).run(magnitudes, spectrum, block);
      expect(convergenceDb(stft, block, magnitudes), `${name}, seed ${seed}`).to.be.below(-25);
    }
  }
}

function spectrumOf(stft: BlockStft, block: Float32Array): BlockSpectrum {
  const spectrum = makeBlockSpectrum(stft.frames, stft.bins);
  stft.forward(block, spectrum);
  return spectrum;
}

function magnitudesOf({ re, im }: BlockSpectrum): Float64Array {
  return re.map((x, i) => Math.hypot(x, im[i]));
}

/** ‖ |STFT(block)| − magnitudes ‖ / ‖ magnitudes ‖, dB. */
function convergenceDb(stft: BlockStft, block: Float64Array, magnitudes: Float64Array): number {
  const spectrum = makeBlockSpectrum(stft.frames, stft.bins);
  stft.forward(block, spectrum);
  const found = magnitudesOf(spectrum);
  const error = magnitudes.reduce((sum, magnitude, i) => sum + (found[i] - magnitude) ** 2, 0);
  return 10 * Math.log10(error / magnitudes.reduce((sum, magnitude) => sum + magnitude ** 2, 0));
}

/** A stretch of the recorded speech at another rate. */
async function speech(rate: number, length: number, kind: 'clean' | 'noisy'): Promise<Float32Array> {
  const bytes = await (await fetch(`/test/fixtures/${kind}-speech.wav`)).arrayBuffer();
  const recordedHz = new DataView(bytes).getUint32(24, true);
  const recorded = new Int16Array(bytes.slice(44));
  const resampler = new Resampler(recordedHz, rate, rateRatio(recordedHz, rate).up * filterReach(recordedHz, rate));
  const queue = new SampleQueue(recorded.length);
  for (const sample of recorded) resampler.push(sample / 32768, queue);
  const sound = new Float32Array(rate / 2 + length);
  queue.take(sound, 0, sound.length);
  return sound.slice(sound.length - length);
}

/** Gliding harmonic chords with a little noise. */
function chords(rate: number, length: number): Float32Array {
  const sound = noise(length, 4, 0.003);
  let phase = 0;
  for (let n = 0; n < length; n++) {
    phase += (2 * Math.PI * (150 + 30 * Math.sin((4 * n) / rate))) / rate;
    const swell = 0.6 + 0.4 * Math.sin((9 * n) / rate);
    for (let harmonic = 1; harmonic <= 10; harmonic++)
      sound[n] += ((0.2 * swell) / harmonic) * Math.sin(harmonic * phase + harmonic ** 2);
  }
  return sound;
}
