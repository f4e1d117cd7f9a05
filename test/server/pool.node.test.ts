import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import type { Worker } from 'node:worker_threads';
import type { DenoisePool, DenoiseStream } from '../../src/server/index.ts';
import { createDenoiseStream } from '../../src/server/index.ts';
import { noise } from '../engine/signals.ts';
import { builtServer } from './built.ts';
import { cut, pcmOf, through } from './support.ts';

/** Every thread that this process starts, the latest last. */
const threads: Worker[] = [];
process.on('worker', (worker: Worker) => threads.push(worker));

const FRAMES = 20000;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const same = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

describe('DenoisePool', () => {
  let Pool: typeof DenoisePool;

  before(async () => {
    ({ DenoisePool: Pool } = await builtServer());
  });

  /** A pool that is closed when the test is over. */
  async function withPool<T>(count: number, act: (pool: DenoisePool) => Promise<T>): Promise<T> {
    const pool = new Pool({ threads: count });
    try {
      await pool.ready;
      return await act(pool);
    } finally {
      await pool.destroy();
    }
  }

  it('gives each stream what it gets alone, to the bit, whatever the chunks and whoever shares it', async () => {
    await withPool(2, async (pool) => {
      const kinds = [
        { sampleRate: 48000, channels: 1, format: 's16le', attenuationLimit: 20 },
        { sampleRate: 8000, channels: 1, format: 'mulaw' },
        { sampleRate: 16000, channels: 2, format: 'f32le', mix: 0.5 },
        { sampleRate: 44100, channels: 1, format: 's24le', highPass: 100, autoGain: true },
        { sampleRate: 48000, channels: 3, format: 's16le' },
      ] as const;
      const sounds = kinds.map(({ channels, format }, i) =>
        pcmOf(
          Array.from({ length: channels }, (_, c) => noise(FRAMES + i, 7 * i + c + 1, 0.2)),
          format,
        ),
      );
      const together = await Promise.all(
        kinds.map((kind, i) => through(pool.stream({ ...kind, realtime: false }), cut(sounds[i], i + 1, 4000))),
      );
      for (const [i, kind] of kinds.entries()) {
        const alone = await through(createDenoiseStream(kind), [sounds[i]]);
        assert.ok(same(together[i], alone), JSON.stringify(kind));
      }
    });
  });

  it('shares streams out, tells of them, and forgets those that have ended', async () => {
    await withPool(2, async (pool) => {
      const streams = Array.from({ length: 4 }, () => pool.stream({ sampleRate: 16000, realtime: false }));
      await Promise.all(streams.map(({ ready }) => ready));
      const { threads: count, streams: open, dry } = pool.metrics();
      assert.deepEqual([count, open, dry], [2, 4, 0]);
      const [one, alone] = [streams[0].latency, createDenoiseStream({ sampleRate: 16000 })];
      await alone.ready;
      assert.equal(one, alone.latency);
      alone.destroy();
      const pcm = pcmOf([noise(8000, 1, 0.1)], 's16le');
      await Promise.all(streams.map((stream) => through(stream, [pcm])));
      const { stepMs, streams: left } = pool.metrics();
      assert.equal(left, 0);
      assert.ok(stepMs.p50 > 0 && stepMs.p50 <= stepMs.p95 && stepMs.p95 <= stepMs.p99);
    });
  });

  it('answers streams in realtime in the order of their sound, a few at a time', async () => {
    await withPool(1, async (pool) => {
      const streams = Array.from({ length: 8 }, () => pool.stream({ sampleRate: 48000 }));
      await Promise.all(streams.map(({ ready }) => ready));
      const batches: number[] = [];
      threads.at(-1)?.on('message', ({ streams: count }) => batches.push(count));
      const heard: number[] = [];
      streams.forEach((stream, i) => {
        stream.on('data', () => heard.push(i));
      });
      const chunk = pcmOf([noise(480, 1, 0.1)], 's16le');
      for (const order of [
        [7, 6, 5, 4, 3, 2, 1, 0],
        [3, 0, 6, 1, 7, 2, 5, 4],
      ]) {
        heard.length = 0;
        for (const i of order) streams[i].write(chunk);
        while (heard.length < order.length) await turn();
        assert.deepEqual(heard, order);
      }
      assert.ok(
        batches.every((count) => count <= 2),
        `${batches}`,
      );
    });
  });

  it('sends the sound of a call back in the memory in which it came', async () => {
    await withPool(1, async (pool) => {
      const stream = pool.stream({ sampleRate: 48000 });
      await stream.ready;
      const pieces: number[][] = [];
      threads.at(-1)?.on('message', (answer) => {
        for (const { frames, planes } of answer.pieces) pieces.push([frames, planes[0].length]);
      });
      stream.resume();
      const chunk = pcmOf([noise(480, 1, 0.1)], 's16le');
      for (let n = 1; n <= 3; n++) {
        stream.write(chunk);
        while (pieces.length < n) await turn();
      }
      // The overlap of the first step is still to come: of what came, there is more than goes.
      assert.deepEqual(pieces, [
        [240, 480],
        [480, 480],
        [480, 480],
      ]);
    });
  });

  it('tells how late steps in realtime are', async () => {
    await withPool(1, async (pool) => {
      const stream = pool.stream({ sampleRate: 48000 });
      await stream.ready;
      stream.resume();
      while (pool.metrics().latenessMs.p50 === 0)
        await new Promise((resolve) => stream.write(pcmOf([noise(480, 1, 0.1)], 's16le'), resolve));
      assert.ok(pool.metrics().latenessMs.p99 >= pool.metrics().latenessMs.p50);
    });
  });

  it('holds a writer up where its thread does not follow, and goes on', async () => {
    await withPool(1, async (pool) => {
      const stream = pool.stream({ sampleRate: 8000, realtime: false });
      await stream.ready;
      const pcm = pcmOf([noise(160000, 1, 0.1)], 's16le');
      let taken = 0;
      // No reader: what comes out waits, and so does what goes in.
      const write = (at: number): void => {
        if (at >= pcm.length) return;
        stream.write(pcm.slice(at, at + 1600), () => {
          taken = at + 1600;
          write(at + 1600);
        });
      };
      write(0);
      let before = -1;
      while (before !== taken || taken === 0) {
        before = taken;
        // Longer than a thread needs for what may wait.
        await through(pool.stream({ sampleRate: 8000, realtime: false }), [pcm.slice(0, 64000)]);
      }
      assert.ok(taken < pcm.length, `${taken}`);
      stream.resume();
      while (taken < pcm.length) await new Promise((resolve) => setImmediate(resolve));
    });
  });

  /** Writes noise, counts what comes out, and remembers both. */
  class Talk {
    readonly written: number[] = [];
    readonly #pieces: Buffer[] = [];
    heard = 0;

    constructor(
      readonly stream: DenoiseStream,
      readonly seed: number,
    ) {
      stream.on('data', (piece: Buffer) => {
        this.#pieces.push(piece);
        this.heard += piece.length / 4;
      });
    }

    get samples(): Float32Array {
      return new Float32Array(new Uint8Array(Buffer.concat(this.#pieces)).buffer);
    }

    /** 10 ms. */
    say(): void {
      const chunk = noise(480, this.seed + this.written.length, 0.1);
      this.written.push(...chunk);
      this.stream.write(pcmOf([chunk], 'f32le'));
    }

    /** 10 ms at a time, each when what came before has come out but for the latency, until it is so. */
    async sayUntil(isSo: () => boolean): Promise<void> {
      while (!isSo()) {
        this.say();
        while (this.written.length - this.heard > 1440) await turn();
        await turn();
      }
    }

    async end(): Promise<void> {
      const ended = once(this.stream, 'end');
      this.stream.end();
      await ended;
    }
  }

  it('replaces a thread that dies: its stream goes on with dry sound and comes back, others hear nothing', async () => {
    await withPool(2, async (pool) => {
      const [victim] = threads.slice(-2);
      const hit = new Talk(pool.stream({ sampleRate: 48000, format: 'f32le' }), 1);
      await hit.stream.ready;
      const other = new Talk(pool.stream({ sampleRate: 48000, format: 'f32le', realtime: false }), 500_000);
      await other.stream.ready;
      let isOver = false;
      const besides = other.sayUntil(() => isOver);
      await hit.sayUntil(() => hit.heard >= 4800);
      const crash = once(pool, 'crash').then(([error]) => {
        const state = { error, dry: pool.metrics().dry, from: hit.heard, to: 0 };
        // All at once, before another thread can be there.
        for (let n = 0; n < 20; n++) hit.say();
        state.to = hit.written.length - 720;
        return state;
      });
      await victim.terminate();
      const { error, dry, from, to } = await crash;
      assert.equal(error.code, 'worker-crashed');
      assert.match(error.message, /A thread of the pool ended, and is replaced/);
      assert.equal(dry, 1);
      await hit.sayUntil(() => pool.metrics().dry === 0);
      // Noise alone is turned down by far, once sound is enhanced again.
      const power = (samples: Float32Array): number => samples.reduce((sum, x) => sum + x * x, 0) / samples.length;
      const noisePower = 0.1 ** 2 / 3;
      for (let size = hit.heard; power(hit.samples.slice(-24000)) > 0.1 * noisePower; size += 24000)
        await hit.sayUntil(() => hit.heard >= size + 24000);
      isOver = true;
      await besides;
      await Promise.all([hit.end(), other.end()]);
      assert.equal(hit.samples.length, hit.written.length);
      // In the gap, past the glide, sound is that which went in, in its place.
      assert.ok(to - from > 9600 - 1440, `${to - from} dry samples`);
      assert.deepEqual(hit.samples.slice(from + 480, to), Float32Array.from(hit.written.slice(from + 480, to)));
      // The other thread's stream is what it would be alone.
      const alone = await through(createDenoiseStream({ sampleRate: 48000, format: 'f32le' }), [
        new Uint8Array(Float32Array.from(other.written).buffer),
      ]);
      assert.ok(same(new Uint8Array(other.samples.buffer), alone));
    });
  });

  it('turns streams to dry sound that are too much for it, says so, and takes them back', async () => {
    await withPool(1, async (pool) => {
      const talks = [1, 2].map((seed) => new Talk(pool.stream({ sampleRate: 48000, format: 'f32le' }), seed));
      const chunk = noise(9600, 5, 0.1);
      let state: { dry: number; streams: number } | undefined;
      pool.on('overload', (told) => {
        state ??= told;
      });
      while (state === undefined) {
        for (const { stream, written } of talks) {
          if (stream.writableNeedDrain) continue;
          stream.write(pcmOf([chunk], 'f32le'));
          written.push(...chunk);
        }
        await turn();
      }
      assert.equal(state.streams, 2);
      assert.ok(state.dry >= 1);
      let left: { streams: number } | undefined;
      pool.once('recover', (told) => {
        left = told;
      });
      // Much less than any machine can do.
      while (left === undefined) {
        for (const talk of talks) talk.say();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assert.deepEqual([left.streams, pool.metrics().dry], [2, 0]);
      for (const talk of talks) {
        await talk.end();
        assert.equal(talk.samples.length, talk.written.length);
      }
    });
  });

  it('does not blame its threads where the app stands still', async () => {
    await withPool(1, async (pool) => {
      const stream = pool.stream({ sampleRate: 48000 });
      await stream.ready;
      stream.resume();
      pool.on('overload', () => assert.fail('no thread has too much to do'));
      const chunk = pcmOf([noise(480, 1, 0.1)], 's16le');
      const write = (): Promise<void> => new Promise((resolve) => stream.write(chunk, () => resolve()));
      await write();
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500);
      // Before the answer to the one before has been heard.
      await write();
      assert.equal(pool.metrics().dry, 0);
    });
  });

  it('loses nothing of a recording whose thread dies, and makes no dry sound of it', async () => {
    await withPool(1, async (pool) => {
      const [victim] = threads.slice(-1);
      const stream = pool.stream({ sampleRate: 16000, format: 'f32le', realtime: false });
      await stream.ready;
      const noisy = noise(160000, 3, 0.1);
      const enhancing = through(stream, cut(pcmOf([noisy], 'f32le'), 1, 20000));
      await once(stream, 'data');
      await victim.terminate();
      const enhanced = new Float32Array((await enhancing).buffer);
      assert.equal(enhanced.length, noisy.length);
      const power = (samples: Float32Array): number => samples.reduce((sum, x) => sum + x * x, 0);
      for (let at = 16000; at < noisy.length; at += 16000)
        assert.ok(power(enhanced.slice(at, at + 16000)) < 0.5 * power(noisy.slice(at, at + 16000)), `${at}`);
    });
  });

  it('gives all of a stream that ends while its thread is away', async () => {
    await withPool(1, async (pool) => {
      const [victim] = threads.slice(-1);
      const streams = [true, false].map((realtime) => pool.stream({ sampleRate: 48000, format: 'f32le', realtime }));
      await Promise.all(streams.map(({ ready }) => ready));
      const gone = once(pool, 'crash');
      await victim.terminate();
      await gone;
      const pcm = pcmOf([noise(4800, 1, 0.1)], 'f32le');
      const [dry, waited] = await Promise.all(streams.map((stream) => through(stream, [pcm])));
      assert.equal(dry.length, pcm.length);
      assert.equal(waited.length, pcm.length);
    });
  });

  it('ends its streams and says why where the model cannot be loaded', async () => {
    const pool = new Pool({ threads: 1, model: '/nowhere' });
    const stream = pool.stream({ sampleRate: 48000 });
    const [error] = await once(stream, 'error');
    assert.equal(error.code, 'model-load');
    await assert.rejects(pool.ready, { code: 'model-load' });
    await pool.close();
  });

  it('lets streams end before it closes, and takes no more; or ends them at once', async () => {
    const pool = new Pool({ threads: 1 });
    const stream = pool.stream({ sampleRate: 16000, realtime: false });
    const closed = pool.close();
    assert.equal(pool.close(), closed);
    assert.throws(() => pool.stream({ sampleRate: 16000 }), /expected an open pool, this one is closed/);
    const pcm = pcmOf([noise(16000, 1, 0.1)], 's16le');
    assert.equal((await through(stream, [pcm])).length, pcm.length);
    await closed;
    assert.equal(pool.metrics().threads, 0);
    const other = new Pool({ threads: 1 });
    const given = other.stream({ sampleRate: 16000 });
    const heard = once(given, 'error');
    const reason = new Error('over');
    await other.destroy(reason);
    assert.deepEqual(await heard, [reason]);
    if (Symbol.asyncDispose !== undefined) await other[Symbol.asyncDispose]();
  });

  it('refuses what a caller gets wrong', async () => {
    assert.throws(() => new Pool({ threads: 0 }), /DenoisePool option "threads": expected 1 to 64, got 0/);
    assert.throws(() => new Pool({ threads: 1.5 }), /"threads": expected a whole number, got 1.5/);
    assert.throws(() => new Pool(7 as never), /DenoisePool options: expected an object, got 7/);
    assert.throws(() => new Pool({ model: null as never }), /DenoisePool option "model"/);
    await withPool(1, async (pool) => {
      assert.throws(() => pool.stream({ sampleRate: 1 }), /DenoisePool.stream option "sampleRate"/);
      assert.throws(
        () => pool.stream({ sampleRate: 8000, realtime: 1 as never }),
        /"realtime": expected true or false/,
      );
    });
  });

  after(() =>
    assert.ok(
      threads.every(({ threadId }) => threadId === -1),
      'threads are left',
    ),
  );
});
