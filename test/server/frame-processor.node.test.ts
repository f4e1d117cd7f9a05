import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDenoiseStream, DenoiseFrameProcessor } from '../../src/server/index.ts';
import { noise } from '../engine/signals.ts';
import { pcmOf, through } from './support.ts';

/** Frames as LiveKit has them, cut from interleaved samples; the last may be short. */
function framesOf(samples: Int16Array, sampleRate: number, channels: number, length: number) {
  return Array.from({ length: Math.ceil(samples.length / (length * channels)) }, (_, i) => {
    const data = samples.slice(i * length * channels, (i + 1) * length * channels);
    return { data, sampleRate, channels, samplesPerChannel: data.length / channels };
  });
}

const sound = (rate: number, channels: number): Int16Array =>
  new Int16Array(
    pcmOf(
      Array.from({ length: channels }, (_, c) => noise(rate / 2, c + 1, 0.2)),
      's16le',
    ).buffer,
  );

/** What a stream makes of the same, as late. */
async function expected(samples: Int16Array, sampleRate: number, channels: number, latency: number) {
  const stream = createDenoiseStream({ sampleRate, channels, attenuationLimit: 20 });
  const enhanced = new Int16Array((await through(stream, [new Uint8Array(samples.buffer.slice(0))])).buffer);
  const late = new Int16Array(samples.length);
  const shift = Math.round(latency * sampleRate) * channels;
  late.set(enhanced.subarray(0, samples.length - shift), shift);
  return late;
}

describe('DenoiseFrameProcessor', () => {
  it('gives frame for frame what a stream gives, later by its latency, whatever the rate and the frames', async () => {
    for (const [rate, channels, length] of [
      [48000, 1, 480],
      [48000, 2, 333],
      [16000, 1, 160],
      [24000, 1, 1],
    ]) {
      const processor = await DenoiseFrameProcessor.load({ attenuationLimit: 20 });
      assert.equal(processor.latency, 0);
      const samples = sound(rate, channels);
      const frames = framesOf(samples, rate, channels, length);
      const heard = frames.flatMap((frame) => {
        assert.equal(processor.process(frame), frame);
        return [...frame.data];
      });
      assert.ok(processor.latency >= 0.015 && processor.latency < 0.025);
      assert.deepEqual(Int16Array.from(heard), await expected(samples, rate, channels, processor.latency));
      processor.close();
    }
  });

  it('begins anew for another rate, for another stream, and when it is switched on again', async () => {
    const processor = await DenoiseFrameProcessor.load({ attenuationLimit: 20 });
    const run = (rate: number): Int16Array =>
      Int16Array.from(
        framesOf(sound(rate, 1), rate, 1, rate / 100).flatMap((frame) => [...processor.process(frame).data]),
      );
    const first = run(48000);
    run(16000);
    assert.deepEqual(run(48000), first);
    processor.close();
    assert.deepEqual(run(48000), first);
    assert.equal(processor.isEnabled(), true);
    processor.setEnabled(false);
    assert.equal(processor.isEnabled(), false);
    processor.setEnabled(true);
    assert.deepEqual(run(48000), first);
  });

  it('refuses what a caller gets wrong', async () => {
    await assert.rejects(
      DenoiseFrameProcessor.load({ mix: -1 }),
      /DenoiseFrameProcessor.load option "mix": expected 0/,
    );
    await assert.rejects(DenoiseFrameProcessor.load({ model: '/nowhere' }), { code: 'model-load' });
  });
});
