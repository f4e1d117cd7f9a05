import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Denoiser } from '../../src/engine/index.ts';
import { Enhancer, enhanceChannels } from '../../src/files/enhance.ts';
import { largestDifference, noise, seededRandom } from '../unit/engine/signals.ts';

const MODEL = new URL('../../models/base/', import.meta.url);

describe('enhanceChannels', () => {
  let denoiser: Denoiser;

  before(async () => {
    denoiser = await Denoiser.load({ modelUrl: MODEL });
  });

  after(() => denoiser.dispose());

  it('keeps the length and the place of every sample, at any rate and length', async () => {
    for (const rate of [8000, 22050, 44056, 48000, 96000]) {
      for (const length of [1, 479, rate + 13]) {
        const noisy = slowTone(length, rate);
        const [same] = await enhanceChannels(denoiser, [noisy], rate, { attenuationLimitDb: 0 });
        assert.ok(largestDifference(same, noisy) < (length < 1000 ? 0.1 : 5e-3), `${rate} Hz, ${length} samples`);
      }
    }
  });

  it('leaves the sound exactly as it is at mix 0, and its input alone', async () => {
    const channels = [noise(30000, 1), noise(30000, 2)];
    const copies = channels.map((channel) => channel.slice());
    const dry = await enhanceChannels(denoiser, channels, 44100, { mix: 0 });
    channels.forEach((channel, c) => {
      assert.deepEqual(dry[c], copies[c]);
      assert.deepEqual(channel, copies[c]);
    });
  });

  it('mixes dry and wet sample by sample', async () => {
    const noisy = noise(20000, 3, 0.1);
    const [wet] = await enhanceChannels(denoiser, [noisy], 44100);
    const [half] = await enhanceChannels(denoiser, [noisy], 44100, { mix: 0.25 });
    const expected = wet.map((x, n) => 0.25 * x + 0.75 * noisy[n]);
    assert.ok(largestDifference(wet, noisy) > 0.01);
    assert.ok(largestDifference(half, expected) < 1e-6);
  });

  it('enhances each channel as if it were alone', async () => {
    const channels = [noise(15000, 1, 0.1), new Float32Array(15000), noise(15000, 2, 0.02)];
    const together = await enhanceChannels(denoiser, channels, 48000);
    for (const [c, channel] of channels.entries()) {
      const [alone] = await enhanceChannels(denoiser, [channel], 48000);
      assert.ok(largestDifference(together[c], alone) <= 1e-5, `channel ${c}`);
    }
  });

  it('tells how far it is, from the first second to the end', async () => {
    const shares: number[] = [];
    await enhanceChannels(denoiser, [new Float32Array(3.5 * 16000)], 16000, { onProgress: (share) => shares.push(share) });
    assert.equal(shares.length, 4);
    assert.equal(shares[3], 1);
    assert.ok(shares.every((share, i) => share > (shares[i - 1] ?? 0)));
  });

  it('stops when it is aborted, with the reason given, and frees its streams', async () => {
    const controller = new AbortController();
    const reason = new Error('changed my mind');
    const promise = enhanceChannels(denoiser, [new Float32Array(160000)], 16000, {
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    await assert.rejects(promise, reason);
  });

  it('has nothing to do for no channels or no samples', async () => {
    assert.deepEqual(await enhanceChannels(denoiser, [], 48000), []);
    assert.deepEqual(await enhanceChannels(denoiser, [new Float32Array()], 48000), [new Float32Array()]);
  });

  it('refuses what a caller gets wrong', async () => {
    await assert.rejects(enhanceChannels(denoiser, [new Float32Array(2), new Float32Array(3)], 48000), /one length, got 2, 3/);
    await assert.rejects(enhanceChannels(denoiser, [new Float32Array(2)], 48000, { mix: 1.1 }), RangeError);
    await assert.rejects(enhanceChannels(denoiser, [new Float32Array(2)], 48000, { attenuationLimitDb: -1 }), RangeError);
    await assert.rejects(enhanceChannels(denoiser, [new Float32Array(2)], 0), RangeError);
  });

  it('gives the same piece by piece, whatever the pieces', async () => {
    const noisy = noise(40000, 5, 0.1);
    const [whole] = await enhanceChannels(denoiser, [noisy], 44100, { mix: 0.8 });
    const random = seededRandom(6);
    const enhancer = new Enhancer(denoiser, 1, 44100, { mix: 0.8 });
    const pieces = new Float32Array(noisy.length);
    let done = 0;
    for (let start = 0; start < noisy.length; ) {
      const length = Math.min(Math.floor(random() * 3000), noisy.length - start);
      enhancer.push([noisy], start, length);
      start += length;
      done += enhancer.pull([pieces], done, Math.floor(random() * 4000));
    }
    enhancer.finish();
    done += enhancer.pull([pieces], done, noisy.length);
    assert.equal(done, noisy.length);
    assert.equal(enhancer.available, 0);
    assert.equal(largestDifference(pieces, whole), 0);
    enhancer.dispose();
  });
});

/** Low enough to pass both resamplers untouched; small at both ends. */
function slowTone(length: number, rate: number): Float32Array {
  return Float32Array.from({ length }, (_, n) => 0.1 * Math.sin((Math.PI * (n + 1)) / (length + 1)) * Math.sin((2 * Math.PI * 200 * n) / rate));
}
