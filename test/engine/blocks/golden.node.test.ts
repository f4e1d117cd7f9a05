/**
 * Every stage of every bundled block model, variants included, beside the vectors that training wrote for it with
 * librosa. Each stage is fed with what training fed it, so that a failure names its stage.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { BlockStft, makeBlockSpectrum } from '../../../src/engine/blocks/block-stft.ts';
import { makeImageExtractor } from '../../../src/engine/blocks/image.ts';
import { Normaliser } from '../../../src/engine/blocks/normalisation.ts';
import { Denoiser } from '../../../src/engine/denoiser.ts';
import { Model } from '../../../src/engine/graph/model.ts';
import { loadModelFiles } from '../../../src/engine/graph/model-files.ts';
import { type BlockManifest, imageRows } from '../../../src/engine/manifest/block-manifest.ts';
import { listModels, readManifest } from '../../../tools/models.mjs';

/** golden.json: files with their shapes; image, features and estimate are those of one block. */
interface Golden {
  readonly block: number;
  readonly files: Readonly<Record<string, { readonly file: string; readonly shape: readonly number[] }>>;
}

/** What training states: relative to the largest value of a vector. */
const TOLERANCE = 1e-4;

for (const { name, manifestUrl, goldenUrl } of blockModels()) {
  describe(`golden vectors of ${name}`, () => {
    let golden: Golden;
    let manifest: BlockManifest;
    let model: Model;

    before(async () => {
      golden = JSON.parse(await readFile(new URL('golden.json', goldenUrl), 'utf8')) as Golden;
      const files = await loadModelFiles(manifestUrl);
      manifest = files.manifest as BlockManifest;
      model = await Model.load(files);
    });

    after(() => model.dispose());

    async function vector(stage: string): Promise<Float32Array> {
      const { file, shape } = golden.files[stage];
      const bytes = new Uint8Array(await readFile(new URL(file, goldenUrl)));
      const values = new Float32Array(bytes.buffer);
      assert.equal(
        values.length,
        shape.reduce((product, size) => product * size, 1),
      );
      return values;
    }

    it('the image of a block is the one of training', async () => {
      const { overlapSamples, blockSamples } = manifest.framing;
      const noisy = await vector('noisy');
      const first = golden.block * (blockSamples - overlapSamples) - overlapSamples;
      const block = Float32Array.from({ length: blockSamples }, (_, n) => noisy[first + n] ?? 0);
      const stft = new BlockStft(manifest.framing);
      const spectrum = makeBlockSpectrum(stft.frames, stft.bins);
      const image = new Float32Array(imageRows(manifest) * stft.frames);
      stft.forward(block, spectrum);
      makeImageExtractor(manifest).extract(spectrum, image);
      assertClose(image, await vector('image'), TOLERANCE);
    });

    it('the features of a stored image are the ones of training', async () => {
      const image = await vector('image');
      const features = new Float32Array(image.length);
      new Normaliser(manifest.normalisation, manifest.graph.input.shape[2]).apply(
        image,
        features,
        0,
        new Float64Array(2),
      );
      assertClose(features, await vector('features'), TOLERANCE);
    });

    it('the estimate is the one of training', async () => {
      const estimate = new Float32Array((await vector('estimate')).length);
      model.step([model.createState()], 1, await vector('features'), estimate);
      assertClose(estimate, await vector('estimate'), TOLERANCE);
    });

    it('the enhanced signal is the one of training, where its phase is not sought', async () => {
      // Griffin-Lim has no fixed point that two programs would share after so many steps:
      // test/engine/blocks/griffin-lim.test.ts holds it to librosa.
      if (manifest.rebuild.kind === 'griffin-lim') return assert.equal(golden.files.enhanced, undefined);
      const noisy = await vector('noisy');
      const denoiser = await Denoiser.load({ modelUrl: manifestUrl });
      const stream = denoiser.createStream(manifest.sampleRateHz);
      stream.push(noisy, 0, noisy.length);
      denoiser.stepAll([stream]);
      const enhanced = new Float32Array(stream.available);
      stream.pull(enhanced, 0, enhanced.length);
      denoiser.dispose();
      assertClose(enhanced, await vector('enhanced'), TOLERANCE);
    });
  });
}

/** Every model that takes blocks, by its manifest. A variant's vectors lie in a folder of its name. */
function blockModels(): { name: string; manifestUrl: URL; goldenUrl: URL }[] {
  return listModels()
    .filter(({ name }) => readManifest(name).framing.kind === 'block')
    .map(({ name, url }) => {
      const [, variant] = name.split('/');
      return {
        name,
        manifestUrl: url,
        goldenUrl: new URL(variant === undefined ? 'golden/' : `golden/${variant}/`, url),
      };
    });
}

/** Every value within `tolerance` of the largest expected one. */
function assertClose(actual: ArrayLike<number>, expected: Float32Array, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i] - expected[i]);
    assert.ok(
      error <= tolerance * scale,
      `element ${i}: expected ${expected[i]} ± ${tolerance * scale}, got ${actual[i]}`,
    );
  }
}
