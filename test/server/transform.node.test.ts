import assert from 'node:assert/strict';
import { ReadableStream } from 'node:stream/web';
import { describe, it } from 'node:test';
import { createDenoiseStream, createDenoiseTransform, DenoiseError } from '../../src/server/index.ts';
import { noise, seededRandom } from '../engine/signals.ts';
import { through } from './support.ts';

/** Samples cut at random places, of which many are within a frame. */
function* cutSamples(samples: Float32Array, seed: number): Generator<Float32Array> {
  const random = seededRandom(seed);
  for (let at = 0; at < samples.length; ) {
    const length = Math.floor(random() * 2000);
    yield samples.slice(at, at + length);
    at += length;
  }
}

async function all(readable: AsyncIterable<Float32Array>): Promise<Float32Array> {
  const samples: number[] = [];
  for await (const chunk of readable) samples.push(...chunk);
  return Float32Array.from(samples);
}

/** The same by the stream of bytes. */
async function expected(samples: Float32Array, options: { sampleRate: number; channels?: number }) {
  const stream = createDenoiseStream({ ...options, format: 'f32le' });
  return new Float32Array((await through(stream, [new Uint8Array(samples.buffer)])).buffer);
}

describe('createDenoiseTransform', () => {
  it('gives the samples that the stream of bytes gives, from a web stream to a web stream', async () => {
    for (const [rate, channels] of [
      [48000, 1],
      [24000, 2],
    ]) {
      const samples = noise(30000, rate, 0.2);
      const source = ReadableStream.from(cutSamples(samples, 4));
      const transform = createDenoiseTransform({ sampleRate: rate, channels });
      assert.equal(transform.latency, 0);
      assert.ok(transform instanceof TransformStream);
      assert.deepEqual(
        await all(source.pipeThrough(transform)),
        await expected(samples, { sampleRate: rate, channels }),
      );
      assert.ok(transform.latency >= 0.015);
    }
  });

  it('begins anew at reset, exactly there', async () => {
    const parts = [noise(4000, 1, 0.2), noise(2501, 2, 0.2)];
    const transform = createDenoiseTransform({ sampleRate: 16000 });
    const writer = transform.writable.getWriter();
    const heard = all(transform.readable);
    const written = [writer.write(parts[0].slice(0, 999)), writer.write(parts[0].slice(999))];
    transform.reset();
    written.push(writer.write(parts[1]), writer.close());
    await Promise.all(written);
    const wanted = [];
    for (const part of parts) wanted.push(...(await expected(part, { sampleRate: 16000 })));
    assert.deepEqual(await heard, Float32Array.from(wanted));
  });

  it('fails on both sides where there is no model', async () => {
    const { readable, writable } = createDenoiseTransform({ sampleRate: 48000, model: '/nowhere' });
    const isOurs = (error: unknown): boolean => error instanceof DenoiseError && error.code === 'model-load';
    await assert.rejects(readable.getReader().read(), isOurs);
    await assert.rejects(writable.getWriter().write(new Float32Array(10)), isOurs);
  });

  it('refuses what a caller gets wrong', () => {
    assert.throws(() => createDenoiseTransform({ sampleRate: 0 }), /createDenoiseTransform option "sampleRate".*got 0/);
  });
});
