import { expect } from '@esm-bundle/chai';
import { executeServerCommand } from '@web/test-runner-commands';
import { needsDevtools } from '../support/browser-limits.ts';
import { DenoiseNode, fixture, noise, play, until, wait } from './support.ts';

/** Another model as far as the page can tell, and so in another worker. */
const OTHER = '/test/changed-models/copy/';
const EMPTY = { workers: 0, nodes: 0, streams: 0, tensors: 0, tensorBytes: 0 };

/** Workers hear of a node's end when they have time. */
async function untilCensus(expected: object): Promise<void> {
  let census = await DenoiseNode.census();
  for (let tries = 0; tries < 100 && JSON.stringify(census) !== JSON.stringify(expected); tries++) {
    await wait(100);
    census = await DenoiseNode.census();
  }
  expect(census).to.deep.equal(expected);
}

/** Workers that nobody needs are kept for a while, and the browser tells of their end a moment later. */
async function untilWorkers(expected: number): Promise<void> {
  const count = (): Promise<number> => executeServerCommand<number, undefined>('count-workers');
  let workers = await count();
  for (let tries = 0; tries < 100 && workers !== expected; tries++) {
    await wait(100);
    workers = await count();
  }
  expect(workers).to.equal(expected);
}

function untilEmpty(): Promise<void> {
  return untilCensus(EMPTY);
}

/** Bytes of JavaScript objects that live on. */
function collectGarbage(): Promise<number> {
  return executeServerCommand<number, undefined>('collect-garbage');
}

/** What was under way when a node was disposed is let go of when it has come to its end. */
async function untilHeap(most: number): Promise<void> {
  let bytes = await collectGarbage();
  for (let tries = 0; tries < 20 && bytes >= most; tries++) {
    await wait(100);
    bytes = await collectGarbage();
  }
  expect(bytes).to.be.lessThan(most);
}

describe('what nodes leave behind', () => {
  for (const transport of ['shared', 'message'] as const) {
    it(`is nothing after 100 were created and disposed in ${transport} mode`, async function () {
      this.timeout(60_000);
      await needsDevtools(this);
      const context = new AudioContext({ sampleRate: 48000 });
      const keeper = new DenoiseNode(context, { transport });
      await keeper.ready;
      const source = play(context, noise(48000));
      source.loop = true;
      source.start();
      source.connect(keeper).connect(context.destination);
      await until('the keeper works', () => keeper.getMetrics().hops > 20);
      const before = await DenoiseNode.census();
      expect(before).to.include({ workers: 1, nodes: 1 });
      const heapBefore = await collectGarbage();
      for (let i = 0; i < 100; i++) {
        const node = new DenoiseNode(context, { transport });
        source.connect(node).connect(context.destination);
        if (i % 3 === 0) await node.ready; // Some are disposed while they load.
        node.dispose();
        source.disconnect(node);
      }
      await untilCensus(before);
      // A node that stayed would be 20 KB and more, a hundred of them 2 MB.
      await untilHeap(heapBefore + 500_000);
      keeper.dispose();
      await untilEmpty();
      await context.close();
    });
  }

  for (const transport of ['shared', 'message'] as const) {
    it(`is nothing of the models that a node went through in ${transport} mode`, async function () {
      this.timeout(90_000);
      await needsDevtools(this);
      const context = new AudioContext({ sampleRate: 48000 });
      const keeper = new DenoiseNode(context, { transport });
      const node = new DenoiseNode(context, { transport, model: OTHER });
      const source = play(context, noise(48000));
      source.loop = true;
      source.start();
      source.connect(keeper).connect(node).connect(context.destination);
      await Promise.all([keeper.ready, node.ready]);
      await until('both work', () => keeper.getMetrics().hops > 20 && node.getMetrics().hops > 20);
      const before = await DenoiseNode.census();
      expect(before).to.include({ workers: 2, nodes: 2 });
      const heapBefore = await collectGarbage();
      for (let i = 0; i < 60; i++) {
        const change = node.setModel(i % 2 === 0 ? 'base' : OTHER);
        if (i % 3 === 0) node.setModel('no-such-model').catch(() => {}); // Some are given up, some fail.
        await change.catch(() => {});
      }
      await node.setModel(OTHER);
      await until('it works', () => node.getMetrics().hops > 20);
      await untilWorkers(2);
      await untilCensus(before);
      await untilHeap(heapBefore + 500_000);
      keeper.dispose();
      node.dispose();
      await untilEmpty();
      await context.close();
    });
  }

  it('is one worker for each model, and none after its last node', async () => {
    const context = new AudioContext({ sampleRate: 48000 });
    const nodes = ['base', OTHER, OTHER].map((model) => new DenoiseNode(context, { model }));
    await Promise.all(nodes.map((node) => node.ready));
    expect(await DenoiseNode.census()).to.include({ workers: 2, nodes: 3 });
    nodes[0].dispose();
    for (let tries = 0; tries < 100 && (await DenoiseNode.census()).workers > 1; tries++) await wait(100);
    expect(await DenoiseNode.census()).to.include({ workers: 1, nodes: 2 });
    nodes[1].dispose();
    nodes[2].dispose();
    await untilEmpty();
    await context.close();
  });

  it('is one worker for many nodes, and none after the last', async function () {
    await needsDevtools(this);
    const context = new AudioContext({ sampleRate: 48000 });
    const nodes = [1, 2, 3].map(() => new DenoiseNode(context));
    await Promise.all(nodes.map((node) => node.ready));
    expect(await DenoiseNode.census()).to.include({ workers: 1, nodes: 3 });
    await untilWorkers(1);
    for (const node of nodes) node.dispose();
    await untilEmpty();
    await untilWorkers(0);
    await context.close();
  });

  it('is one worker for contexts of different rates', async () => {
    const contexts = [
      new AudioContext({ sampleRate: 44100 }),
      new AudioContext({ sampleRate: 16000 }),
      new OfflineAudioContext(1, 4800, 48000),
    ];
    const nodes = contexts.map((context) => new DenoiseNode(context));
    await Promise.all(nodes.map((node) => node.ready));
    expect(await DenoiseNode.census()).to.include({ workers: 1, nodes: 3 });
    for (const node of nodes) node.dispose();
    await untilEmpty();
    for (const context of contexts) if (context instanceof AudioContext) await context.close();
  });

  it('is nothing where a context closed, or began to render, while nodes were loading', async () => {
    for (const patienceMs of [0, 20, 60, 120, 200]) {
      const live = new AudioContext();
      const offline = new OfflineAudioContext(1, 128, 48000);
      for (const context of [live, live, offline]) new DenoiseNode(context);
      await wait(patienceMs);
      await Promise.all([live.close(), offline.startRendering()]);
    }
    await untilEmpty();
  });

  it('fetches each module and the model once for many nodes', async () => {
    const context = new AudioContext({ sampleRate: 48000 });
    performance.clearResourceTimings();
    const nodes = [1, 2, 3, 4].map(() => new DenoiseNode(context));
    await Promise.all(nodes.map((node) => node.ready));
    const fetched = performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname);
    expect(fetched.filter((path) => path.endsWith('denoise-worker.js'))).to.have.length(1);
    for (const node of nodes) node.dispose();
    await context.close();
  });

  it('is nothing that keeps a disposed node alive', async function () {
    await needsDevtools(this);
    const context = new AudioContext({ sampleRate: 48000 });
    const made = async (): Promise<WeakRef<DenoiseNode>> => {
      const node = new DenoiseNode(context);
      new ConstantSourceNode(context).connect(node).connect(context.destination);
      await node.ready;
      node.dispose();
      return new WeakRef(node);
    };
    await untilGone([await made()]);
    await context.close();
  });

  for (const [where, end] of [
    ['contexts that were closed', closeLive],
    ['contexts that have rendered to their end', renderOffline],
  ] as const) {
    it(`is no node in ${where} without dispose()`, async function () {
      await needsDevtools(this);
      const refs: WeakRef<object>[] = [];
      for (let i = 0; i < 8; i++) refs.push(...(await end()));
      await untilGone(refs);
      await untilEmpty();
      await untilWorkers(0);
    });
  }

  /** A fact that docs/deployment.md tells of. Where this fails, Chromium has mended it, and the guide can forget it. */
  it('is less than Chromium keeps of a plain AudioWorkletNode', async function () {
    await needsDevtools(this);
    const made = async (): Promise<WeakRef<object>> => {
      const context = new AudioContext({ sampleRate: 48000 });
      await context.audioWorklet.addModule(fixture('recorder-processor.js'));
      const node = new AudioWorkletNode(context, 'recorder', { processorOptions: { frames: 1 } });
      new ConstantSourceNode(context).connect(node).connect(context.destination);
      await context.close();
      return new WeakRef(node);
    };
    const ref = await made();
    for (let tries = 0; tries < 10; tries++) {
      await wait(100);
      await collectGarbage();
    }
    expect(ref.deref()).to.not.equal(undefined);
  });

  it('is no context that was closed after dispose() had resolved', async function () {
    await needsDevtools(this);
    const refs: WeakRef<object>[] = [];
    for (let i = 0; i < 8; i++) refs.push(...(await closeLive((node) => node.dispose())));
    await untilGone(refs);
  });
});

/** Nodes that nobody else holds, in a live context that closes. */
async function closeLive(before?: (node: DenoiseNode) => Promise<void>): Promise<WeakRef<object>[]> {
  const context = new AudioContext({ sampleRate: 48000 });
  const node = new DenoiseNode(context);
  new ConstantSourceNode(context).connect(node).connect(context.destination);
  await node.ready;
  await until('it works', () => node.getMetrics().hops > 2);
  await before?.(node);
  await context.close();
  // Browsers may keep a context that closes with processors in it, whoever made them.
  return before === undefined ? [new WeakRef(node)] : [new WeakRef(node), new WeakRef(context)];
}

/** The same in an offline context that renders. */
async function renderOffline(): Promise<WeakRef<object>[]> {
  const context = new OfflineAudioContext(1, 4800, 48000);
  const node = new DenoiseNode(context);
  new ConstantSourceNode(context).connect(node).connect(context.destination);
  await node.ready;
  await context.startRendering();
  return [new WeakRef(node)];
}

async function untilGone(refs: readonly WeakRef<object>[]): Promise<void> {
  const alive = (): number => refs.filter((ref) => ref.deref() !== undefined).length;
  for (let tries = 0; tries < 50 && alive() > 0; tries++) {
    await wait(100);
    await collectGarbage();
  }
  expect(alive()).to.equal(0);
}
