import { expect } from '@esm-bundle/chai';
import { needsPauses } from '../support/browser-limits.ts';
import { faultyWorker } from './faulty-worker.ts';
import {
  DenoiseError,
  DenoiseNode,
  delayBetween,
  fixture,
  largestDifference,
  nextEvent,
  noise,
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
const COPY = '/test/changed-models/copy/';
const HALF_RATE = '/test/changed-models/half-rate/';
const MISSING = '/nothing-lies-here/';

const reasonOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

/** A low tone: any step between two samples that is not its own is a click. */
function tone(seconds: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: seconds * RATE }, (_, i) => 0.5 * Math.sin((2 * Math.PI * 100 * i) / RATE));
}

/** The tone's own slope, twice over where two of them are blended, and a crossfade of 20 ms between opposite phases. */
const STEEPEST = (2 * 0.5 * 2 * Math.PI * 100) / RATE + 1 / (0.02 * RATE);

function steepestStep(samples: Float32Array): number {
  let most = 0;
  for (let i = 1; i < samples.length; i++) most = Math.max(most, Math.abs(samples[i] - samples[i - 1]));
  return most;
}

describe('setModel', () => {
  let context: AudioContext;
  let node: DenoiseNode;
  let source: AudioBufferSourceNode;
  const states: string[] = [];
  const errors: unknown[] = [];

  /** A node that runs, with a looped source. */
  async function start(
    samples: Float32Array<ArrayBuffer>,
    options: ConstructorParameters<typeof DenoiseNode>[1] = {},
  ): Promise<void> {
    node = new DenoiseNode(context, { latencyHint: 0.1, ...options });
    source = play(context, samples);
    source.loop = true;
    source.connect(node).connect(context.destination);
    source.start();
    await node.ready;
    node.addEventListener('statechange', ({ detail }) => states.push(detail.state));
    node.addEventListener('error', (event) => errors.push(event));
  }

  beforeEach(() => {
    context = new AudioContext({ sampleRate: RATE });
    states.length = 0;
    errors.length = 0;
  });

  afterEach(async () => {
    node.dispose();
    await context.close();
  });

  for (const transport of MODES) {
    it(`goes over to another model without a click, and the latency follows, in ${transport} mode`, async function () {
      this.timeout(30_000);
      // With a limit of 0 dB the enhanced signal is the noisy one, so that whatever steps is the switch.
      await start(tone(1), { transport, attenuationLimit: 0 });
      await recordSteady(node, source, 0.1);
      const recording = record(context, [node], 4);
      const told = nextEvent(node, 'latencychange');
      const changed = nextEvent(node, 'modelchange');
      await node.setModel(HALF_RATE);
      expect(node.model).to.equal(HALF_RATE);
      expect((await changed).model).to.equal(HALF_RATE);
      const latency = (await told).latency;
      // What was asked for to be spare, a hop of 20 ms, an overlap of 10 ms, and the resamplers.
      expect(latency).to.be.greaterThan(0.13);
      const [heard] = await recording;
      expect(steepestStep(heard)).to.be.lessThan(STEEPEST);
      const steady = await recordSteady(node, source, 0.4);
      expect(largestDifference(steady.sent, steady.heard, steady.delay)).to.be.lessThan(1e-3);
      expect(steady.delay / RATE).to.be.at.least(latency - 1e-9);
      expect([node.state, states, errors]).to.deep.equal(['running', [], []]);
    });

    it(`plays the model before until the other takes over, and comes back, in ${transport} mode`, async function () {
      this.timeout(30_000);
      await start(noise(RATE, 0.1), { transport });
      await recordSteady(node, source, 0.1);
      const before = Math.round(node.latency * RATE);
      const loading = node.setModel(`/test/changed-models/slow/${transport}/`);
      const [sent, heard] = await record(context, [source, node], 0.5);
      expect(node.model).to.equal('base');
      expect(rms(heard)).to.be.lessThan(0.5 * rms(sent));
      await loading;
      const other = await recordSteady(node, source, 0.5);
      expect(rms(other.heard)).to.be.lessThan(0.5 * rms(other.sent));
      await node.setModel('base');
      const back = await recordSteady(node, source, 0.5);
      expect(rms(back.heard)).to.be.lessThan(0.5 * rms(back.sent));
      // Underruns of a busy machine may have raised it, never lowered.
      if (node.getMetrics().underruns === 0) expect(Math.round(node.latency * RATE)).to.equal(before);
    });

    it(`keeps its model where the other fails, in ${transport} mode: a typed error, enhanced sound`, async function () {
      this.timeout(30_000);
      await start(noise(RATE, 0.1), { transport });
      for (const [model, code] of [
        [MISSING, 'model-load'],
        ['no-such-model/variant', 'model-load'],
        ['/test/changed-models/corrupt/', 'model-corrupt'],
        ['/test/changed-models/other-contract/', 'model-mismatch'],
        ['http://[not-a-host]/', 'module-load'],
      ]) {
        const error = await reasonOf(node.setModel(model));
        expect(error).to.be.instanceOf(DenoiseError);
        expect(error).to.have.property('code', code);
      }
      expect(node.model).to.equal('base');
      const { sent, heard } = await recordSteady(node, source, 0.5);
      expect(rms(heard)).to.be.lessThan(0.5 * rms(sent));
      expect([node.state, node.mode, states, errors]).to.deep.equal(['running', transport, [], []]);
    });
  }

  it('rejects what is neither name nor URL', async () => {
    await start(noise(RATE, 0.1));
    for (const model of ['', 'no such name', 7, undefined, 'a.json']) {
      expect(await reasonOf(node.setModel(model as string))).to.be.instanceOf(TypeError);
    }
    expect(node.model).to.equal('base');
  });

  it('keeps the model that it has where the worker of the other dies', async () => {
    const worker = faultyWorker('throw', [Number.POSITIVE_INFINITY, 0]);
    await start(noise(RATE, 0.1), { assets: { worker } });
    const error = await reasonOf(node.setModel(COPY));
    expect(error).to.have.property('code', 'worker-crashed');
    expect([node.state, node.model, states]).to.deep.equal(['running', 'base', []]);
    const hops = node.getMetrics().hops;
    await until('hops go on', () => node.getMetrics().hops > hops + 20);
  });

  it('returns to the model before where the other fails after it has taken over', async function () {
    this.timeout(30_000);
    await start(noise(RATE, 0.1), {
      transport: 'shared',
      assets: { worklet: fixture('hard-of-hearing-processor.js') },
    });
    const error = await reasonOf(node.setModel(COPY));
    expect(error).to.have.property('code', 'unsupported');
    await until('the node runs again', () => node.state === 'running');
    expect([node.model, errors]).to.deep.equal(['base', []]);
    expect(states).to.include('recovering');
    const { sent, heard } = await recordSteady(node, source, 0.5);
    expect(rms(heard)).to.be.lessThan(0.5 * rms(sent));
  });

  it('gives way to a later call', async () => {
    await start(noise(RATE, 0.1));
    const first = reasonOf(node.setModel(HALF_RATE));
    const second = reasonOf(node.setModel(MISSING));
    const third = node.setModel(COPY);
    expect(await first).to.have.property('name', 'AbortError');
    expect(await second).to.have.property('name', 'AbortError');
    await third;
    expect(node.model).to.equal(COPY);
  });

  it('ends with the node', async () => {
    await start(noise(RATE, 0.1));
    const reason = reasonOf(node.setModel(COPY));
    await Promise.resolve();
    node.dispose();
    expect(await reason).to.have.property('name', 'AbortError');
    expect(await reasonOf(node.setModel(COPY))).to.have.property('name', 'InvalidStateError');
  });

  it('takes the place of a first model that is still loading, or that fails to', async () => {
    for (const model of ['base', MISSING]) {
      node = new DenoiseNode(context, { model });
      const failures: unknown[] = [];
      node.addEventListener('error', (event) => failures.push(event));
      await node.setModel(COPY);
      await node.ready;
      expect([node.state, node.model, failures]).to.deep.equal(['running', COPY, []]);
      node.dispose();
    }
  });

  it('lets a node that has failed try anew', async () => {
    node = new DenoiseNode(context, { model: MISSING });
    expect(await reasonOf(node.ready)).to.have.property('code', 'model-load');
    expect(await reasonOf(node.setModel('no-such-model'))).to.have.property('code', 'model-load');
    expect([node.state, node.model]).to.deep.equal(['failed', MISSING]);
    await node.setModel(COPY);
    expect([node.state, node.model]).to.deep.equal(['running', COPY]);
    await node.ready;
  });

  it('goes over to another model while the context sleeps', async () => {
    await start(noise(RATE, 0.1));
    await context.suspend();
    await node.setModel(COPY);
    await context.resume();
    const { hops } = node.getMetrics();
    await until('hops go on', () => node.getMetrics().hops > hops + 20);
  });
});

describe('setModel offline', () => {
  for (const transport of MODES) {
    it(`gives what the other model gives from the start, before rendering, ${transport} mode`, async function () {
      if (transport === 'message') needsPauses(this);
      const speech = (await noisySpeech(RATE)).slice(0, RATE);
      const { output: expected, latencySamples } = await renderOffline([speech], RATE, { transport, model: HALF_RATE });
      const context = new OfflineAudioContext(1, speech.length, RATE);
      const node = new DenoiseNode(context, { transport });
      const source = play(context, speech);
      source.connect(node).connect(context.destination);
      source.start();
      await node.ready;
      await node.setModel(HALF_RATE);
      expect(Math.round(node.latency * RATE)).to.equal(latencySamples);
      const output = await context.startRendering();
      expect(largestDifference(expected.getChannelData(0), output.getChannelData(0), 0)).to.be.lessThan(1e-5);
      expect(delayBetween(speech, output.getChannelData(0), latencySamples + 400)).to.be.closeTo(latencySamples, 400);
    });
  }

  it('is refused once rendering has begun', async function () {
    needsPauses(this);
    let error: unknown;
    await renderOffline([new Float32Array(48000)], RATE, {}, (node, context) => {
      void context.suspend(0.5).then(async () => {
        error = await reasonOf(node.setModel(COPY));
        await context.resume();
      });
    });
    expect(error).to.have.property('code', 'offline-not-ready');
  });
});
