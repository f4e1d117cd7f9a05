import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Model } from '../../src/engine/graph/model.ts';
import { loadModelFiles } from '../../src/engine/graph/model-files.ts';
import { Denoiser } from '../../src/engine/index.ts';
import { largestDifference, noise } from '../engine/signals.ts';
import { FIXTURE_URL, makeFixtureModel, servedFrom } from '../support/fixture-model.ts';

describe('a model that overflows', () => {
  let denoiser: Denoiser;

  before(async () => {
    denoiser = await Denoiser.load({ modelUrl: FIXTURE_URL, fetch: servedFrom(await makeFixtureModel('exploding')) });
  });

  after(() => denoiser.dispose());

  it('is heard as the noisy signal while it lasts, and as the model again afterwards', () => {
    const quiet = noise(48000, 1, 1e-4);
    const loud = noise(4800, 2, 1);
    const hurt = denoiser.createStream(48000);
    const healthy = denoiser.createStream(48000);
    const enhanced = new Float32Array(4800 + 48000);
    hurt.push(loud, 0, loud.length);
    hurt.push(quiet, 0, quiet.length);
    while (hurt.hopReady) denoiser.step([hurt]);
    assert.equal(hurt.pull(enhanced, 0, enhanced.length), enhanced.length);
    assert.ok(largestDifference(enhanced.subarray(240, 4800), loud.subarray(0, 4800 - 240)) < 1e-6);
    healthy.push(quiet, 0, quiet.length);
    while (healthy.hopReady) denoiser.step([healthy]);
    const expected = new Float32Array(48000);
    healthy.pull(expected, 0, expected.length);
    // One frame must pass until the loud samples have left the analysis window.
    assert.equal(largestDifference(enhanced.subarray(4800 + 2400), expected.subarray(2400)), 0);
    assert.ok(
      largestDifference(expected.subarray(2400 + 240), quiet.subarray(2400, 48000 - 240)) > 1e-5,
      'the model is not a passthrough',
    );
  });

  it('does not touch the stream beside it in the batch', () => {
    const quiet = noise(9600, 3, 1e-4);
    const alone = denoiser.createStream(48000);
    const beside = denoiser.createStream(48000);
    const hurt = denoiser.createStream(48000);
    for (const stream of [alone, beside]) stream.push(quiet, 0, quiet.length);
    hurt.push(noise(9600, 4, 1), 0, 9600);
    while (alone.hopReady) {
      denoiser.step([alone]);
      denoiser.step([hurt, beside]);
    }
    const expected = new Float32Array(9600);
    const actual = new Float32Array(9600);
    alone.pull(expected, 0, 9600);
    beside.pull(actual, 0, 9600);
    assert.ok(largestDifference(actual, expected) < 1e-9);
  });
});

describe('Model states', () => {
  let model: Model;
  const silence = new Float32Array(3 * 769);
  const mask = new Float32Array(3 * 2 * 769);

  before(async () => {
    const files = await loadModelFiles(FIXTURE_URL, { fetch: servedFrom(await makeFixtureModel('decaying')) });
    model = await Model.load(files);
  });

  after(() => model.dispose());

  it('become exactly zero instead of decaying into denormals', () => {
    const state = model.createState();
    state.values[0].fill(1);
    // Halved at each step, 2^−126 is where float32 turns denormal.
    for (let i = 0; i < 125; i++) {
      model.step([state], 1, silence, mask);
      const largest = Math.max(...state.values[0]);
      assert.ok(largest === 0 || largest > 1.2e-38, `step ${i}: ${largest}`);
    }
    assert.deepEqual(new Set(state.values[0]), new Set([0]));
  });

  it('are cleared when they hold NaN or infinities, each stream for itself', () => {
    for (const poison of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const hurt = model.createState();
      const healthy = model.createState();
      hurt.values[0][3] = poison;
      const loud = new Float32Array(2 * 3 * 769).fill(1);
      for (let i = 0; i < 40; i++) model.step([hurt, healthy], 2, loud, mask);
      assert.ok(mask.every(Number.isFinite));
      // Both converge to twice the mean of the features.
      for (const state of [hurt, healthy])
        for (const value of state.values[0]) assert.ok(value > 1.9 && value <= 2, String(value));
    }
  });

  it('stay with their streams when streams come, go and change places', () => {
    const states = [1, 2, 3].map((value) => {
      const state = model.createState();
      state.values[0].fill(value);
      return state;
    });
    const [a, b, c] = states;
    for (const batch of [[a], [a, b], [c, a], [b, c], [c, b, a]])
      model.step(batch, batch.length, new Float32Array(batch.length * 3 * 769), mask);
    assert.deepEqual(
      states.map((state) => state.values[0][0]),
      [1 / 16, 2 / 8, 3 / 8],
    );
  });
});
