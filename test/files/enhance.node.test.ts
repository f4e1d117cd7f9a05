import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { Denoiser } from '../../src/engine/index.ts';
import { BlobSink, bytesSource } from '../../src/files/byte-source.ts';
import { Enhancer, enhanceChannels } from '../../src/files/enhance.ts';
import { enhanceReader } from '../../src/files/enhance-reader.ts';
import type { SampleFormat } from '../../src/files/sample-format.ts';
import { openWav } from '../../src/files/wav/wav-reader.ts';
import { WavWriter } from '../../src/files/wav/wav-writer.ts';
import { largestDifference, noise, seededRandom } from '../engine/signals.ts';

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
    await enhanceChannels(denoiser, [new Float32Array(3.5 * 16000)], 16000, {
      onProgress: (share) => shares.push(share),
    });
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
    await assert.rejects(
      enhanceChannels(denoiser, [new Float32Array(2), new Float32Array(3)], 48000),
      /one length, got 2, 3/,
    );
    await assert.rejects(enhanceChannels(denoiser, [new Float32Array(2)], 48000, { mix: 1.1 }), RangeError);
    await assert.rejects(
      enhanceChannels(denoiser, [new Float32Array(2)], 48000, { attenuationLimitDb: -1 }),
      RangeError,
    );
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

describe('high-pass and automatic gain in recordings', () => {
  let denoiser: Denoiser;
  let speech: Float32Array;

  before(async () => {
    denoiser = await Denoiser.load({ modelUrl: MODEL });
    speech = await noisySpeech();
  });

  after(() => denoiser.dispose());

  it('change nothing, bit for bit, where they are off', async () => {
    const [plain] = await enhanceChannels(denoiser, [speech], 48000, { mix: 0.8 });
    const off = { mix: 0.8, highPassHz: 0, autoGain: false, targetLevelDb: -30 };
    assert.deepEqual((await enhanceChannels(denoiser, [speech], 48000, off))[0], plain);
    const [wet] = await enhanceChannels(denoiser, [speech], 48000);
    assert.deepEqual(
      plain,
      wet.map((x, n) => 0.8 * x + (1 - 0.8) * speech[n]),
    );
  });

  it('bring the voice of a recording to the target level, in both channels alike, without clipping', async () => {
    const quiet = speech.map((x) => x / 8);
    const looped = Float32Array.from({ length: 4 * quiet.length }, (_, n) => quiet[n % quiet.length]);
    const half = looped.map((x) => x / 2);
    const [plain] = await enhanceChannels(denoiser, [looped], 48000);
    const [left, right] = await enhanceChannels(denoiser, [looped, half], 48000, {
      autoGain: true,
      targetLevelDb: -24,
    });
    const last = left.length - quiet.length;
    // The level counts all of the loop, pauses included, and both channels; the target counts the voice alone.
    const level = 10 * Math.log10((meanSquare(left, last) + meanSquare(right, last)) / 2);
    assert.ok(level > -29 && level < -23, `${level} dBFS`);
    assert.ok(10 * Math.log10(meanSquare(left, last) / meanSquare(plain, last)) > 10);
    assert.ok(left.every((sample) => Math.abs(sample) < 0.9));
    const ratio = 10 * Math.log10(meanSquare(left, last) / meanSquare(right, last));
    assert.ok(Math.abs(ratio - 10 * Math.log10(4)) < 1, `${ratio} dB`);
  });

  it('are the same piece by piece, whatever the pieces', async () => {
    const settings = { mix: 0.9, highPassHz: 120, autoGain: true };
    const [whole] = await enhanceChannels(denoiser, [speech], 48000, settings);
    const random = seededRandom(7);
    const enhancer = new Enhancer(denoiser, 1, 48000, settings);
    const pieces = new Float32Array(speech.length);
    let done = 0;
    for (let start = 0; start < speech.length; ) {
      const length = Math.min(1 + Math.floor(random() * 3000), speech.length - start);
      enhancer.push([speech], start, length);
      start += length;
      done += enhancer.pull([pieces], done, Math.floor(random() * 4000));
    }
    enhancer.finish();
    enhancer.pull([pieces], done, speech.length);
    enhancer.dispose();
    assert.ok(largestDifference(pieces, whole) < 1e-6);
  });

  it('refuse what a caller gets wrong', async () => {
    const enhanced = (settings: object) => enhanceChannels(denoiser, [new Float32Array(2)], 48000, settings);
    await assert.rejects(enhanced({ highPassHz: 401 }), /highPassHz: expected 0 to 400, got 401/);
    await assert.rejects(enhanced({ targetLevelDb: 0 }), /targetLevelDb: expected -40 to -10, got 0/);
    await assert.rejects(enhanced({ autoGain: 1 }), /autoGain: expected true or false, got 1/);
  });
});

describe('enhanceReader', () => {
  let denoiser: Denoiser;

  before(async () => {
    denoiser = await Denoiser.load({ modelUrl: MODEL });
  });

  after(() => denoiser.dispose());

  it('writes what enhanceChannels gives, and what it took out', async () => {
    const channels = [noise(70001, 1, 0.1), noise(70001, 2, 0.2)];
    const [enhanced, removed] = [new BlobSink(), new BlobSink()];
    const reader = await openWav(bytesSource(await wavOf(channels, 44100, 'float32')));
    const writers = {
      enhanced: await WavWriter.open(enhanced, reader),
      removed: await WavWriter.open(removed, reader),
    };
    const summary = await enhanceReader(denoiser, reader, writers, { mix: 0.7 });
    await Promise.all([writers.enhanced.finish(), writers.removed.finish()]);
    assert.deepEqual(summary, { frames: 70001, brokenSamples: 0 });
    const expected = await enhanceChannels(denoiser, channels, 44100, { mix: 0.7 });
    const [wet, taken] = [await planesOf(enhanced), await planesOf(removed)];
    for (const [c, plane] of expected.entries()) {
      assert.equal(largestDifference(wet[c], plane), 0);
      assert.ok(
        largestDifference(
          taken[c],
          channels[c].map((x, n) => x - plane[n]),
        ) < 1e-7,
      );
    }
  });

  it('tells its progress up to 1, and stops where it is told to', async () => {
    const file = await wavOf([noise(5 * 16000, 3, 0.1)], 16000, 'int16');
    const shares: number[] = [];
    await enhanceReader(denoiser, await openWav(bytesSource(file)), {}, { onProgress: (share) => shares.push(share) });
    assert.equal(shares[shares.length - 1], 1);
    assert.ok(shares.length >= 5 && shares.every((share, i) => share >= (shares[i - 1] ?? 0)));
    const controller = new AbortController();
    const told: number[] = [];
    const stopped = enhanceReader(
      denoiser,
      await openWav(bytesSource(file)),
      {},
      {
        signal: controller.signal,
        onProgress: (share) => {
          told.push(share);
          if (told.length === 2) controller.abort(new Error('enough'));
        },
      },
    );
    await assert.rejects(stopped, /enough/);
    assert.equal(told.length, 2);
  });

  it('counts samples that are not numbers, and gives silence for them', async () => {
    const broken = noise(20000, 4, 0.1);
    broken.fill(Number.NaN, 500, 600);
    const sink = new BlobSink();
    const reader = await openWav(bytesSource(await wavOf([broken], 48000, 'float32')));
    const writer = await WavWriter.open(sink, reader);
    assert.equal((await enhanceReader(denoiser, reader, { enhanced: writer }, { mix: 0 })).brokenSamples, 100);
    await writer.finish();
    const [written] = await planesOf(sink);
    assert.ok(written.every((x, n) => x === (n >= 500 && n < 600 ? 0 : broken[n])));
  });
});

function meanSquare(samples: Float32Array, from: number): number {
  return samples.subarray(from).reduce((sum, x) => sum + x * x, 0) / (samples.length - from);
}

async function noisySpeech(): Promise<Float32Array> {
  const reader = await openWav(bytesSource(await readFile(new URL('../fixtures/noisy-speech.wav', import.meta.url))));
  const [samples] = [new Float32Array(reader.frames)];
  await reader.read([samples], 0, reader.frames);
  return samples;
}

async function wavOf(
  channels: readonly Float32Array[],
  sampleRateHz: number,
  format: SampleFormat,
): Promise<Uint8Array> {
  const sink = new BlobSink();
  const writer = await WavWriter.open(sink, {
    sampleRateHz,
    channels: channels.length,
    format,
    frames: channels[0].length,
  });
  await writer.write(channels, 0, channels[0].length);
  await writer.finish();
  return new Uint8Array(await sink.toBlob('audio/wav').arrayBuffer());
}

async function planesOf(sink: BlobSink): Promise<Float32Array[]> {
  const reader = await openWav(bytesSource(new Uint8Array(await sink.toBlob('audio/wav').arrayBuffer())));
  const planes = Array.from({ length: reader.channels }, () => new Float32Array(reader.frames));
  await reader.read(planes, 0, reader.frames);
  return planes;
}

/** Low enough to pass both resamplers untouched; small at both ends. */
function slowTone(length: number, rate: number): Float32Array {
  return Float32Array.from(
    { length },
    (_, n) => 0.1 * Math.sin((Math.PI * (n + 1)) / (length + 1)) * Math.sin((2 * Math.PI * 200 * n) / rate),
  );
}
