import { expect } from '@esm-bundle/chai';
import { needsPauses } from '../support/browser-limits.ts';
import {
  DenoiseNode,
  largestDifference,
  noise,
  noisySpeech,
  play,
  record,
  recordSteady,
  renderOffline,
  rms,
} from './support.ts';

/** Largest step between neighbours: a click is a step that the signal itself does not have. */
function largestStep(samples: Float32Array, start = 1, end = samples.length): number {
  let most = 0;
  for (let i = start; i < end; i++) most = Math.max(most, Math.abs(samples[i] - samples[i - 1]));
  return most;
}

/** A low tone has small steps, so that anything abrupt stands out. */
function tone(length: number, hertz: number, sampleRate: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hertz * i) / sampleRate));
}

describe('mix, bypass and levels', () => {
  const RATE = 48000;

  it('blends dry and wet linearly, without shifting either', async () => {
    const speech = await noisySpeech(RATE);
    const at = async (mix: number): Promise<Float32Array> =>
      (await renderOffline([speech], RATE, { mix })).output.getChannelData(0);
    const [dry, half, wet] = [await at(0), await at(0.5), await at(1)];
    const blended = Float32Array.from(dry, (sample, i) => 0.5 * sample + 0.5 * wet[i]);
    expect(largestDifference(blended, half, 0, RATE / 2)).to.be.lessThan(1e-6);
  });

  for (const [name, jump] of [
    ['mix', (node: DenoiseNode) => node.mix.setValueAtTime(0, 0.5).setValueAtTime(1, 0.7).setValueAtTime(0.3, 0.9)],
    ['bypass', (node: DenoiseNode) => node.bypass.setValueAtTime(1, 0.5).setValueAtTime(0, 0.7).setValueAtTime(1, 0.9)],
    [
      'outputGain',
      (node: DenoiseNode) => node.outputGain.setValueAtTime(-60, 0.5).setValueAtTime(0, 0.7).setValueAtTime(-12, 0.9),
    ],
  ] as const) {
    it(`does not click when ${name} jumps`, async () => {
      const samples = tone(RATE, 100, RATE);
      const { output } = await renderOffline([samples], RATE, {}, jump);
      // A step of the full tone would be up to 0.5; over a ramp of 10 ms it is 0.001 a sample on top of the tone's own
      // 0.0066.
      expect(largestStep(output.getChannelData(0))).to.be.lessThan(0.012);
    });
  }

  it('bypasses with the same latency, sample for sample', async () => {
    const speech = await noisySpeech(RATE);
    const { output, latencySamples } = await renderOffline([speech], RATE, { bypass: true });
    expect(largestDifference(speech, output.getChannelData(0), latencySamples)).to.equal(0);
  });

  it('turns noise down, and no further than the attenuation limit', async () => {
    const hiss = noise(3 * RATE, 0.1);
    const level = async (attenuationLimit: number): Promise<number> => {
      const { output } = await renderOffline([hiss], RATE, { attenuationLimit });
      return 20 * Math.log10(rms(output.getChannelData(0), 2 * RATE) / rms(hiss, 2 * RATE));
    };
    expect(await level(100)).to.be.lessThan(-10);
    expect(await level(6)).to.be.within(-6.2, -4);
    expect(await level(0)).to.be.closeTo(0, 0.1);
  });

  it('clamps parameters that are driven beyond their range', async () => {
    const speech = await noisySpeech(RATE);
    const { output: over } = await renderOffline([speech], RATE, {}, (node) => node.mix.setValueAtTime(7, 0));
    const { output: full } = await renderOffline([speech], RATE, { mix: 1 });
    expect(largestDifference(full.getChannelData(0), over.getChannelData(0), 0, RATE / 2)).to.be.lessThan(1e-6);
  });
});

describe('channels', () => {
  const RATE = 48000;

  it('keeps left and right apart, each as it would be alone', async () => {
    const speech = await noisySpeech(RATE);
    const other = noise(speech.length, 0.05);
    const { output } = await renderOffline([speech, other], RATE);
    const { output: alone } = await renderOffline([speech], RATE);
    expect(largestDifference(alone.getChannelData(0), output.getChannelData(0), 0)).to.be.lessThan(1e-5);
    expect(rms(output.getChannelData(1), RATE)).to.be.lessThan(rms(other, RATE));
  });

  it('carries as many channels as maxChannels says', async () => {
    const channels = [1, 2, 3, 4, 5, 6].map((seed) => noise(RATE / 2, 0.1, seed));
    const { output, latencySamples } = await renderOffline(channels, RATE, { maxChannels: 6, mix: 0 });
    channels.forEach((samples, channel) => {
      expect(largestDifference(samples, output.getChannelData(channel), latencySamples), `channel ${channel}`).to.equal(
        0,
      );
    });
  });

  it('mixes more channels down by the usual rules', async () => {
    const [left, right] = [noise(RATE / 2, 0.1, 1), noise(RATE / 2, 0.1, 2)];
    const { output, latencySamples } = await renderOffline([left, right], RATE, { maxChannels: 1, mix: 0 });
    const mono = left.map((sample, i) => 0.5 * (sample + right[i]));
    expect(largestDifference(mono, output.getChannelData(0), latencySamples)).to.be.lessThan(1e-6);
  });

  it('goes along when channels come and go', async () => {
    const context = new OfflineAudioContext(2, 2 * RATE, RATE);
    const node = new DenoiseNode(context, { attenuationLimit: 0 });
    await node.ready;
    node.connect(context.destination);
    const mono = tone(2 * RATE, 100, RATE);
    const [first, second, third] = [play(context, mono), play(context, mono, mono), play(context, mono)];
    for (const source of [first, second, third]) source.connect(node);
    // Mono, then stereo on top of nothing, then mono again: three stretches of one tone, at whole periods.
    first.start(0, 0, 0.5);
    second.start(0.5, 0.5, 0.5);
    third.start(1, 1, 0.5);
    const delay = Math.round(node.latency * RATE);
    const output = await context.startRendering();
    for (const channel of [0, 1]) {
      const samples = output.getChannelData(channel);
      expect(samples.every(Number.isFinite)).to.equal(true);
      expect(largestDifference(mono, samples, delay, RATE / 4, RATE / 2 - 10), 'mono').to.be.lessThan(0.01);
      expect(largestDifference(mono, samples, delay, (3 * RATE) / 4, RATE - 10), 'stereo').to.be.lessThan(0.01);
      expect(
        largestDifference(mono, samples, delay, (5 * RATE) / 4, (3 * RATE) / 2 - 2000),
        'mono again',
      ).to.be.lessThan(0.01);
    }
  });

  it('survives inputs that appear and vanish in a live context', async () => {
    const context = new AudioContext({ sampleRate: RATE });
    const node = new DenoiseNode(context, { mix: 0, latencyHint: 0.3 });
    await node.ready;
    const source = play(context, noise(RATE));
    source.loop = true;
    source.start();
    for (let round = 0; round < 3; round++) {
      source.connect(node);
      const { sent, heard, delay } = await recordSteady(node, source, 0.4);
      expect(largestDifference(sent, heard, delay)).to.be.lessThan(1e-6);
      source.disconnect(node);
      const [silence] = await record(context, [node], 0.6);
      expect(rms(silence, 0.45 * RATE)).to.equal(0);
    }
    node.dispose();
    await context.close();
  });
});

describe('reset', () => {
  it('is not heard, and the model goes on as one that has heard nothing', async function () {
    needsPauses(this);
    const RATE = 48000;
    const speech = await noisySpeech(RATE);
    // With an attenuation limit of 0 dB wet and dry are alike, so that anything audible would be a fault.
    const { output, latencySamples, node } = await renderOffline(
      [speech],
      RATE,
      { attenuationLimit: 0 },
      (denoise, context) => {
        void context.suspend(1).then(() => {
          denoise.reset();
          return context.resume();
        });
      },
    );
    expect(largestDifference(speech, output.getChannelData(0), latencySamples)).to.be.lessThan(1e-3);
    expect(node.getMetrics()).to.include({ underruns: 0, overruns: 0 });
  });
});

describe('bad samples', () => {
  it('never turns NaN and infinities into sound, and counts them', async () => {
    const speech = await noisySpeech(48000);
    const broken = speech.slice();
    for (const [at, value] of [
      [24000, Number.NaN],
      [48000, Number.POSITIVE_INFINITY],
      [72000, Number.NEGATIVE_INFINITY],
    ] as const)
      broken[at] = value;
    const { output, node } = await renderOffline([broken], 48000);
    const samples = output.getChannelData(0);
    expect(samples.every(Number.isFinite)).to.equal(true);
    expect(rms(samples, 96000, 144000)).to.be.greaterThan(0.001);
    expect(node.getMetrics().nonFiniteSamples).to.equal(3);
  });

  it('passes denormals without a trace', async () => {
    const tiny = new Float32Array(48000).fill(1e-40);
    const { output } = await renderOffline([tiny], 48000);
    expect(output.getChannelData(0).every((sample) => Math.abs(sample) < 1e-30)).to.equal(true);
  });
});
