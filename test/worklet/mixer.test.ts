import { expect } from '@esm-bundle/chai';
import { Mixer } from '../../worklet/mixer.ts';
import { noise } from '../engine/signals.ts';

const RATE = 48000;
const LENGTH = 128;

type Settings = Partial<Record<'mix' | 'bypass' | 'outputGain' | 'highPass' | 'autoGain' | 'targetLevel', number>>;

/** Runs a mixer over two signals, quantum by quantum; parameters may be numbers or change with time. */
function mixed(
  dry: Float32Array,
  wet: Float32Array,
  at: (sample: number) => Settings,
  aRate = false,
  mixer = new Mixer(RATE, 1, LENGTH),
): Float32Array {
  const out = new Float32Array(dry.length);
  for (let start = 0; start + LENGTH <= dry.length; start += LENGTH) {
    const values = (name: keyof Settings, fallback: number): number[] =>
      Array.from({ length: aRate ? LENGTH : 1 }, (_, i) => at(start + i)[name] ?? fallback);
    const params = {
      mix: values('mix', 1),
      bypass: values('bypass', 0),
      outputGain: values('outputGain', 0),
      highPass: values('highPass', 0),
      autoGain: values('autoGain', 0),
      targetLevel: values('targetLevel', -20),
    };
    const output = [new Float32Array(LENGTH)];
    mixer.process([dry.subarray(start)], [wet.subarray(start)], output, 1, 0, LENGTH, params, 100, true);
    out.set(output[0], start);
  }
  return out;
}

/** Largest step between neighbours. */
function largestStep(samples: Float32Array): number {
  let most = 0;
  for (let i = 1; i < samples.length; i++) most = Math.max(most, Math.abs(samples[i] - samples[i - 1]));
  return most;
}

describe('Mixer', () => {
  const [dry, wet] = [noise(LENGTH * 40, 1), noise(LENGTH * 40, 2)];

  it('gives the dry signal bit for bit at mix 0, and the enhanced one at mix 1', () => {
    expect(mixed(dry, wet, () => ({ mix: 0 }))).to.deep.equal(dry);
    expect(mixed(dry, wet, () => ({ mix: 1 }))).to.deep.equal(wet);
    expect(mixed(dry, wet, () => ({ mix: 1, bypass: 1 }))).to.deep.equal(dry);
  });

  it('blends linearly: the weights sum to one', () => {
    const quarter = mixed(dry, wet, () => ({ mix: 0.25 }));
    for (let i = 0; i < dry.length; i++) expect(quarter[i]).to.be.closeTo(0.75 * dry[i] + 0.25 * wet[i], 1e-7);
    const ones = new Float32Array(LENGTH * 40).fill(1);
    const sums = mixed(ones, ones, (i) => ({ mix: i % 1000 < 500 ? 1 : 0.1, bypass: i > 2500 ? 1 : 0 }));
    for (const sum of sums) expect(sum).to.be.closeTo(1, 1e-6);
  });

  it('ramps every jump, and begins with its settings instead of ramping to them', () => {
    const [zeros, ones] = [new Float32Array(LENGTH * 40), new Float32Array(LENGTH * 40).fill(1)];
    const jump = 2000;
    const steps = {
      mix: mixed(zeros, ones, (i) => ({ mix: i < jump ? 1 : 0 })),
      bypass: mixed(zeros, ones, (i) => ({ bypass: i < jump ? 0 : 1 })),
      outputGain: mixed(ones, ones, (i) => ({ outputGain: i < jump ? 0 : -60 })),
    };
    for (const [name, out] of Object.entries(steps)) {
      expect(out[0], name).to.equal(1);
      expect(largestStep(out), name).to.be.at.most(1 / 480 + 1e-6);
      expect(out[out.length - 1], name).to.be.closeTo(name === 'outputGain' ? 0.001 : 0, 1e-6);
    }
  });

  it('follows a slow automation of mix sample by sample', () => {
    const [zeros, ones] = [new Float32Array(LENGTH * 40), new Float32Array(LENGTH * 40).fill(1)];
    const out = mixed(zeros, ones, (i) => ({ mix: i / 5120 }), true);
    out.forEach((sample, i) => expect(sample).to.be.closeTo(i / 5120, 1e-6));
  });

  it('clamps what is out of range or not a number', () => {
    expect(mixed(dry, wet, () => ({ mix: 7 }))).to.deep.equal(wet);
    expect(mixed(dry, wet, () => ({ mix: -1 }))).to.deep.equal(dry);
    expect(mixed(dry, wet, () => ({ mix: Number.NaN, bypass: Number.NaN }))).to.deep.equal(dry);
    const loud = mixed(dry, wet, () => ({ outputGain: 200 }));
    for (let i = 0; i < dry.length; i++) expect(loud[i]).to.be.closeTo(wet[i] * 10 ** (24 / 20), 1e-5);
  });

  it('computes bit for bit what it computes without high-pass and automatic gain, while both are off', () => {
    const settings = { mix: 0.3, outputGain: -7 };
    const gain = Math.fround(10 ** (-7 / 20));
    const expected = dry.map((sample, i) => {
      const weight = Math.fround(0.3);
      return (sample * (1 - weight) + wet[i] * weight) * gain;
    });
    expect(mixed(dry, wet, () => settings)).to.deep.equal(expected);
    const wasOn = mixed(dry, wet, (i) => ({ ...settings, ...(i < 1280 ? { highPass: 200, autoGain: 1 } : {}) }));
    expect(wasOn.subarray(0, 1280)).to.not.deep.equal(expected.subarray(0, 1280));
    expect(wasOn.subarray(2560)).to.deep.equal(expected.subarray(2560));
  });

  it('leaves high-pass and automatic gain out of the bypass, without a click', () => {
    const on = { highPass: 400, autoGain: 1, targetLevel: -10 };
    expect(mixed(dry, wet, () => ({ ...on, bypass: 1 }))).to.deep.equal(dry);
    const hum = Float32Array.from({ length: LENGTH * 40 }, (_, i) => 0.5 * Math.sin((2 * Math.PI * 50 * i) / RATE));
    const switched = mixed(hum, hum, (i) => ({ ...on, bypass: i < 2000 ? 0 : 1 }));
    expect(switched.subarray(4000)).to.deep.equal(hum.subarray(4000));
    expect(largestStep(switched)).to.be.at.most(largestStep(hum) + 1 / 720 + 1e-6);
  });

  it('filters the mix, so that dry and enhanced still line up in it', () => {
    const quarter = mixed(dry, wet, () => ({ mix: 0.25, highPass: 300 }));
    const apart = [mixed(dry, dry, () => ({ highPass: 300 })), mixed(wet, wet, () => ({ highPass: 300 }))];
    quarter.forEach((sample, i) => expect(sample).to.be.closeTo(0.75 * apart[0][i] + 0.25 * apart[1][i], 1e-6));
  });

  it('keeps what the automatic gain and the output gain make of it below full scale', () => {
    const [loud] = [noise(RATE, 3, 0.9)];
    const out = mixed(loud, loud, () => ({ autoGain: 1, targetLevel: -10, outputGain: 24 }));
    expect(out.every((sample) => Math.abs(sample) < 0.9)).to.equal(true);
    expect(Math.max(...mixed(loud, loud, () => ({ outputGain: 24 })))).to.be.greaterThan(10);
  });
});
