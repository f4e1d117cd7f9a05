/** Every shipped model that takes blocks, in real contexts. Their latency is seconds, so each test takes some. */
import { expect } from '@esm-bundle/chai';
import { executeServerCommand } from '@web/test-runner-commands';
import type * as Core from '../../src/index.ts';
import { chromiumAlone } from '../support/browser-limits.ts';
import {
  DenoiseNode,
  delayBetween,
  importEngine,
  largestDifference,
  noisySpeech,
  play,
  record,
  recordSteady,
  renderOffline,
  rms,
  until,
} from './support.ts';

const RATE = 48000;
const MODES = ['shared', 'message'] as const;
const models = await executeServerCommand<{ name: string; url: string; framing: string; rebuild: string }[], undefined>(
  'block-models',
);
const urlOf = (name: string): string => models.find((model) => model.name === name)!.url;
/** The one with the shortest blocks. */
const first = 'unet-8k';
/**
 * A variant has the blocks of its model and other weights or another rebuild, so that one mode shows what there is to
 * see.
 */
const modesOf = (model: string): readonly ('shared' | 'message')[] => (model.includes('/') ? ['shared'] : MODES);
/**
 * A variant that differs from its model in its weights alone is one more network to the engine, and the same to the
 * live path.
 */
const heardLive = models.filter(({ name, framing, rebuild }) => {
  const model = models.find((other) => other.name === name.split('/')[0]);
  return name === model?.name || framing !== model?.framing || rebuild !== model.rebuild;
});

/**
 * Three tones whose sum repeats once a second, below what the lowest model rate carries. A shift of one sample changes
 * it by 5e-3.
 */
function tones(seconds: number, sampleRate = RATE): Float32Array<ArrayBuffer> {
  const at = (i: number, frequency: number): number => 0.15 * Math.sin((2 * Math.PI * frequency * i) / sampleRate);
  return Float32Array.from({ length: seconds * sampleRate }, (_, i) => at(i, 97) + at(i, 331) + at(i, 877));
}

function steepestStep(samples: Float32Array): number {
  let most = 0;
  for (let i = 1; i < samples.length; i++) most = Math.max(most, Math.abs(samples[i] - samples[i - 1]));
  return most;
}

/** What the engine alone makes of a signal, and how much later. */
async function enhanceInPage(
  model: string,
  noisy: Float32Array,
  sampleRate: number,
): Promise<{ enhanced: Float32Array; delaySamples: number }> {
  const { Denoiser } = await importEngine();
  const modelUrl = new URL(urlOf(model), location.origin);
  const denoiser = await Denoiser.load({ modelUrl, wasmUrl: `${location.origin}/dist/wasm/` });
  const stream = denoiser.createStream(sampleRate);
  stream.push(noisy, 0, noisy.length);
  while (stream.hopReady) denoiser.step([stream]);
  const enhanced = new Float32Array(stream.available);
  stream.pull(enhanced, 0, enhanced.length);
  denoiser.dispose();
  return { enhanced, delaySamples: stream.delaySamples };
}

/** Speech, repeated until it is long enough for a few blocks. */
async function longSpeech(seconds: number, sampleRate: number): Promise<Float32Array<ArrayBuffer>> {
  const speech = await noisySpeech(sampleRate);
  return Float32Array.from({ length: seconds * sampleRate }, (_, i) => speech[i % speech.length]);
}

/** A live node with a looped source, closed after `use`. */
async function live(
  samples: Float32Array<ArrayBuffer>,
  options: Core.DenoiseOptions,
  use: (node: DenoiseNode, source: AudioNode, context: AudioContext) => Promise<void>,
): Promise<void> {
  const context = new AudioContext({ sampleRate: RATE });
  const node = new DenoiseNode(context, options);
  const source = play(context, samples);
  source.loop = true;
  source.connect(node).connect(context.destination);
  source.start();
  await node.ready;
  try {
    await use(node, source, context);
  } finally {
    node.dispose();
    await context.close();
  }
}

/**
 * Waits until blocks come back from the worker and the dry line goes back far enough; {@link recordSteady} waits a
 * latency more.
 */
async function untilEnhanced(node: DenoiseNode): Promise<void> {
  const { context } = node;
  const start = context.currentTime;
  await until('blocks are computed', () => node.getMetrics().hops >= 2, 30_000);
  await until('they are heard', () => context.currentTime - start > node.latency + 0.5, 30_000);
}

/**
 * For a limit of 0 dB, where the enhanced path carries the noisy signal itself: through resamplers, blocks, crossfades
 * and rings.
 */
async function expectExact(node: DenoiseNode, source: AudioNode): Promise<void> {
  // Long enough for an edge of blocks; a stretch with an underrun, which dims nothing here but shifts time, is taken
  // again.
  const { sent, heard, delay } = await recordSteady(node, source, node.latency + 1.5);
  expect(largestDifference(sent, heard, delay)).to.be.lessThan(2e-3);
  expect(node.getMetrics().overruns).to.equal(0);
}

for (const { name: model, rebuild } of heardLive) {
  // Griffin-Lim invents phases, and with them steps of its own.
  const keepsPhase = rebuild !== 'griffin-lim';

  describe(`${model}, live`, () => {
    before(chromiumAlone);

    const smoothly = keepsPhase ? ', and makes no step that the signal has not' : '';
    it(`is exact to the sample at its latency, then changes what is heard${smoothly}`, async function () {
      this.timeout(120_000);
      await live(tones(1), { model: urlOf(model), transport: 'shared', attenuationLimit: 0 }, async (node, source) => {
        expect([node.state, node.mode, node.model]).to.deep.equal(['running', 'shared', urlOf(model)]);
        await untilEnhanced(node);
        await expectExact(node, source);
        node.attenuationLimit.value = 100;
        const { sent, heard, delay } = await recordSteady(node, source, node.latency + 1.5);
        expect(largestDifference(sent, heard, delay)).to.be.greaterThan(1e-3);
        expect(heard.every(Number.isFinite)).to.equal(true);
        if (keepsPhase) expect(steepestStep(heard)).to.be.lessThan(1.5 * steepestStep(sent));
      });
    });

    if (modesOf(model).includes('message')) {
      it('is as exact over messages', async function () {
        this.timeout(120_000);
        await live(
          tones(1),
          { model: urlOf(model), transport: 'message', attenuationLimit: 0 },
          async (node, source) => {
            expect([node.state, node.mode]).to.deep.equal(['running', 'message']);
            await untilEnhanced(node);
            await expectExact(node, source);
          },
        );
      });
    }
  });
}

for (const { name: model } of models) {
  describe(`${model} in an OfflineAudioContext`, () => {
    before(chromiumAlone);

    for (const transport of modesOf(model)) {
      it(`gives what the engine gives, sample for sample, in ${transport} mode`, async function () {
        this.timeout(120_000);
        const speech = await longSpeech(8, RATE);
        const { enhanced, delaySamples } = await enhanceInPage(model, speech, RATE);
        const { output, latencySamples, node } = await renderOffline([speech], RATE, {
          transport,
          model: urlOf(model),
        });
        const more = latencySamples - delaySamples;
        const heard = output.getChannelData(0);
        expect(
          largestDifference(enhanced, heard, more, 0, Math.min(enhanced.length, heard.length - more)),
        ).to.be.lessThan(1e-5);
        expect(rms(heard, latencySamples)).to.be.greaterThan(0);
        expect(node.getMetrics()).to.include({ underruns: 0, overruns: 0 });
      });
    }
  });
}

describe('a model that takes blocks', () => {
  before(chromiumAlone);

  for (const sampleRate of [8000, 44100, 192000]) {
    it(`keeps its latency and its channels apart offline at ${sampleRate} Hz`, async function () {
      this.timeout(60_000);
      const [left, right] = [tones(5, sampleRate), await longSpeech(5, sampleRate)];
      const { output, latencySamples } = await renderOffline([left, right], sampleRate, {
        model: urlOf(first),
        attenuationLimit: 0,
      });
      expect(largestDifference(left, output.getChannelData(0), latencySamples, sampleRate)).to.be.lessThan(2e-3);
      const start = sampleRate;
      const heard = output.getChannelData(1).subarray(latencySamples - 100);
      expect(delayBetween(right, heard, 200, start, sampleRate)).to.be.closeTo(100, 1);
    });
  }

  for (const [model, maxChannels, share] of [
    [first, 1, 1 / 4],
    [first, 2, 1 / 4],
    [first, 6, 3 / 4],
    ['stft-unet/griffin-lim', 2, 1 / 2],
    ['mel-latent/griffin-lim', 2, 1 / 2],
  ] as const) {
    const what = `an advance, the overlap, the resamplers and ${share} of an advance for computing`;
    it(`has a latency of ${what}: ${model}, ${maxChannels} channels`, async function () {
      this.timeout(60_000);
      const { framing, sampleRateHz } = await (await fetch(urlOf(model))).json();
      await live(tones(1), { model: urlOf(model), maxChannels }, async (node) => {
        const advance = (framing.blockSamples - framing.overlapSamples) / sampleRateHz;
        const declared = node.latency - (1 + share) * advance - framing.overlapSamples / sampleRateHz;
        expect(declared).to.be.within(0, 0.01);
      });
    });
  }

  for (const model of models.filter(({ rebuild }) => rebuild === 'griffin-lim').map(({ name }) => name)) {
    it(`runs in stereo at its latency, exact to the sample: ${model}`, async function () {
      this.timeout(200_000);
      const context = new AudioContext({ sampleRate: RATE });
      const node = new DenoiseNode(context, { model: urlOf(model), attenuationLimit: 0 });
      const left = tones(1);
      const source = play(
        context,
        left,
        left.map((sample) => -sample / 2),
      );
      source.loop = true;
      source.connect(node).connect(context.destination);
      source.start();
      await node.ready;
      await untilEnhanced(node);
      for (const channel of [0, 1]) {
        const [before, after] = [new ChannelSplitterNode(context), new ChannelSplitterNode(context)];
        source.connect(before);
        node.connect(after);
        const { sent, heard, delay } = await recordSteady(node, source, node.latency + 1.5, [
          [before, channel],
          [after, channel],
        ]);
        expect(largestDifference(sent, heard, delay)).to.be.lessThan(2e-3);
        expect(rms(heard, delay)).to.be.greaterThan(0.05);
      }
      node.dispose();
      await context.close();
    });
  }

  for (const transport of MODES) {
    it(`takes over from base and gives back while sound runs, without a click, ${transport} mode`, async function () {
      this.timeout(120_000);
      // The steepest slope of the tones, of two of them while they are blended in 20 ms.
      const most = 2 * steepestStep(tones(1)) + 0.9 / (0.02 * RATE);
      await live(tones(1), { transport, attenuationLimit: 0, latencyHint: 0.1 }, async (node, source, context) => {
        const before = node.latency;
        const switching = record(context, [node], 1);
        await node.setModel(urlOf(first));
        const [there] = await switching;
        const joining = record(context, [node], node.latency + 2);
        expect(node.latency).to.be.greaterThan(before + 0.5);
        const [joined] = await joining;
        await untilEnhanced(node);
        const blocks = await recordSteady(node, source, node.latency + 1);
        expect(largestDifference(blocks.sent, blocks.heard, blocks.delay)).to.be.lessThan(2e-3);
        const returning = record(context, [node], 1);
        await node.setModel('base');
        const [back] = await returning;
        const hops = await recordSteady(node, source, 0.5);
        expect(largestDifference(hops.sent, hops.heard, hops.delay)).to.be.lessThan(2e-3);
        for (const heard of [there, joined, back]) expect(steepestStep(heard)).to.be.lessThan(most);
        expect(node.state).to.equal('running');
      });
    });
  }

  it('does not hold up a node with another model, which has a worker of its own', async function () {
    this.timeout(60_000);
    await live(await noisySpeech(RATE), { model: urlOf(first) }, async (node, source, context) => {
      const quick = new DenoiseNode(context, { latencyHint: 0.05 });
      source.connect(quick).connect(context.destination);
      await quick.ready;
      const { workers, nodes } = await DenoiseNode.census();
      expect(nodes).to.equal(2);
      expect(workers).to.be.at.least(2); // One more where that of an earlier test has not gone yet.
      await until('a few blocks are computed', () => node.getMetrics().hops >= 4, 30_000);
      // A block of the other takes longer than all that may be late here, so none of its hops waited for one.
      expect(quick.getMetrics().hopMsP95).to.be.lessThan(50);
      expect(quick.getMetrics().hops).to.be.greaterThan(100);
      quick.dispose();
    });
  });
});
