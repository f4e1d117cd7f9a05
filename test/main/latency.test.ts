import { expect } from '@esm-bundle/chai';
import { needsTime } from '../support/browser-limits.ts';
import {
  DenoiseNode,
  delayBetween,
  largestDifference,
  noise,
  noisySpeech,
  play,
  recordSteady,
  renderOffline,
} from './support.ts';

const RATES = [16000, 44100, 48000];
/** The one that needs resamplers, which every browser tries. */
const RESAMPLED_RATE = 44100;
const MODES = ['shared', 'message'] as const;

for (const transport of MODES) {
  for (const sampleRate of RATES) {
    describe(`latency at ${sampleRate} Hz, ${transport} mode`, () => {
      let context: AudioContext;

      beforeEach(async function () {
        context = new AudioContext({ sampleRate });
        if (sampleRate !== RESAMPLED_RATE) await needsTime(this);
      });

      afterEach(() => context.close());

      /** Sends samples through a live node; prefill is roomy, so that a busy test machine seldom raises it. */
      async function live(
        samples: Float32Array<ArrayBuffer>,
        seconds: number,
        prepare: (node: DenoiseNode) => void,
      ): Promise<{ sent: Float32Array; heard: Float32Array; declared: number }> {
        const node = new DenoiseNode(context, { transport, latencyHint: 0.3 });
        await node.ready;
        expect(node.mode).to.equal(transport);
        expect(node.latency * sampleRate).to.be.closeTo(Math.round(node.latency * sampleRate), 1e-6);
        prepare(node);
        const source = play(context, samples);
        source.loop = true;
        source.connect(node);
        source.start();
        const { sent, heard, delay } = await recordSteady(node, source, seconds);
        node.dispose();
        return { sent, heard, declared: delay };
      }

      it('declares exactly the delay of the dry signal', async () => {
        const { sent, heard, declared } = await live(noise(sampleRate), 0.8, (node) => {
          node.mix.value = 0;
        });
        expect(largestDifference(sent, heard, declared)).to.be.lessThan(1e-6);
      });

      it('declares the delay of the enhanced path within a sample', async () => {
        // With an attenuation limit of 0 dB the enhanced path carries the noisy signal itself.
        const { sent, heard, declared } = await live(await noisySpeech(sampleRate), 1, (node) => {
          node.attenuationLimit.value = 0;
        });
        expect(delayBetween(sent, heard, declared + 200)).to.be.closeTo(declared, 1);
      });

      it('declares the delay of enhanced speech within a sample', async () => {
        const { sent, heard, declared } = await live(await noisySpeech(sampleRate), 2, () => {});
        expect(delayBetween(sent, heard, declared + 200)).to.be.closeTo(declared, 1);
      });
    });
  }
}

describe('latency', () => {
  it('is at most 33 ms at 48 kHz with the default hint', async () => {
    const context = new AudioContext({ sampleRate: 48000 });
    const node = new DenoiseNode(context);
    await node.ready;
    expect(node.latency).to.be.at.most(0.033);
    node.dispose();
    await context.close();
  });

  for (const sampleRate of [8000, 16000, 22050, 32000, 44100, 48000, 96000, 192000]) {
    it(`is exact offline at ${sampleRate} Hz`, async () => {
      const speech = await noisySpeech(sampleRate);
      const { output, latencySamples } = await renderOffline([speech.slice(0, sampleRate)], sampleRate, {
        attenuationLimit: 0,
      });
      const end = Math.min(sampleRate, speech.length) - latencySamples - 200;
      expect(delayBetween(speech, output.getChannelData(0), latencySamples + 100, 0, end)).to.be.closeTo(
        latencySamples,
        1,
      );
    });
  }

  it('grows with latencyHint by what was asked for', async () => {
    const context = new AudioContext({ sampleRate: 48000 });
    const quick = new DenoiseNode(context, { latencyHint: 0.1 });
    const slow = new DenoiseNode(context, { latencyHint: 0.2 });
    expect(Math.round((slow.latency - quick.latency) * 48000)).to.equal(4800);
    await Promise.all([quick.ready, slow.ready]);
    expect(slow.latency).to.be.at.least(0.2);
    quick.dispose();
    slow.dispose();
    await context.close();
  });
});
