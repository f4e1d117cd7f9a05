import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import { createDenoiseStream, DenoiseError } from '../../src/server/index.ts';
import { PCM_FORMATS } from '../../src/server/pcm-format.ts';
import { noise, seededRandom } from '../engine/signals.ts';
import { byCommandLine, cut, pcmOf, through } from './support.ts';

const planes = (channels: number, frames: number): Float32Array[] =>
  Array.from({ length: channels }, (_, c) => noise(Math.floor(frames), c + 1, 0.2));
const same = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

describe('createDenoiseStream', () => {
  const cases = [
    { rate: 48000, channels: 1, options: {}, args: [] },
    { rate: 8000, channels: 1, options: { attenuationLimit: 12 }, args: ['--limit', '12'] },
    { rate: 44100, channels: 3, options: { mix: 0.7 }, args: ['--mix', '0.7'] },
    {
      rate: 16000,
      channels: 2,
      options: { model: 'tiny', highPass: 80, autoGain: true, targetLevel: -26 },
      args: ['-m', 'tiny', '--high-pass', '80', '--auto-gain', '--target', '-26'],
    },
  ];
  for (const [i, format] of PCM_FORMATS.entries()) {
    const { rate, channels, options, args } = cases[i % cases.length];
    it(`gives to the bit what the command line gives: ${format}, ${rate} Hz, ${channels} channels`, async () => {
      const pcm = pcmOf(planes(channels, 0.4 * rate + 17), format);
      const expected = await byCommandLine(pcm, { format, channels, rate }, ...args);
      for (const most of [50, 3000, pcm.length]) {
        const stream = createDenoiseStream({ sampleRate: rate, channels, format, ...options });
        const enhanced = await through(stream, most === pcm.length ? [pcm] : cut(pcm, most, 2 * most));
        assert.equal(enhanced.length, pcm.length);
        assert.ok(same(enhanced, expected), `chunks of up to ${2 * most} bytes`);
      }
    });
  }

  it('gives back what it gets at mix 0, and leaves out the bytes of a frame that is not whole', async () => {
    for (const format of PCM_FORMATS) {
      const pcm = pcmOf(planes(2, 5000), format);
      const stream = createDenoiseStream({ sampleRate: 22050, channels: 2, format, mix: 0 });
      const rest = Uint8Array.of(1);
      const passed = await through(stream, [...cut(pcm, 3, 900), ...(format.endsWith('law') ? [] : [rest])]);
      // µ-law has two bytes for zero, of which one is written.
      const expected = format === 'mulaw' ? pcm.map((byte) => (byte === 0x7f ? 0xff : byte)) : pcm;
      assert.ok(same(passed, expected), format);
    }
  });

  it('counts floats that are no numbers as silence', async () => {
    const pcm = pcmOf([Float32Array.of(0.5, Number.NaN, -0.25, Number.POSITIVE_INFINITY)], 'f32le');
    const stream = createDenoiseStream({ sampleRate: 48000, format: 'f32le', mix: 0 });
    assert.ok(same(await through(stream, [pcm]), pcmOf([Float32Array.of(0.5, 0, -0.25, 0)], 'f32le')));
  });

  it('lags by its latency at most, and says so once the model is there', async () => {
    for (const rate of [8000, 11025, 44100, 48000, 96000]) {
      const stream = createDenoiseStream({ sampleRate: rate });
      assert.equal(stream.latency, 0);
      await stream.ready;
      const { latency } = stream;
      assert.ok(latency >= 0.015 && latency < 0.025, `${latency} s at ${rate} Hz`);
      const random = seededRandom(rate);
      let [written, read] = [0, 0];
      let least = 0;
      while (written < rate / 2) {
        const chunk = pcmOf([noise(1 + Math.floor(random() * 700), written, 0.1)], 's16le');
        await new Promise((resolve) => stream.write(chunk, resolve));
        written += chunk.length / 2;
        for (let piece = stream.read(); piece !== null; piece = stream.read()) read += piece.length / 2;
        least = Math.max(least, written - read);
      }
      assert.ok(least <= Math.round(latency * rate), `${least} samples at ${rate} Hz`);
      // Closely: no wait is stated that does not occur.
      assert.ok(least >= latency * rate - rate / 1000, `${least} of ${latency * rate} samples at ${rate} Hz`);
      stream.destroy();
    }
  });

  it('begins anew at reset, exactly there, and loses nothing', async () => {
    const parts = [3333, 4801, 1, 6000].map((frames, i) => pcmOf([noise(frames, i + 9, 0.2)], 's16le'));
    const expected: Uint8Array[] = [];
    for (const part of parts) expected.push(await through(createDenoiseStream({ sampleRate: 16000 }), [part]));
    const whole = new Uint8Array(Buffer.concat(expected));
    // All at once, while nothing has been worked on; and each when the one before is done with.
    const atOnce = createDenoiseStream({ sampleRate: 16000 });
    for (const part of parts) {
      for (const chunk of cut(part, 5, 1000)) atOnce.write(chunk);
      atOnce.reset();
    }
    assert.ok(same(await through(atOnce, []), whole));
    const waiting = createDenoiseStream({ sampleRate: 16000 });
    const pieces: Buffer[] = [];
    waiting.on('data', (piece: Buffer) => pieces.push(piece));
    for (const part of parts) {
      await new Promise((resolve) => waiting.write(part, resolve));
      waiting.reset();
    }
    waiting.end();
    await once(waiting, 'end');
    assert.ok(same(new Uint8Array(Buffer.concat(pieces)), whole));
  });

  it('takes no more than its reader does', async () => {
    const second = pcmOf([noise(48000, 1, 0.1)], 's16le');
    let given = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        given += 1;
        yield second.slice(0, 9600);
      }
    }
    const stream = createDenoiseStream({ sampleRate: 48000 });
    const piped = pipeline(Readable.from(endless()), stream).catch((error: Error) => error);
    await once(stream, 'readable');
    // Buffers fill, and then it stands still: the same count after many turns.
    for (let before = -1; before !== given; ) {
      before = given;
      for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    const bound = stream.readableHighWaterMark + stream.writableHighWaterMark;
    assert.ok(given * 9600 < 2 * bound + 20 * 9600, `${given} chunks`);
    stream.destroy();
    assert.match(String(await piped), /premature|Premature|aborted/i);
  });

  it('can be given up at any time, before its model is there and in the middle', async () => {
    const early = createDenoiseStream({ sampleRate: 48000 });
    early.write(new Uint8Array(9600));
    early.destroy();
    await assert.rejects(early.ready, /destroyed before/);
    assert.equal(early.destroyed, true);
    const late = createDenoiseStream({ sampleRate: 48000 });
    late.write(pcmOf([noise(480000, 1, 0.1)], 's16le'));
    for await (const piece of late) {
      assert.ok((piece as Buffer).length > 0);
      break; // Ends it.
    }
    assert.equal(late.destroyed, true);
    const reason = new Error('enough');
    const told = createDenoiseStream({ sampleRate: 48000 });
    const heard = once(told, 'error');
    told.destroy(reason);
    assert.deepEqual(await heard, [reason]);
  });

  it('ends with a DenoiseError where there is no model, and the next tries again', async () => {
    for (let times = 0; times < 2; times++) {
      const stream = createDenoiseStream({ sampleRate: 48000, model: '/nowhere/model' });
      stream.write(new Uint8Array(960));
      const [error] = await once(stream, 'error');
      assert.ok(error instanceof DenoiseError);
      assert.equal(error.code, 'model-load');
      await assert.rejects(stream.ready, error);
    }
    const stream = createDenoiseStream({ sampleRate: 48000, model: 'stft-unet-of-nobody/variant' });
    const [error] = await once(stream, 'error');
    assert.equal((error as DenoiseError).code, 'model-load');
  });

  it('refuses what a caller gets wrong, at once and by name', () => {
    const wrong: [object | null, RegExp, ErrorConstructor][] = [
      [null, /^createDenoiseStream options: expected an object, got null\.$/, TypeError],
      [{}, /"sampleRate": expected a number from 3000 to 768000, got undefined/, TypeError],
      [{ sampleRate: 2999 }, /"sampleRate": expected 3000 to 768000, got 2999/, RangeError],
      [{ sampleRate: 8000, channels: 65 }, /"channels": expected 1 to 64, got 65/, RangeError],
      [{ sampleRate: 8000, channels: 1.5 }, /"channels": expected a whole number, got 1.5/, TypeError],
      [
        { sampleRate: 8000, format: 's16be' },
        /"format": expected "s16le", "s24le", "f32le", "mulaw" or "alaw", got "s16be"/,
        TypeError,
      ],
      [{ sampleRate: 8000, model: 7 }, /"model": expected a name such as "base", a path or a URL, got 7/, TypeError],
      [{ sampleRate: 8000, mix: 2 }, /"mix": expected 0 to 1, got 2/, RangeError],
      [{ sampleRate: 8000, attenuationLimit: '3' }, /"attenuationLimit": expected a number .*, got "3"/, TypeError],
      [{ sampleRate: 8000, highPass: 401 }, /"highPass": expected 0 to 400, got 401/, RangeError],
      [{ sampleRate: 8000, autoGain: 1 }, /"autoGain": expected true or false, got 1/, TypeError],
      [{ sampleRate: 8000, targetLevel: 0 }, /"targetLevel": expected -40 to -10, got 0/, RangeError],
    ];
    for (const [options, message, kind] of wrong)
      assert.throws(
        () => createDenoiseStream(options as never),
        (error) => error instanceof kind && message.test(error.message),
        String(message),
      );
  });
});
