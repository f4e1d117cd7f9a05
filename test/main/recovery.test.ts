import { expect } from '@esm-bundle/chai';
import { AFTER_A_SECOND, faultyWorker } from './faulty-worker.ts';
import {
  DenoiseNode,
  delayBetween,
  expectDry,
  fixture,
  largestDifference,
  nextEvent,
  noise,
  noisySpeech,
  play,
  record,
  recordSteady,
  repeatWhileSpoilt,
  rms,
  until,
} from './support.ts';

const RATE = 48000;
const MODES = ['shared', 'message'] as const;

describe('a worker that fails', () => {
  for (const transport of MODES) {
    for (const how of ['throw', 'spin'] as const) {
      it(`is replaced when it ${how}s, in ${transport} mode: dry sound meanwhile, then enhanced`, async function () {
        this.timeout(30_000);
        const context = new AudioContext({ sampleRate: RATE });
        const worker = faultyWorker(how, [AFTER_A_SECOND]);
        const node = new DenoiseNode(context, { transport, assets: { worker }, latencyHint: 0.15 });
        const states: string[] = [];
        node.addEventListener('statechange', ({ detail }) => states.push(detail.state));
        const errors: unknown[] = [];
        node.addEventListener('error', (event) => errors.push(event));
        await node.ready;
        const source = play(context, noise(RATE, 0.1));
        source.loop = true;
        source.connect(node).connect(context.destination);
        source.start();
        await until('the worker is missed', () => states.includes('recovering'), 15_000);
        await until('the node runs again', () => node.state === 'running', 10_000);
        const { hops } = node.getMetrics();
        await until('the new worker computes', () => node.getMetrics().hops > hops + 50);
        const { sent, heard } = await recordSteady(node, source, 1);
        expect(rms(heard)).to.be.lessThan(0.5 * rms(sent));
        expect(states).to.deep.equal(['running', 'recovering', 'running']);
        expect(errors).to.deep.equal([]);
        node.dispose();
        await context.close();
      });
    }
  }

  it('is never silence: what is heard while the worker stands still is the dry signal, in time', async function () {
    this.timeout(20_000);
    const context = new AudioContext({ sampleRate: RATE });
    const worker = faultyWorker('spin', [AFTER_A_SECOND]);
    const node = new DenoiseNode(context, { assets: { worker } });
    await node.ready;
    const source = play(context, await noisySpeech(RATE));
    source.loop = true;
    source.connect(node).connect(context.destination);
    source.start();
    await until('the worker stands still', () => node.getMetrics().overruns > 0, 10_000);
    const [latency, sent, heard] = await repeatWhileSpoilt('a recording at one latency', 4, async () => {
      const before = Math.round(node.latency * RATE);
      const tracks = await record(context, [source, node], 0.8);
      return before === Math.round(node.latency * RATE) ? ([before, ...tracks] as const) : undefined;
    });
    expect(delayBetween(sent, heard, latency + 100)).to.equal(latency);
    expect(largestDifference(sent, heard, latency)).to.be.lessThan(1e-4);
    node.dispose();
    await context.close();
  });

  it("is given up after three replacements in a row: one 'worker-crashed' error, and dry sound", async function () {
    this.timeout(30_000);
    const context = new AudioContext({ sampleRate: RATE });
    const node = new DenoiseNode(context, {
      transport: 'message',
      assets: { worker: faultyWorker('throw', Array(4).fill(AFTER_A_SECOND)) },
    });
    node.connect(context.destination);
    const states: string[] = [];
    node.addEventListener('statechange', ({ detail }) => states.push(detail.state));
    const { error } = await nextEvent(node, 'error', 20_000);
    expect(error.code).to.equal('worker-crashed');
    expect(states.filter((state) => state === 'recovering')).to.have.length(3);
    expect(node.state).to.equal('failed');
    await expectDry(context, node);
    node.dispose();
    await context.close();
  });

  it('tells of an underrun and of the latency that follows it, and is heard enhanced again', async function () {
    this.timeout(20_000);
    const context = new AudioContext({ sampleRate: RATE });
    const node = new DenoiseNode(context, {
      assets: { worker: faultyWorker('pause', [AFTER_A_SECOND]) },
    });
    await node.ready;
    const before = node.latency;
    const source = play(context, noise(RATE, 0.1));
    source.loop = true;
    source.connect(node).connect(context.destination);
    source.start();
    const [underrun, change] = await Promise.all([nextEvent(node, 'underrun'), nextEvent(node, 'latencychange')]);
    expect(underrun.count).to.be.at.least(1);
    expect(underrun.seconds).to.be.greaterThan(0);
    expect(change.latency).to.be.greaterThan(before);
    await until('the pause is over', () => node.getMetrics().underrunSeconds > 0.1);
    const { sent, heard } = await recordSteady(node, source, 0.5);
    expect(rms(heard)).to.be.lessThan(0.5 * rms(sent));
    expect(node.state).to.equal('running');
    node.dispose();
    await context.close();
  });
});

describe('a worklet that fails', () => {
  it("ends in the dry signal from the plain delay, with one 'worker-crashed' error", async () => {
    const context = new AudioContext({ sampleRate: RATE });
    const node = new DenoiseNode(context, { assets: { worklet: fixture('failing-processor.js') } });
    await node.ready;
    const source = play(context, noise(RATE));
    source.loop = true;
    source.connect(node).connect(context.destination);
    source.start();
    const { error } = await nextEvent(node, 'error');
    expect(error.code).to.equal('worker-crashed');
    expect(node.state).to.equal('failed');
    source.disconnect(node);
    await expectDry(context, node);
    node.dispose();
    await context.close();
  });
});

describe('shared memory that does not reach the worklet', () => {
  const assets = { worklet: fixture('deaf-processor.js') };

  it('is found out before the node is ready, and messages are used instead', async () => {
    const context = new AudioContext({ sampleRate: RATE });
    const node = new DenoiseNode(context, { assets });
    await node.ready;
    expect([node.state, node.mode]).to.deep.equal(['running', 'message']);
    node.dispose();
    await context.close();
  });

  it('is found out as soon as a suspended context runs', async function () {
    this.timeout(20_000);
    const context = new AudioContext({ sampleRate: RATE });
    await context.suspend();
    const node = new DenoiseNode(context, { assets });
    await node.ready;
    const source = new OscillatorNode(context);
    source.connect(node).connect(context.destination);
    source.start();
    await context.resume();
    await until('messages are used', () => node.mode === 'message');
    await until('hops are computed', () => node.getMetrics().hops > 20);
    node.dispose();
    await context.close();
  });

  it("is an error where transport 'shared' was demanded", async () => {
    const context = new AudioContext({ sampleRate: RATE });
    const node = new DenoiseNode(context, { assets, transport: 'shared' });
    expect(await node.ready.catch((error: unknown) => error)).to.have.property('code', 'unsupported');
    node.dispose();
    await context.close();
  });
});
