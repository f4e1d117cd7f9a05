import { expect } from '@esm-bundle/chai';
import { filterReach, Resampler, rateRatio } from '../../../src/engine/dsp/resampler.ts';
import { SampleQueue } from '../../../src/engine/dsp/sample-queue.ts';
import { largestDifference, noise, seededRandom } from '../signals.ts';

const MODEL_RATE = 48000;
const CONTEXT_RATES = [3000, 8000, 11025, 16000, 22050, 24000, 32000, 44056, 44100, 44101, 96000, 192000, 768000];
const PAIRS = CONTEXT_RATES.flatMap((rate) => [
  [rate, MODEL_RATE],
  [MODEL_RATE, rate],
]);

describe('Resampler', () => {
  it('has emitted exactly ⌈n·up/down⌉ samples after n, and foretells them', () => {
    for (const [from, to] of PAIRS) {
      const { up, down } = rateRatio(from, to);
      const resampler = make(from, to);
      const queue = new SampleQueue(64);
      for (let n = 1; n <= 3000; n++) {
        const next = queue.length + 1;
        const missing = resampler.inputsUntil(1);
        resampler.push(0, queue);
        expect(queue.length, `${from} → ${to}, ${n} inputs`).to.equal(Math.ceil((n * up) / down));
        expect(queue.length >= next, `${from} → ${to}: foretold ${missing}`).to.equal(missing <= 1);
      }
      expect(resampler.inputsUntil(0)).to.equal(0);
    }
  });

  it('keeps count for hours: no drift after 10 million samples', () => {
    const resampler = make(44100, 48000);
    const queue = new SampleQueue(4096);
    const sink = new Float32Array(4096);
    let out = 0;
    for (let n = 0; n < 10_000_000; n++) {
      resampler.push(0, queue);
      if (queue.length >= 2048) out += queue.take(sink, 0, sink.length);
    }
    expect(out + queue.length).to.equal(Math.ceil((10_000_000 * 160) / 147));
  });

  it('passes a tone at the right level, place and purity up to 0.9 of the lower Nyquist frequency', () => {
    for (const [from, to] of PAIRS) {
      for (const share of [0.02, 0.31, 0.6, 0.9]) {
        const hz = (share * Math.min(from, to)) / 2;
        const { levelDb, errorDb } = toneThrough(from, to, hz);
        expect(levelDb, `level of ${hz} Hz, ${from} → ${to}`).to.be.closeTo(0, 0.1);
        expect(errorDb, `all that is not the tone of ${hz} Hz, ${from} → ${to}`).to.be.below(-70);
      }
    }
  });

  it('keeps out what lies above 1.1 of the lower Nyquist frequency', () => {
    for (const from of [96000, 192000, 768000]) {
      for (const hz of [26400, 33333, 47000])
        expect(toneThrough(from, MODEL_RATE, hz).levelDb, `${hz} Hz, ${from} → 48000`).to.be.below(-70);
    }
  });

  it('passes a constant without ripple', () => {
    for (const [from, to] of PAIRS) {
      const out = through(make(from, to), new Float32Array(4000).fill(1));
      const settled = out.subarray(Math.ceil((2 * filterReach(from, to) * to) / from) + 2);
      expect(Math.max(...settled) - Math.min(...settled), `${from} → ${to}`).to.be.below(2e-6);
    }
  });

  it('gives the input back after going there and back, delayed by the sum of both delays', () => {
    for (const rate of CONTEXT_RATES) {
      const there = rateRatio(rate, MODEL_RATE);
      const wayUp = filterReach(MODEL_RATE, rate) * there.down;
      const wayDown = Math.ceil((filterReach(rate, MODEL_RATE) * there.up + wayUp) / there.up) * there.up - wayUp;
      const delay = (wayDown + wayUp) / there.up;
      expect(Number.isInteger(delay)).to.equal(true);
      const noisy = bandLimitedNoise(6000, Math.min(0.8, (0.8 * MODEL_RATE) / rate));
      const middle = through(new Resampler(rate, MODEL_RATE, wayDown), noisy);
      const back = through(new Resampler(MODEL_RATE, rate, wayUp), middle).subarray(delay, 6000);
      expect(largestDifference(back, noisy.subarray(0, back.length)), `${rate} Hz`).to.be.below(1e-3);
    }
  });

  it('is that of a new one after reset', () => {
    const noisy = noise(1234, 5);
    const resampler = make(44100, 48000);
    const first = through(resampler, noisy);
    resampler.reset();
    expect(largestDifference(through(resampler, noisy), first)).to.equal(0);
  });

  it('looks no further ahead than its delay: a change of the future changes nothing before it', () => {
    const calm = noise(3000, 6);
    const shaken = calm.slice();
    shaken.fill(0.9, 1500);
    for (const [from, to] of PAIRS) {
      const a = through(make(from, to), calm.subarray(0, 1500));
      const b = through(make(from, to), shaken).subarray(0, a.length);
      expect(largestDifference(a, b), `${from} → ${to}`).to.equal(0);
    }
  });

  it('refuses a delay shorter than its filter', () => {
    expect(() => new Resampler(44100, 48000, 160 * 24 - 1)).to.throw(RangeError, 'from 3840, got 3839');
    expect(() => new Resampler(44100, 48000, 4000.5)).to.throw(RangeError);
  });
});

/** A resampler with a delay drawn once from the phases it may have. */
function make(from: number, to: number): Resampler {
  return new Resampler(from, to, delayPhases(from, to));
}

function delayPhases(from: number, to: number): number {
  const { up } = rateRatio(from, to);
  return up * filterReach(from, to) + Math.floor(seededRandom(from + to)() * up);
}

function through(resampler: Resampler, samples: Float32Array): Float32Array {
  const queue = new SampleQueue(64);
  for (const sample of samples) resampler.push(sample, queue);
  const out = new Float32Array(queue.length);
  queue.take(out, 0, out.length);
  return out;
}

/** Level of a tone behind the resampler at the delay it states, and of everything else, dB beside the tone put in. */
function toneThrough(from: number, to: number, hz: number): { levelDb: number; errorDb: number } {
  const length = Math.ceil(Math.max(400, (30 * from) / hz)) + 6 * filterReach(from, to);
  const tone = Float32Array.from({ length }, (_, n) => Math.sin((2 * Math.PI * hz * n) / from));
  const out = through(make(from, to), tone);
  const delaySeconds = delayPhases(from, to) / rateRatio(from, to).up / from;
  const settled = Math.ceil((2.5 * filterReach(from, to) * to) / from) + 1;
  let inPhase = 0;
  let energy = 0;
  let reference = 0;
  for (let j = settled; j < out.length; j++) {
    const expected = Math.sin(2 * Math.PI * hz * (j / to - delaySeconds));
    inPhase += out[j] * expected;
    reference += expected * expected;
    energy += out[j] * out[j];
  }
  const gain = inPhase / reference;
  const rest = Math.max(0, energy - gain * gain * reference);
  const isKept = hz <= Math.min(from, to) / 2;
  const level = isKept ? gain : Math.sqrt(energy / (out.length - settled));
  return { levelDb: 20 * Math.log10(Math.abs(level)), errorDb: 10 * Math.log10(rest / reference + 1e-30) };
}

/** Sum of tones below `share` of the Nyquist frequency, faded in and out so that it has no edges. */
function bandLimitedNoise(length: number, share: number): Float32Array {
  const random = seededRandom(7);
  const tones = Array.from({ length: 40 }, () => ({
    angle: Math.PI * share * random(),
    phase: 2 * Math.PI * random(),
  }));
  return Float32Array.from({ length }, (_, n) => {
    const fade = Math.sin((Math.PI * n) / length) ** 2;
    return (fade / 20) * tones.reduce((sum, { angle, phase }) => sum + Math.sin(angle * n + phase), 0);
  });
}
