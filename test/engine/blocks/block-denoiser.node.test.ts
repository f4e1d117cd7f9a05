import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Denoiser, type DenoiserStream } from '../../../src/engine/index.ts';
import {
  FIXTURE_BLOCK_SAMPLES as BLOCK,
  type BlockFixture,
  makeBlockFixture,
  FIXTURE_OVERLAP_SAMPLES as OVERLAP,
} from '../../support/fixture-block-model.ts';
import { FIXTURE_URL, servedFrom } from '../../support/fixture-model.ts';
import { largestDifference, noise, seededRandom } from '../signals.ts';

const RATE = 8000;
const ADVANCE = BLOCK - OVERLAP;
const RATES = [8000, 16000, 22050, 44056, 44100, 48000, 96000, 192000];

/** A U-Net that gives a mask: its output depends on the whole block. */
const UNET: BlockFixture = { network: 'unet', estimate: { kind: 'mask' } };
const GRIFFIN_LIM = { kind: 'griffin-lim', iterations: 8, momentum: 0.99, seed: 7, init: 'random' };
const MELS = { mels: 40, lowHz: 0, highHz: 4000, amin: 1e-10 };

describe('a block model', () => {
  it('gives the blocks that it would give one by one, crossfaded', async () => {
    await using(UNET, async (denoiser) => {
      const noisy = speechLike(6 * ADVANCE, 1);
      const enhanced = enhance(denoiser, noisy);
      const expected = await using({ ...UNET, framing: { overlapSamples: 0 } }, (single) => {
        const blocks = Array.from({ length: 6 }, (_, i) => {
          const block = new Float32Array(BLOCK);
          for (let n = 0; n < BLOCK; n++) block[n] = noisy[i * ADVANCE - OVERLAP + n] ?? 0;
          return enhance(single, block);
        });
        const sound = new Float32Array(6 * ADVANCE);
        for (let i = 0; i < 6; i++) {
          for (let n = 0; n < ADVANCE; n++) {
            const rise = n < OVERLAP ? Math.sin((Math.PI / 2) * ((n + 0.5) / OVERLAP)) ** 2 : 1;
            sound[i * ADVANCE + n] = rise * blocks[i][n] + (1 - rise) * (blocks[i - 1]?.[ADVANCE + n] ?? 0);
          }
        }
        return sound;
      });
      assert.ok(largestDifference(enhanced, expected) < 1e-6);
      assert.ok(
        largestDifference(enhanced.subarray(OVERLAP), noisy.subarray(0, enhanced.length - OVERLAP)) > 0.01,
        'the model does something',
      );
    });
  });

  const identities: [what: string, fixture: BlockFixture, tolerance: number][] = [
    ['magnitudes', { network: 'unit' }, 1e-6],
    ['magnitudes, blocks side by side', { network: 'unit', framing: { overlapSamples: 0 } }, 1e-6],
    ['magnitudes, blocks that overlap by half', { network: 'unit', framing: { overlapSamples: BLOCK / 2 } }, 1e-6],
    ['magnitudes, mirrored ends', { network: 'unit', framing: { padding: 'reflect' } }, 1e-6],
    [
      'an FFT that is longer than its window',
      { network: 'unit', framing: { fftSamples: 256, windowSamples: 252 }, rows: 129, frames: 17 },
      1e-6,
    ],
    [
      'an even FFT without the Nyquist bin',
      { network: 'unit', framing: { fftSamples: 256, windowSamples: 256 }, rows: 128, frames: 17 },
      0.02,
    ],
    ['magnitudes to a power', { network: 'unit', features: { kind: 'magnitude', exponent: 0.3 } }, 1e-5],
    ['decibels', { network: 'unit', features: { kind: 'log-magnitude-db', amin: 1e-5 } }, 1e-4],
    [
      'decibels in a fixed range',
      {
        network: 'unit',
        features: { kind: 'log-magnitude-db', amin: 1e-5 },
        normalisation: { kind: 'fixed', inputRange: [-100, 60], outputRange: [-100, 60], to: [-1, 1] },
      },
      1e-4,
    ],
    [
      'decibels in the range of each image',
      {
        network: 'unit',
        features: { kind: 'log-magnitude-db', amin: 1e-5, topDb: 200 },
        normalisation: { kind: 'image', to: [0, 1] },
      },
      1e-4,
    ],
    // No filter hears the bins at both ends.
    [
      'mel bands',
      {
        network: 'unit',
        features: { kind: 'mel', ...MELS },
        estimate: { kind: 'clean-features' },
        rebuild: { kind: 'mel-gain' },
        rows: 40,
      },
      5e-3,
    ],
    [
      'mel bands and cepstral coefficients',
      {
        network: 'unit',
        features: { kind: 'mel-mfcc', mfccs: 12, ...MELS },
        normalisation: {
          kind: 'fixed',
          to: [0, 1],
          rows: [
            { rows: 40, inputRange: [-120, 60] },
            { rows: 12, inputRange: [-600, 600] },
          ],
        },
        estimate: { kind: 'clean-features' },
        rebuild: { kind: 'mel-gain' },
        rows: 52,
      },
      5e-3,
    ],
    [
      'magnitudes whose phase is sought from the noisy one',
      { network: 'unit', rebuild: { ...GRIFFIN_LIM, init: 'noisy-phase' } },
      1e-5,
    ],
  ];
  for (const [what, fixture, tolerance] of identities) {
    it(`gives the noisy signal back where its estimate is the input: ${what}`, () =>
      using(fixture, (denoiser) => {
        const noisy = speechLike(5 * BLOCK, 2);
        const stream = denoiser.createStream(RATE);
        const enhanced = run(denoiser, stream, noisy);
        const delay = stream.delaySamples;
        assert.ok(enhanced.length >= 3 * BLOCK);
        const difference = largestDifference(enhanced.subarray(delay), noisy.subarray(0, enhanced.length - delay));
        assert.ok(difference <= tolerance, `largest difference ${difference}`);
      }));
  }

  it('takes the noise off where it estimates the noise: all of it here', () =>
    using({ network: 'unit', estimate: { kind: 'noise-magnitude' } }, (denoiser) => {
      const enhanced = enhance(denoiser, speechLike(4 * BLOCK, 3));
      assert.ok(enhanced.every((x) => Math.abs(x) < 1e-6));
    }));

  it('takes half off where half is noise, in magnitudes as in decibels', async () => {
    const noisy = speechLike(4 * BLOCK, 3);
    for (const fixture of [
      { network: 'half', estimate: { kind: 'noise-magnitude' } },
      { network: 'half', estimate: { kind: 'clean-magnitude' } },
    ] satisfies BlockFixture[]) {
      await using(fixture, (denoiser) => {
        const enhanced = enhance(denoiser, noisy);
        const halved = noisy.map((x) => x / 2);
        assert.ok(largestDifference(enhanced.subarray(OVERLAP), halved.subarray(0, enhanced.length - OVERLAP)) < 1e-6);
      });
    }
  });

  it('gives the same samples however the input is cut', () =>
    using(UNET, (denoiser) => {
      for (const rate of [RATE, 44100]) {
        const noisy = speechLike(rate, 4);
        const whole = enhance(denoiser, noisy, rate);
        for (const seed of [1, 2]) {
          const random = seededRandom(seed);
          const cut = enhance(denoiser, noisy, rate, () => 1 + Math.floor(random() * 3000));
          assert.equal(largestDifference(cut, whole), 0, `${rate} Hz, seed ${seed}`);
        }
      }
    }));

  it('gives a recording, whose blocks share runs of the model, what it gives block by block', () =>
    using(UNET, (denoiser) => {
      const signals = [1, 2, 3].map((seed) => speechLike(7 * BLOCK, seed));
      const alone = signals.map((noisy) => enhance(denoiser, noisy));
      const streams = signals.map((noisy) => pushed(denoiser.createStream(RATE), noisy));
      denoiser.stepAll(streams);
      for (const [i, stream] of streams.entries()) {
        assert.equal(stream.hopReady, false);
        assert.ok(largestDifference(pulled(stream), alone[i]) <= 1e-6, `stream ${i}`);
      }
    }));

  it('lets streams join, leave, swap and wait without touching the others', () =>
    using(UNET, (denoiser) => {
      const signals = [1, 2, 3].map((seed) => speechLike(8 * BLOCK, seed));
      const alone = signals.map((noisy) => enhance(denoiser, noisy));
      const streams = signals.map((noisy) => pushed(denoiser.createStream(RATE), noisy));
      const random = seededRandom(9);
      while (streams.some((stream) => stream.hopReady)) {
        const batch = streams.filter((stream) => stream.hopReady && random() < 0.6);
        if (random() < 0.5) batch.reverse();
        denoiser.step(batch);
      }
      for (const [i, stream] of streams.entries())
        assert.ok(largestDifference(pulled(stream), alone[i]) <= 1e-6, `stream ${i}`);
    }));

  it('is causal up to the block: a change of the future changes nothing that was given before', () =>
    using(UNET, (denoiser) => {
      const noisy = speechLike(8 * ADVANCE, 4);
      const shaken = noisy.slice();
      for (let n = 4 * ADVANCE; n < shaken.length; n++) shaken[n] *= -3;
      const [a, b] = [enhance(denoiser, noisy), enhance(denoiser, shaken)];
      assert.equal(largestDifference(a.subarray(0, 4 * ADVANCE), b.subarray(0, 4 * ADVANCE)), 0);
      assert.ok(largestDifference(a, b) > 0.01, 'the change itself is heard');
    }));

  it('is a new stream after reset, also between analysis and pull', () =>
    using(UNET, (denoiser) => {
      for (const rate of [RATE, 44100]) {
        const noisy = speechLike(rate, 5);
        const stream = denoiser.createStream(rate);
        run(denoiser, stream, noise(rate, 6));
        stream.push(noisy, 0, 777);
        stream.reset();
        assert.equal(stream.available, 0);
        assert.equal(stream.samplesToHop, denoiser.createStream(rate).samplesToHop);
        assert.equal(largestDifference(run(denoiser, stream, noisy), enhance(denoiser, noisy, rate)), 0, `${rate} Hz`);
      }
    }));

  for (const rebuild of [{ kind: 'noisy-phase' }, GRIFFIN_LIM]) {
    it(`passes the noisy signal, exactly delayed, at a limit of 0 dB: ${rebuild.kind}`, () =>
      using({ network: 'half', rebuild }, (denoiser) => {
        const noisy = speechLike(5 * BLOCK, 7);
        const stream = denoiser.createStream(RATE);
        stream.attenuationLimitDb = 0;
        const enhanced = run(denoiser, stream, noisy);
        assert.equal(stream.delaySamples, OVERLAP);
        assert.ok(largestDifference(enhanced.subarray(OVERLAP), noisy.subarray(0, enhanced.length - OVERLAP)) < 1e-6);
      }));

    it(`leaves a tenth of the noisy signal in at a limit of 20 dB: ${rebuild.kind}`, () =>
      using({ network: 'unit', estimate: { kind: 'noise-magnitude' }, rebuild }, (denoiser) => {
        const noisy = speechLike(5 * BLOCK, 7);
        const stream = denoiser.createStream(RATE);
        stream.attenuationLimitDb = 20;
        const enhanced = run(denoiser, stream, noisy);
        const tenth = noisy.map((x) => x / 10);
        assert.ok(largestDifference(enhanced.subarray(OVERLAP), tenth.subarray(0, enhanced.length - OVERLAP)) < 1e-5);
      }));
  }

  it('has the whole delay that it states, at every rate', () =>
    using({ network: 'unit' }, (denoiser) => {
      for (const rate of RATES) {
        const noisy = lowTones(rate);
        const stream = denoiser.createStream(rate);
        const enhanced = run(denoiser, stream, noisy);
        const delay = stream.delaySamples;
        assert.ok(Number.isInteger(delay));
        // The overlap, and 24 zero crossings of each of two filters at the lower rate.
        assert.ok(delay / rate <= OVERLAP / RATE + (rate === RATE ? 0 : 51 / RATE), `${rate} Hz: ${delay} samples`);
        assert.ok(
          largestDifference(enhanced.subarray(delay), noisy.subarray(0, enhanced.length - delay)) < 2e-3,
          `${rate} Hz`,
        );
      }
    }));

  it('says exactly how many samples complete a block, and is never further behind than one advance', () =>
    using({ network: 'half' }, (denoiser) => {
      const into = new Float32Array(768000);
      for (const rate of [...RATES, 3000, 11025, 768000]) {
        const stream = denoiser.createStream(rate);
        const wait = Math.ceil((ADVANCE * rate) / RATE);
        let pushedCount = 0;
        let pulledCount = 0;
        for (let block = 0; block < 6; block++) {
          const missing = stream.samplesToHop;
          stream.push(into, 0, missing - 1);
          assert.equal(stream.hopReady, false, `${rate} Hz, block ${block}, one before`);
          assert.ok(pushedCount + missing - 1 - pulledCount <= wait, `${rate} Hz, block ${block}`);
          stream.push(into, 0, 1);
          pushedCount += missing;
          assert.equal(stream.samplesToHop, 0);
          assert.equal(stream.hopReady, true, `${rate} Hz, block ${block}`);
          denoiser.step([stream]);
          pulledCount += stream.pull(into.slice(), 0, into.length);
        }
      }
    }));

  it('turns nothing down further than the least gain of its manifest, however little the model leaves', async () => {
    const range = [-120, 60] as const;
    const fixture = {
      network: 'half',
      features: { kind: 'mel', ...MELS },
      normalisation: { kind: 'fixed', inputRange: range, outputRange: range, to: [0, 1] },
      estimate: { kind: 'clean-features' },
      rows: 40,
    } as const;
    const noisy = speechLike(5 * BLOCK, 2);
    const left = (gainFloor: number): Promise<number> =>
      using({ ...fixture, rebuild: { kind: 'mel-gain', gainFloor } }, (denoiser) => {
        const stream = denoiser.createStream(RATE);
        const enhanced = run(denoiser, stream, noisy).subarray(stream.delaySamples);
        return largestDifference(
          enhanced,
          noisy.subarray(0, enhanced.length).map((x) => 0.35 * x),
        );
      });
    assert.ok((await left(0.35)) < 1e-5);
    assert.ok((await left(0)) > 0.01, 'without a least gain this model leaves next to nothing');
  });

  const silences: [what: string, fixture: BlockFixture][] = [
    ['magnitudes', { network: 'half' }],
    [
      'decibels in the range of each image',
      {
        network: 'half',
        features: { kind: 'log-magnitude-db', amin: 1e-5 },
        normalisation: { kind: 'image', to: [-1, 1] },
      },
    ],
    ['Griffin-Lim', { network: 'unet', rebuild: GRIFFIN_LIM }],
    [
      'mel bands',
      {
        network: 'half',
        features: { kind: 'mel', ...MELS },
        estimate: { kind: 'clean-features' },
        rebuild: { kind: 'mel-gain' },
        rows: 40,
      },
    ],
  ];
  for (const [what, fixture] of silences) {
    it(`is exactly silent in silence, and finite next to it: ${what}`, () =>
      using(fixture, (denoiser) => {
        const stream = denoiser.createStream(RATE);
        // One sample of sound at the far end of a block, and the smallest that the engine carries.
        const noisy = speechLike(8 * ADVANCE, 1).fill(0, ADVANCE, 5 * ADVANCE);
        noisy[5 * ADVANCE - 1] = 1e-15;
        const enhanced = run(denoiser, stream, noisy);
        assert.ok(enhanced.every(Number.isFinite));
        assert.ok(enhanced.subarray(3 * ADVANCE, 4 * ADVANCE).every((x) => x === 0));
        assert.ok(enhanced.some((x) => Math.abs(x) > 1e-3));
        assert.ok(enhanced.every((x) => x === 0 || Math.abs(x) >= 1e-15));
      }));
  }

  it('lets the noisy signal through where the model overflows, and is itself again in the block after', () =>
    using({ network: 'exploding', estimate: { kind: 'mask' } }, (denoiser) => {
      const noisy = noise(6 * ADVANCE, 1, 1e-4);
      for (let n = 2 * ADVANCE; n < 3 * ADVANCE; n++) noisy[n] *= 5000;
      const enhanced = enhance(denoiser, noisy).subarray(OVERLAP);
      const halved = noisy.map((x) => x / 2);
      const between = (from: number, to: number, expected: Float32Array): number =>
        largestDifference(enhanced.subarray(from, to), expected.subarray(from, to));
      assert.ok(between(0, 2 * ADVANCE - OVERLAP, halved) < 1e-6, 'before');
      // The block after has the loud samples in its overlap.
      assert.ok(between(2 * ADVANCE, 4 * ADVANCE - OVERLAP, noisy) < 1e-6, 'where it overflows');
      assert.ok(between(4 * ADVANCE, 6 * ADVANCE - OVERLAP, halved) < 1e-6, 'after');
    }));

  it('leaves no trace of NaN, infinities and absurd values in its input', () =>
    using(UNET, (denoiser) => {
      const noisy = speechLike(RATE, 8);
      for (const poison of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3e38]) {
        const poisoned = noisy.slice();
        const silenced = noisy.slice();
        for (let n = 2000; n < 3000; n += 7) {
          poisoned[n] = poison;
          silenced[n] = 0;
        }
        assert.equal(largestDifference(enhance(denoiser, poisoned), enhance(denoiser, silenced)), 0, String(poison));
      }
    }));

  it('gives the same sound for the same seed, and another for another', async () => {
    const noisy = speechLike(4 * BLOCK, 1);
    const sound = (seed: number) =>
      using({ network: 'half', rebuild: { ...GRIFFIN_LIM, seed } }, (denoiser) => enhance(denoiser, noisy));
    assert.equal(largestDifference(await sound(7), await sound(7)), 0);
    assert.ok(largestDifference(await sound(7), await sound(8)) > 1e-3);
  });

  it('keeps as many tensors as before over 50 steps, and gives them back when it is disposed', () =>
    using(UNET, async (other) => {
      const alone = other.memory();
      await using(UNET, (denoiser) => {
        const streams = [1, 2, 3].map((seed) => pushed(denoiser.createStream(RATE), noise(60 * ADVANCE, seed)));
        denoiser.step(streams);
        const held = denoiser.memory().tensors;
        for (let i = 0; i < 50; i++) {
          denoiser.step(streams, 1 + (i % 3));
          assert.equal(denoiser.memory().tensors, held);
        }
      });
      assert.deepEqual(other.memory(), alone);
    }));

  function enhance(
    denoiser: Denoiser,
    noisy: Float32Array,
    rate: number = RATE,
    pieceLength: () => number = () => noisy.length,
  ): Float32Array {
    const stream = denoiser.createStream(rate);
    try {
      return run(denoiser, stream, noisy, pieceLength);
    } finally {
      stream.dispose();
    }
  }

  function run(
    denoiser: Denoiser,
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

/** Runs `action` with a denoiser of a fixture and disposes it. */
async function using<T>(fixture: BlockFixture, action: (denoiser: Denoiser) => T | Promise<T>): Promise<T> {
  const denoiser = await Denoiser.load({ modelUrl: FIXTURE_URL, fetch: servedFrom(await makeBlockFixture(fixture)) });
  try {
    return await action(denoiser);
  } finally {
    denoiser.dispose();
  }
}

function pushed(stream: DenoiserStream, noisy: Float32Array): DenoiserStream {
  stream.push(noisy, 0, noisy.length);
  return stream;
}

function pulled(stream: DenoiserStream): Float32Array {
  const enhanced = new Float32Array(stream.available);
  stream.pull(enhanced, 0, enhanced.length);
  return enhanced;
}

/** A gliding voice-like buzz that comes and goes, in noise. */
function speechLike(length: number, seed: number): Float32Array {
  const signal = noise(length, seed, 0.02);
  let phase = 0;
  for (let n = 0; n < length; n++) {
    phase += (2 * Math.PI * (120 + 40 * Math.sin(n / 3000 + seed))) / RATE;
    const syllable = Math.max(0, Math.sin(n / 700));
    for (let harmonic = 1; harmonic <= 12; harmonic++)
      signal[n] += ((0.2 * syllable) / harmonic) * Math.sin(harmonic * phase);
  }
  return signal;
}

/** Tones up to 0.7 of the Nyquist frequency of the lower rate, faded in. */
function lowTones(rate: number): Float32Array {
  const top = 0.35 * Math.min(rate, RATE);
  return Float32Array.from({ length: rate }, (_, n) => {
    const fade = Math.min(1, n / (rate / 20));
    return (
      fade *
      0.1 *
      [0.013, 0.11, 0.37, 0.71, 1].reduce((sum, share) => sum + Math.sin((2 * Math.PI * share * top * n) / rate), 0)
    );
  });
}
