import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { GCProfiler } from 'node:v8';
import { Denoiser, type DenoiserStream } from '../../src/engine/index.ts';
import { largestDifference, noise, seededRandom } from './signals.ts';

const MODEL = new URL('../../models/base/', import.meta.url);
const RATES = [8000, 16000, 22050, 44056, 44100, 48000, 96000, 192000];

/** Steps of a round in which bytes are counted, and what the counting itself leaves, shared out among them. */
const ROUND_STEPS = 100;
const STRAY_BYTES = 16;
const MOST_ROUNDS = 300;

describe('Denoiser with base', () => {
  let denoiser: Denoiser;

  before(async () => {
    denoiser = await Denoiser.load({ modelUrl: MODEL });
  });

  after(() => denoiser.dispose());

  it('gives the same samples however the input is cut', () => {
    for (const rate of [44100, 48000]) {
      const noisy = noisySpeech(rate, 1);
      const whole = enhance(noisy, rate);
      for (const seed of [1, 2]) {
        const random = seededRandom(seed);
        assert.equal(
          largestDifference(
            enhance(noisy, rate, () => 1 + Math.floor(random() * 1500)),
            whole,
          ),
          0,
          `${rate} Hz, seed ${seed}`,
        );
      }
    }
  });

  it('gives three streams in one batch what each gets alone', () => {
    const signals = [noisySpeech(48000, 1), noisySpeech(48000, 2), noise(48000, 3, 0.05)];
    const alone = signals.map((noisy) => enhance(noisy, 48000));
    const streams = signals.map((noisy) => pushed(denoiser.createStream(48000), noisy));
    while (streams[0].hopReady) denoiser.step(streams);
    for (const [i, stream] of streams.entries())
      assert.ok(largestDifference(pulled(stream), alone[i]) <= 1e-5, `stream ${i}`);
  });

  it('lets streams join, leave, swap and wait without touching the others', () => {
    const signals = [1, 2, 3].map((seed) => noisySpeech(48000, seed));
    const alone = signals.map((noisy) => enhance(noisy, 48000));
    const streams = signals.map((noisy) => pushed(denoiser.createStream(48000), noisy));
    const random = seededRandom(9);
    while (streams.some((stream) => stream.hopReady)) {
      const batch = streams.filter((stream) => stream.hopReady && random() < 0.6);
      if (random() < 0.5) batch.reverse();
      denoiser.step(batch);
    }
    for (const [i, stream] of streams.entries())
      assert.ok(largestDifference(pulled(stream), alone[i]) <= 1e-5, `stream ${i}`);
  });

  it('is causal: a change of the future changes nothing before it', () => {
    for (const rate of [44100, 48000]) {
      const noisy = noisySpeech(rate, 4);
      const shaken = noisy.slice();
      // Half a second is a whole number of steps: the step before it must not know what comes.
      const from = Math.floor(rate / 2);
      for (let n = from; n < shaken.length; n++) shaken[n] = -3 * shaken[n];
      const stream = denoiser.createStream(rate);
      const a = enhance(noisy, rate);
      const b = enhance(shaken, rate);
      const same = from + stream.delaySamples - Math.ceil(rate / 1000) * 10;
      assert.equal(largestDifference(a.subarray(0, same), b.subarray(0, same)), 0, `${rate} Hz`);
      assert.ok(largestDifference(a, b) > 0.01, 'the change itself is heard');
    }
  });

  it('is a new stream after reset', () => {
    for (const rate of [44100, 48000]) {
      const noisy = noisySpeech(rate, 5);
      const stream = denoiser.createStream(rate);
      run(stream, noise(rate, 6));
      stream.push(noisy, 0, 777);
      stream.reset();
      assert.equal(stream.available, 0);
      assert.equal(stream.samplesToHop, denoiser.createStream(rate).samplesToHop);
      assert.equal(largestDifference(run(stream, noisy), enhance(noisy, rate)), 0, `${rate} Hz`);
    }
  });

  it('passes the noisy signal, exactly delayed, at a limit of 0 dB', () => {
    const noisy = noisySpeech(48000, 7);
    const stream = denoiser.createStream(48000);
    stream.attenuationLimitDb = 0;
    const enhanced = run(stream, noisy);
    assert.equal(stream.delaySamples, 240);
    assert.ok(largestDifference(enhanced.subarray(240), noisy.subarray(0, enhanced.length - 240)) < 1e-6);
  });

  it('has the whole delay that it states, at every rate', () => {
    for (const rate of RATES) {
      const noisy = lowTones(rate);
      const stream = denoiser.createStream(rate);
      stream.attenuationLimitDb = 0;
      const enhanced = run(stream, noisy);
      const delay = stream.delaySamples;
      assert.ok(Number.isInteger(delay));
      // 5 ms of overlap and 24 zero crossings of each of two filters at the lower rate.
      assert.ok(
        delay / rate <= 0.005 + (rate === 48000 ? 0 : 51 / Math.min(rate, 48000)),
        `${rate} Hz: ${delay} samples`,
      );
      assert.ok(
        largestDifference(enhanced.subarray(delay), noisy.subarray(0, enhanced.length - delay)) < 2e-3,
        `${rate} Hz`,
      );
    }
  });

  it('says exactly how many samples complete a step, and is never further behind than one step', () => {
    const into = new Float32Array(48000);
    for (const rate of [...RATES, 3000, 11025, 768000]) {
      const stream = denoiser.createStream(rate);
      const stepWait = Math.ceil((480 * rate) / 48000);
      let pushedCount = 0;
      let pulledCount = 0;
      for (let step = 0; step < 30; step++) {
        const missing = stream.samplesToHop;
        stream.push(into, 0, missing - 1);
        pushedCount += missing - 1;
        assert.equal(stream.hopReady, false, `${rate} Hz, step ${step}, one before`);
        assert.ok(
          pushedCount - pulledCount <= stepWait,
          `${rate} Hz, step ${step}: ${pushedCount - pulledCount} behind`,
        );
        stream.push(into, 0, 1);
        pushedCount += 1;
        assert.equal(stream.samplesToHop, 0);
        assert.equal(stream.hopReady, true, `${rate} Hz, step ${step}`);
        denoiser.step([stream]);
        pulledCount += stream.pull(into.slice(), 0, into.length);
      }
    }
  });

  it('keeps as many tensors as before over 200 steps, and gives them back when it is disposed', async () => {
    const alone = denoiser.memory();
    const other = await Denoiser.load({ modelUrl: MODEL });
    const streams = [1, 2, 3].map(() => other.createStream(48000));
    for (const stream of streams) stream.push(noise(480 * 220, 1), 0, 480 * 220);
    other.step(streams);
    const held = other.memory().tensors;
    for (let i = 0; i < 200; i++) {
      other.step(streams, i < 100 ? 3 : 1 + (i % 3));
      assert.equal(other.memory().tensors, held);
    }
    for (const stream of streams) stream.dispose();
    other.dispose();
    assert.deepEqual(denoiser.memory(), alone);
  });

  it('makes no garbage, once its loops are compiled', () => {
    for (const rate of [44100, 48000]) {
      const streams = [1, 2].map(() => denoiser.createStream(rate));
      const sound = noise(rate, 7, 0.1);
      const out = new Float32Array(rate);
      const bytesOfStep = (): number => {
        const collections = new GCProfiler();
        collections.start();
        const before = process.memoryUsage();
        for (let i = 0; i < ROUND_STEPS; i++) {
          for (const stream of streams) stream.push(sound, 0, stream.samplesToHop);
          denoiser.step(streams);
          for (const stream of streams) stream.pull(out, 0, stream.available);
        }
        const after = process.memoryUsage();
        const made = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
        return collections.stop().statistics.length === 0 ? made / ROUND_STEPS : Number.POSITIVE_INFINITY;
      };
      // The compiler works beside: what is not compiled makes an object of many a number.
      let rounds = 1;
      while (bytesOfStep() > STRAY_BYTES) {
        rounds += 1;
        assert.ok(rounds <= MOST_ROUNDS, `${rate} Hz: every step makes garbage`);
      }
    }
  });

  it('leaves no trace of NaN, infinities and absurd values in its input', () => {
    const noisy = noisySpeech(48000, 8);
    for (const poison of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3e38]) {
      const poisoned = noisy.slice();
      const silenced = noisy.slice();
      for (let n = 10000; n < 12000; n += 7) {
        poisoned[n] = poison;
        silenced[n] = 0;
      }
      assert.equal(largestDifference(enhance(poisoned, 48000), enhance(silenced, 48000)), 0, String(poison));
    }
  });

  it('gives finite sound for input far beyond full scale, and is itself again afterwards', () => {
    const stream = denoiser.createStream(48000);
    const shout = run(stream, noise(48000, 1, 1e20));
    assert.ok(shout.every(Number.isFinite));
    const after = run(stream, noisySpeech(48000 * 2, 8));
    assert.ok(after.every(Number.isFinite));
    assert.ok(Math.max(...after.subarray(48000)) < 2);
  });

  it('is exactly silent in silence, with nothing denormal', () => {
    const stream = denoiser.createStream(44100);
    run(stream, noise(44100, 1));
    const rest = run(stream, new Float32Array(44100 * 2));
    assert.ok(rest.every((x) => x === 0 || Math.abs(x) >= 1e-15));
    assert.ok(rest.subarray(44100).every((x) => Math.abs(x) < 1e-6));
  });

  it('refuses what a caller gets wrong, at once', () => {
    for (const rate of [0, 2999, 768001, Number.NaN]) assert.throws(() => denoiser.createStream(rate), RangeError);
    const stream = denoiser.createStream(48000);
    for (const limit of [-1, 100.1, Number.NaN]) assert.throws(() => (stream.attenuationLimitDb = limit), RangeError);
    assert.throws(() => denoiser.step([stream]), /stream 0 misses 480 samples/);
    stream.push(new Float32Array(480), 0, 480);
    assert.throws(() => denoiser.step([stream, stream]), /once/);
    stream.dispose();
    assert.throws(() => denoiser.step([stream]), /the samples of a whole step/);
  });

  function enhance(noisy: Float32Array, rate: number, pieceLength: () => number = () => noisy.length): Float32Array {
    const stream = denoiser.createStream(rate);
    try {
      return run(stream, noisy, pieceLength);
    } finally {
      stream.dispose();
    }
  }

  function run(
    stream: DenoiserStream,
    noisy: Float32Array,
    pieceLength: () => number = () => noisy.length,
  ): Float32Array {
    for (let start = 0; start < noisy.length; ) {
      const length = Math.min(pieceLength(), noisy.length - start);
      stream.push(noisy, start, length);
      start += length;
      while (stream.hopReady) denoiser.step([stream]);
    }
    return pulled(stream);
  }
});

function pushed(stream: DenoiserStream, noisy: Float32Array): DenoiserStream {
  stream.push(noisy, 0, noisy.length);
  return stream;
}

function pulled(stream: DenoiserStream): Float32Array {
  const enhanced = new Float32Array(stream.available);
  stream.pull(enhanced, 0, enhanced.length);
  return enhanced;
}

/** One second of a gliding voice-like buzz that comes and goes, in noise. */
function noisySpeech(length: number, seed: number): Float32Array {
  const signal = noise(length, seed, 0.05);
  let phase = 0;
  for (let n = 0; n < length; n++) {
    phase += (2 * Math.PI * (120 + 40 * Math.sin((3 * n) / length + seed))) / 48000;
    const syllable = Math.max(0, Math.sin((22 * n) / length));
    for (let harmonic = 1; harmonic <= 12; harmonic++)
      signal[n] += ((0.25 * syllable) / harmonic) * Math.sin(harmonic * phase);
  }
  return signal;
}

/** Tones up to 0.7 of the Nyquist frequency of the lower rate, faded in. */
function lowTones(rate: number): Float32Array {
  const top = 0.35 * Math.min(rate, 48000);
  return Float32Array.from({ length: rate / 2 }, (_, n) => {
    const fade = Math.min(1, n / (rate / 20));
    return (
      fade *
      0.1 *
      [0.013, 0.11, 0.37, 0.71, 1].reduce((sum, share) => sum + Math.sin((2 * Math.PI * share * top * n) / rate), 0)
    );
  });
}
