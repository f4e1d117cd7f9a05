import { expect } from '@esm-bundle/chai';
import { executeServerCommand } from '@web/test-runner-commands';
import { enhanceChannels } from '../../src/files/enhance.ts';
import { needsPauses, needsSound } from '../support/browser-limits.ts';
import {
  type DenoiseNode,
  importEngine,
  largestDifference,
  liveFromTheStart,
  noisySpeech,
  renderOffline,
  rms,
} from './support.ts';

const TOLERANCE = 1e-5;
const RATE = 48000;
/** Where a file begins, the filter of a node has already heard the model run in. Both are the same from here on. */
const RUN_IN = 4800;
const SETTINGS = { highPass: 120, autoGain: true } as const;

function floats(base64: string): Float32Array {
  return new Float32Array(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer);
}

describe('high-pass and automatic gain', () => {
  for (const transport of ['shared', 'message'] as const) {
    it(`give in an OfflineAudioContext what they give in files, in ${transport} mode`, async function () {
      if (transport === 'message') needsPauses(this);
      const speech = await noisySpeech(RATE);
      const { Denoiser } = await importEngine();
      const denoiser = await Denoiser.load({
        modelUrl: `${location.origin}/models/base/`,
        wasmUrl: `${location.origin}/dist/wasm/`,
      });
      const inFile = { highPassHz: SETTINGS.highPass, autoGain: true, mix: 0.9 };
      const [file] = await enhanceChannels(denoiser, [speech], RATE, inFile);
      denoiser.dispose();
      const { output, latencySamples } = await renderOffline([speech], RATE, { ...SETTINGS, mix: 0.9, transport });
      const rendered = output.getChannelData(0);
      expect(largestDifference(file, rendered, latencySamples, RUN_IN)).to.be.lessThan(TOLERANCE);
    });
  }

  it('give what they give in Node', async () => {
    const answer = await executeServerCommand<{ shaped: string }, undefined>('enhance-in-node');
    const { output, latencySamples } = await renderOffline([await noisySpeech(RATE)], RATE, SETTINGS);
    const rendered = output.getChannelData(0);
    expect(largestDifference(floats(answer.shaped), rendered, latencySamples, RUN_IN)).to.be.lessThan(TOLERANCE);
  });

  for (const transport of ['shared', 'message'] as const) {
    it(`give in a live context what they give offline, in ${transport} mode`, async function () {
      await needsSound(this);
      const speech = await noisySpeech(RATE);
      const { output, latencySamples } = await renderOffline([speech], RATE, SETTINGS);
      const { heard, delay } = await liveFromTheStart(speech, transport, SETTINGS);
      expect(
        largestDifference(output.getChannelData(0), heard, delay - latencySamples, RUN_IN, 120_000),
      ).to.be.lessThan(TOLERANCE);
    });
  }

  it('leave no trace while they are off, bit for bit', async () => {
    const speech = await noisySpeech(RATE);
    const plain = await renderOffline([speech], RATE, { mix: 0.7, outputGain: -3 });
    const off = { highPass: 0, autoGain: false, targetLevel: -30 };
    const also = await renderOffline([speech], RATE, { mix: 0.7, outputGain: -3, ...off });
    expect(also.output.getChannelData(0)).to.deep.equal(plain.output.getChannelData(0));
  });

  it('follow their parameters while sound runs, without a click', async () => {
    const speech = await noisySpeech(RATE);
    const schedule = ({ highPass, autoGain, targetLevel }: DenoiseNode): void => {
      highPass.setValueAtTime(100, 0.5).linearRampToValueAtTime(400, 1).setValueAtTime(0, 1.5);
      autoGain.setValueAtTime(1, 0.7).setValueAtTime(0, 2);
      targetLevel.setValueAtTime(-40, 0.7);
    };
    const plain = await renderOffline([speech], RATE);
    const { output } = await renderOffline([speech], RATE, {}, schedule);
    const [before, after] = [plain.output.getChannelData(0), output.getChannelData(0)];
    expect(largestDifference(before, after, 0, 0, 0.5 * RATE)).to.equal(0);
    expect(largestDifference(before, after, 0, 2.1 * RATE)).to.equal(0);
    expect(rms(after, 1.6 * RATE, 2 * RATE)).to.be.lessThan(0.5 * rms(before, 1.6 * RATE, 2 * RATE));
    // A click is a step that the sound itself does not make.
    for (const at of [0.5, 0.7, 1, 1.5, 2]) {
      const [from, to] = [Math.round(at * RATE) - 200, Math.round(at * RATE) + 2000];
      expect(largestStep(after, from, to)).to.be.lessThan(1.5 * largestStep(before, from, to) + 0.005);
    }
  });

  it('begin anew with reset()', async function () {
    needsPauses(this);
    const speech = await noisySpeech(RATE);
    const quiet = Float32Array.from({ length: 3 * speech.length }, (_, i) => speech[i % speech.length] / 8);
    const { output: kept } = await renderOffline([quiet], RATE, { autoGain: true });
    const { output: reset } = await renderOffline([quiet], RATE, { autoGain: true }, (node, context) => {
      void context.suspend(2).then(() => {
        node.reset();
        void context.resume();
      });
    });
    const [before, after] = [kept.getChannelData(0), reset.getChannelData(0)];
    expect(largestDifference(before, after, 0, 0, 2 * RATE)).to.equal(0);
    const stretch = [2.1 * RATE, 3.5 * RATE] as const;
    expect(rms(after, ...stretch)).to.be.lessThan(0.7 * rms(before, ...stretch));
  });
});

function largestStep(samples: Float32Array, from: number, to: number): number {
  let most = 0;
  for (let i = from; i < to; i++) most = Math.max(most, Math.abs(samples[i] - samples[i - 1]));
  return most;
}
