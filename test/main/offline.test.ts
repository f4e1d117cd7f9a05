import { expect } from '@esm-bundle/chai';
import { executeServerCommand } from '@web/test-runner-commands';
import { canPause, needsPauses, needsSound, skip } from '../support/browser-limits.ts';
import {
  DenoiseNode,
  importEngine,
  largestDifference,
  liveFromTheStart,
  noisySpeech,
  play,
  renderOffline,
  until,
  wait,
} from './support.ts';

const TOLERANCE = 1e-5;

/**
 * What the engine alone makes of a signal: enhanced[j] is noisy[j − delay], as many samples as went in or a little
 * fewer.
 */
async function enhanceInPage(
  noisy: Float32Array,
  sampleRate: number,
): Promise<{ enhanced: Float32Array; delaySamples: number }> {
  const { Denoiser } = await importEngine();
  const denoiser = await Denoiser.load({
    modelUrl: `${location.origin}/models/base/`,
    wasmUrl: `${location.origin}/dist/wasm/`,
  });
  const stream = denoiser.createStream(sampleRate);
  const enhanced = new Float32Array(noisy.length);
  let count = 0;
  for (let i = 0; i < noisy.length; i += 128) {
    stream.push(noisy, i, Math.min(128, noisy.length - i));
    while (stream.hopReady) denoiser.step([stream]);
    count += stream.pull(enhanced, count, enhanced.length - count);
  }
  denoiser.dispose();
  return { enhanced: enhanced.subarray(0, count), delaySamples: stream.delaySamples };
}

describe('DenoiseNode in an OfflineAudioContext', () => {
  for (const transport of ['shared', 'message'] as const) {
    for (const sampleRate of [16000, 44100, 48000]) {
      it(`gives what the engine gives, sample for sample, at ${sampleRate} Hz in ${transport} mode`, async function () {
        if (transport === 'message') needsPauses(this);
        const speech = await noisySpeech(sampleRate);
        const { enhanced, delaySamples } = await enhanceInPage(speech, sampleRate);
        const { output, latencySamples, node } = await renderOffline([speech], sampleRate, { transport });
        // Both are delayed: the engine by its own delay, the node by its latency.
        const more = latencySamples - delaySamples;
        const samples = output.getChannelData(0);
        expect(largestDifference(enhanced, samples, more, 0, samples.length - more)).to.be.lessThan(TOLERANCE);
        expect(node.getMetrics()).to.include({ underruns: 0, overruns: 0 });
      });
    }
  }

  it('gives what the engine gives in Node', async () => {
    const answer = await executeServerCommand<{ enhanced: string; delaySamples: number }, undefined>('enhance-in-node');
    const enhanced = new Float32Array(Uint8Array.from(atob(answer.enhanced), (letter) => letter.charCodeAt(0)).buffer);
    const { output, latencySamples } = await renderOffline([await noisySpeech(48000)], 48000);
    const more = latencySamples - answer.delaySamples;
    expect(largestDifference(enhanced, output.getChannelData(0), more, 0, enhanced.length - more)).to.be.lessThan(
      TOLERANCE,
    );
  });

  for (const transport of ['shared', 'message'] as const) {
    it(`gives what a live context gives in ${transport} mode`, async function () {
      await needsSound(this);
      const speech = await noisySpeech(48000);
      const { output, latencySamples } = await renderOffline([speech], 48000);
      const { sent, heard, delay } = await liveFromTheStart(speech, transport);
      expect(largestDifference(speech, sent, 0, 0, 140_000)).to.equal(0);
      // From 0.1 s on: a live node fades the enhanced signal in.
      expect(largestDifference(output.getChannelData(0), heard, delay - latencySamples, 4800, 120_000)).to.be.lessThan(
        TOLERANCE,
      );
    });
  }

  it('repeats itself exactly', async () => {
    const speech = await noisySpeech(44100);
    const [once, twice] = [await renderOffline([speech], 44100), await renderOffline([speech], 44100)];
    expect(once.output.getChannelData(0)).to.deep.equal(twice.output.getChannelData(0));
  });

  it('needs less prefill than the live node', async function () {
    await needsSound(this);
    const context = new AudioContext({ sampleRate: 48000 });
    const live = new DenoiseNode(context);
    const { node } = await renderOffline([new Float32Array(4800)], 48000);
    await live.ready;
    expect(node.latency).to.be.lessThan(live.latency);
    live.dispose();
    await context.close();
  });

  it('lets go of its worker when the rendering is complete', async () => {
    const { node } = await renderOffline([new Float32Array(4800)], 48000);
    await until('the node is disposed', () => node.state === 'disposed');
    for (let tries = 0; tries < 100 && (await DenoiseNode.census()).workers > 0; tries++) await wait(100);
    expect((await DenoiseNode.census()).workers).to.equal(0);
  });

  it('computes each hop that is full, and none twice', async function () {
    needsPauses(this);
    const [hop, quantum] = [480, 128];
    const whole = 75 * quantum; // 20 hops; the quantum after it fills no other.
    let paused: Promise<unknown> | undefined;
    const { node } = await renderOffline(
      [await noisySpeech(48000).then((speech) => speech.slice(0, whole + quantum))],
      48000,
      {},
      (rendering, context) => {
        // What the last hop gives is heard after the end, so that rendering does not wait for it, but this pause does.
        paused = context.suspend((whole - 0.5) / 48000).then(async () => {
          await until('all hops are computed', () => rendering.getMetrics().hops >= whole / hop);
          await context.resume();
        });
      },
    );
    await paused;
    await until('the node is disposed', () => node.state === 'disposed');
    expect(node.getMetrics().hops).to.equal(whole / hop);
  });

  for (const transport of ['shared', 'message'] as const) {
    it(`serves several nodes of one context in ${transport} mode`, async function () {
      if (transport === 'message') needsPauses(this);
      const speech = await noisySpeech(48000);
      const context = new OfflineAudioContext(2, 48000, 48000);
      const merger = new ChannelMergerNode(context, { numberOfInputs: 2 });
      const source = play(context, speech);
      const nodes = [new DenoiseNode(context, { transport }), new DenoiseNode(context, { transport })];
      nodes.forEach((node, index) => source.connect(node).connect(merger, 0, index));
      merger.connect(context.destination);
      source.start();
      await Promise.all(nodes.map((node) => node.ready));
      const output = await context.startRendering();
      const [left, right] = [output.getChannelData(0), output.getChannelData(1)];
      expect(largestDifference(left, right, 0)).to.be.lessThan(TOLERANCE);
      const { output: alone, latencySamples } = await renderOffline([speech.slice(0, 48000)], 48000, { transport });
      expect(latencySamples).to.be.greaterThan(0);
      expect(largestDifference(alone.getChannelData(0), left, 0)).to.be.lessThan(TOLERANCE);
    });
  }

  it('says that it cannot wait in message mode where rendering cannot be paused', async function () {
    if (canPause()) skip(this, 'noPauses');
    const node = new DenoiseNode(new OfflineAudioContext(1, 4800, 48000), { transport: 'message' });
    const reason = await node.ready.catch((error: unknown) => error);
    expect(reason).to.have.property('code', 'offline-not-ready');
    node.dispose();
  });

  it('passes the dry signal and says so when rendering begins too early', async () => {
    const speech = await noisySpeech(48000);
    const context = new OfflineAudioContext(1, speech.length, 48000);
    const node = new DenoiseNode(context);
    const codes: string[] = [];
    node.addEventListener('error', ({ detail }) => codes.push(detail.error.code));
    const source = play(context, speech);
    source.connect(node).connect(context.destination);
    source.start();
    const delay = Math.round(node.latency * 48000);
    const output = await context.startRendering();
    const reason = await node.ready.catch((error: unknown) => error);
    expect(reason).to.have.property('code', 'offline-not-ready');
    expect(codes).to.deep.equal(['offline-not-ready']);
    expect(largestDifference(speech, output.getChannelData(0), delay)).to.be.lessThan(1e-4);
  });

  it('leaves pauses of the app alone', async function () {
    needsPauses(this);
    const speech = await noisySpeech(48000);
    const paused: number[] = [];
    for (const transport of ['shared', 'message'] as const) {
      const { output } = await renderOffline([speech], 48000, { transport }, (_, context) => {
        for (const frame of [384, 1280, 38400]) {
          context.suspend(frame / 48000).then(
            () => {
              paused.push(Math.round(context.currentTime * 48000));
              return context.resume();
            },
            () => paused.push(-1),
          );
        }
      });
      expect(output.length).to.equal(speech.length);
    }
    expect(paused.filter((frame) => frame >= 0)).to.include.members([384, 1280, 38400]);
  });
});
