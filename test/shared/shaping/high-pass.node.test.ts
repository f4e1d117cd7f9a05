import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HighPass } from '../../../src/shared/shaping/high-pass.ts';
import { largestDifference, noise, seededRandom } from '../../engine/signals.ts';

const RATE = 48000;
const STRETCH = 128;

/** Filters whole signals, one for each channel, stretch by stretch. */
function filtered(
  signals: readonly Float32Array[],
  cutoffAt: (sample: number) => number,
  rate = RATE,
  filter = new HighPass(rate, signals.length),
): Float32Array[] {
  const planes = signals.map((signal) => signal.slice());
  for (let start = 0; start < planes[0].length; start += STRETCH) {
    const length = Math.min(STRETCH, planes[0].length - start);
    filter.aim(cutoffAt(start));
    if (filter.isHeard) filter.process(planes, planes.length, start, length);
  }
  return planes;
}

function sine(hz: number, length: number, rate = RATE, amplitude = 0.5): Float32Array {
  return Float32Array.from({ length }, (_, n) => amplitude * Math.sin((2 * Math.PI * hz * n) / rate));
}

/** Amplitude of a frequency in the second half of a signal, over whole periods. */
function amplitudeOf(signal: Float32Array, hz: number, rate: number): number {
  const periods = Math.floor((signal.length / 2) * (hz / rate));
  const length = Math.round((periods * rate) / hz);
  const start = signal.length - length;
  let [re, im] = [0, 0];
  for (let n = start; n < signal.length; n++) {
    re += signal[n] * Math.cos((2 * Math.PI * hz * n) / rate);
    im += signal[n] * Math.sin((2 * Math.PI * hz * n) / rate);
  }
  return (2 * Math.hypot(re, im)) / length;
}

/** Butterworth of 4th order after the bilinear transform: |H|² = x⁸ / (1 + x⁸), x the ratio of warped frequencies. */
function butterworth(hz: number, cutoffHz: number, rate: number): number {
  const x = Math.tan((Math.PI * hz) / rate) / Math.tan((Math.PI * cutoffHz) / rate);
  return Math.sqrt(x ** 8 / (1 + x ** 8));
}

function largestStep(samples: Float32Array, from = 1, to = samples.length): number {
  let most = 0;
  for (let i = from; i < to; i++) most = Math.max(most, Math.abs(samples[i] - samples[i - 1]));
  return most;
}

describe('HighPass', () => {
  it('has the response of a Butterworth filter of 4th order, at any rate', () => {
    for (const rate of [8000, 44100, 48000, 192000]) {
      for (const cutoff of [20, 80, 400]) {
        for (const ratio of [0.5, 1, 2]) {
          const hz = ratio * cutoff;
          const [output] = filtered([sine(hz, rate, rate)], () => cutoff, rate);
          const measured = amplitudeOf(output, hz, rate) / 0.5;
          const expected = butterworth(hz, cutoff, rate);
          assert.ok(Math.abs(measured / expected - 1) < 2e-3, `${hz} Hz at ${rate}: ${measured}, not ${expected}`);
        }
      }
    }
  });

  it('turns down by 3 dB at the cutoff, and by 24 dB more an octave below that', () => {
    const at = (hz: number): number =>
      20 * Math.log10(amplitudeOf(filtered([sine(hz, RATE)], () => 100)[0], hz, RATE) / 0.5);
    assert.ok(Math.abs(at(100) + 3.01) < 0.05);
    assert.ok(Math.abs(at(50) + 24.1) < 0.1);
    assert.ok(Math.abs(at(25) + 48.2) < 0.1);
  });

  it('delays nothing: what comes in goes out at once', () => {
    const impulse = new Float32Array(STRETCH);
    impulse[0] = 1;
    const [output] = filtered([impulse], () => 100);
    assert.ok(output[0] > 0.97);
    assert.ok(output.subarray(1).every((sample) => Math.abs(sample) < 0.04));
  });

  it('passes sound bit for bit while it is off, and after it was on', () => {
    const signal = noise(STRETCH * 40, 1);
    assert.deepEqual(filtered([signal], () => 0)[0], signal);
    const [output] = filtered([signal], (n) => (n < STRETCH * 10 ? 200 : 0));
    assert.ok(largestDifference(output.subarray(0, STRETCH * 10), signal.subarray(0, STRETCH * 10)) > 0.01);
    assert.deepEqual(output.subarray(STRETCH * 20), signal.subarray(STRETCH * 20));
  });

  it('switches on and off without a click, also where it takes out a constant', () => {
    const humming = sine(50, RATE).map((sample) => sample + 0.4);
    const [output] = filtered([humming], (n) => (n > RATE / 4 && n < RATE / 2 ? 150 : 0));
    assert.ok(largestStep(output) < largestStep(humming) + 1 / (0.02 * RATE));
    const jumping = filtered([humming], (n) => (n % 9600 < 4800 ? 30 : 400))[0];
    assert.ok(largestStep(jumping, 4800) < 2 * largestStep(humming) + 1 / (0.02 * RATE));
  });

  it('stays stable however its cutoff is automated', () => {
    const random = seededRandom(2);
    const [output] = filtered([noise(10 * RATE, 3, 1)], () => (random() < 0.1 ? 0 : 400 * random() ** 3));
    assert.ok(output.every((sample) => Math.abs(sample) < 3));
  });

  it('treats every channel as if it were alone', () => {
    const signals = [noise(6400, 4), noise(6400, 5), sine(60, 6400)];
    const together = filtered(signals, () => 120);
    signals.forEach((signal, c) => assert.deepEqual(together[c], filtered([signal], () => 120)[0]));
  });

  it('ends in silence itself, never in denormal numbers', () => {
    const signal = new Float32Array(5 * RATE);
    signal.set(noise(RATE, 6));
    const [output] = filtered([signal], () => 20);
    assert.ok(output.every((sample) => sample === 0 || Math.abs(sample) >= 2 ** -126));
    assert.ok(output.subarray(-RATE).every((sample) => sample === 0));
  });

  it('forgets what is not a number', () => {
    const signal = noise(STRETCH * 20, 7);
    signal[5] = Number.NaN;
    const [output] = filtered([signal], () => 100);
    assert.ok(output.subarray(STRETCH).every(Number.isFinite));
  });
});
