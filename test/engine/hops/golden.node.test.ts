import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { Denoiser } from '../../../src/engine/denoiser.ts';
import { Analysis, makeSpectrum } from '../../../src/engine/dsp/analysis.ts';
import { RealFft } from '../../../src/engine/dsp/fft.ts';
import { SampleQueue } from '../../../src/engine/dsp/sample-queue.ts';
import { asymmetricSqrtHann, type WindowPair } from '../../../src/engine/dsp/window.ts';
import { Model } from '../../../src/engine/graph/model.ts';
import { loadModelFiles } from '../../../src/engine/graph/model-files.ts';
import { BandMap } from '../../../src/engine/hops/bands.ts';
import { CompressedComplex } from '../../../src/engine/hops/compressed-complex.ts';
import { graphColumns, type StreamingManifest } from '../../../src/engine/manifest/streaming-manifest.ts';

/**
 * Every stage of the engine beside the vectors that training wrote with the model. Each stage is fed with what training
 * fed it, as far as it is stored, so that a failure names its stage.
 */
const MODEL = new URL('../../../models/base/', import.meta.url);

/** golden.json: files with their shapes, and the hops that spectrum, features and mask were stored for. */
interface Golden {
  readonly hops: readonly number[];
  readonly files: Readonly<Record<string, { readonly file: string; readonly shape: readonly number[] }>>;
}

describe('golden vectors of base', () => {
  let golden: Golden;
  let manifest: StreamingManifest;
  let windows: WindowPair;
  let noisy: Float32Array;
  let model: Model;

  before(async () => {
    golden = JSON.parse(await readFile(new URL('golden/golden.json', MODEL), 'utf8')) as Golden;
    const files = await loadModelFiles(MODEL);
    manifest = files.manifest as StreamingManifest;
    windows = asymmetricSqrtHann(manifest.framing);
    noisy = await vector('noisy');
    model = await Model.load(files);
  });

  after(() => model.dispose());

  async function vector(name: string): Promise<Float32Array> {
    const { file, shape } = golden.files[name];
    const bytes = new Uint8Array(await readFile(new URL(`golden/${file}`, MODEL)));
    const values = new Float32Array(bytes.buffer);
    assert.equal(
      values.length,
      shape.reduce((product, size) => product * size, 1),
    );
    return values;
  }

  /** Features on bins → on the model's bands. */
  function onBands(features: Float32Array): Float32Array {
    if (manifest.bands === undefined) return features;
    const map = new BandMap(manifest.bands, features.length / 3);
    const gathered = new Float32Array(3 * map.bands);
    for (let plane = 0; plane < 3; plane++)
      map.gather(features, (plane * features.length) / 3, gathered, plane * map.bands);
    return gathered;
  }

  /** Calls `visit` with each hop's spectrum and features, as the engine computes them from the noisy vector. */
  function eachHop(visit: (hop: number, re: Float64Array, im: Float64Array, features: Float32Array) => void): void {
    const fft = new RealFft(manifest.framing.fftSamples);
    const { hopSamples } = manifest.framing;
    const analysis = new Analysis(hopSamples, windows.analysis, fft);
    const spectrum = makeSpectrum(fft.bins);
    const features = new Float32Array(3 * fft.bins);
    const queue = new SampleQueue(hopSamples);
    const extractor = new CompressedComplex(manifest.features);
    for (let hop = 0; (hop + 1) * hopSamples <= noisy.length; hop++) {
      for (let n = 0; n < hopSamples; n++) queue.push(noisy[hop * hopSamples + n]);
      analysis.step(queue, spectrum);
      extractor.extract(spectrum, features, 0);
      visit(hop, spectrum.re, spectrum.im, features);
    }
  }

  it('the analysis window is the one of training', async () => {
    assertClose(windows.analysis, await vector('window-analysis'), 1e-6);
  });

  it('the synthesis window is the one of training, and zero before its last hop and overlap', async () => {
    const whole = new Float64Array(manifest.framing.windowSamples);
    whole.set(windows.synthesis, whole.length - windows.synthesis.length);
    assertClose(whole, await vector('window-synthesis'), 1e-6);
  });

  it('the spectrum is the one of training', async () => {
    const stored = await vector('spectrum');
    eachHop((hop, re, im) => {
      const row = golden.hops.indexOf(hop);
      if (row < 0) return;
      const interleaved = Float64Array.from({ length: 2 * re.length }, (_, i) => (i % 2 === 0 ? re : im)[i >> 1]);
      const scale = Math.max(1, ...interleaved.map(Math.abs));
      assertClose(interleaved, stored.subarray(row * interleaved.length, (row + 1) * interleaved.length), 1e-5 * scale);
    });
  });

  it('the features of a stored spectrum are the ones of training', async () => {
    const spectra = await vector('spectrum');
    const stored = await vector('features');
    const bins = manifest.framing.fftSamples / 2 + 1;
    for (let row = 0; row < golden.hops.length; row++) {
      const spectrum = makeSpectrum(bins);
      for (let k = 0; k < bins; k++) {
        spectrum.re[k] = spectra[(row * bins + k) * 2];
        spectrum.im[k] = spectra[(row * bins + k) * 2 + 1];
      }
      const onBins = new Float32Array(3 * bins);
      new CompressedComplex(manifest.features).extract(spectrum, onBins, 0);
      const features = onBands(onBins);
      assertClose(features, stored.subarray(row * features.length, (row + 1) * features.length), 1e-5);
    }
  });

  it('the mask is the one of training, after any number of hops', async () => {
    const stored = await vector('mask');
    const state = model.createState();
    const mask = new Float32Array(2 * graphColumns(manifest));
    eachHop((hop, _re, _im, features) => {
      model.step([state], 1, onBands(features), mask);
      const row = golden.hops.indexOf(hop);
      if (row >= 0) assertClose(mask, stored.subarray(row * mask.length, (row + 1) * mask.length), 1e-4);
    });
  });

  it('the enhanced signal is the one of training to 1e-5', async () => {
    const denoiser = await Denoiser.load({ modelUrl: MODEL });
    const stream = denoiser.createStream(manifest.sampleRateHz);
    stream.push(noisy, 0, noisy.length);
    while (stream.hopReady) denoiser.step([stream]);
    const enhanced = new Float32Array(noisy.length);
    assert.equal(stream.pull(enhanced, 0, enhanced.length), noisy.length);
    denoiser.dispose();
    assertClose(enhanced, await vector('enhanced'), 1e-5);
  });
});

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i] - expected[i]);
    assert.ok(error <= tolerance, `element ${i}: expected ${expected[i]} ± ${tolerance}, got ${actual[i]}`);
  }
}
