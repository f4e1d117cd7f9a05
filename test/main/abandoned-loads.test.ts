import { expect } from '@esm-bundle/chai';
import { executeServerCommand } from '@web/test-runner-commands';
import { chromiumAlone } from '../support/browser-limits.ts';
import { DenoiseError, DenoiseNode, expectDry, fixture, nextEvent, noise, play, wait } from './support.ts';

const RATE = 48000;
const EMPTY = { workers: 0, nodes: 0, streams: 0, tensors: 0, tensorBytes: 0 };

/** A URL that no other test has asked for. */
const fresh = (folder: string): string => `/test/changed-models/${folder}/${crypto.randomUUID()}/`;

const reasonOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

async function untilWorkers(expected: number): Promise<void> {
  let { workers } = await DenoiseNode.census();
  for (let tries = 0; tries < 100 && workers !== expected; tries++) {
    await wait(50);
    workers = (await DenoiseNode.census()).workers;
  }
  expect(workers).to.equal(expected);
}

describe('a load that is given up', () => {
  before(chromiumAlone);

  let context: AudioContext;
  let node: DenoiseNode;

  beforeEach(() => {
    context = new AudioContext({ sampleRate: RATE });
  });

  afterEach(async () => {
    node.dispose();
    await context.close();
    await untilWorkers(0);
  });

  for (const folder of ['silent', 'silent-weights']) {
    it(`ends with its node, and its worker too, where the server falls silent: ${folder}`, async () => {
      node = new DenoiseNode(context, { model: fresh(folder) });
      await untilWorkers(1);
      node.dispose();
      expect(await reasonOf(node.ready)).to.have.property('name', 'AbortError');
      await untilWorkers(0);
      expect(await DenoiseNode.census()).to.deep.equal(EMPTY);
    });
  }

  it('ends with the context that closes', async () => {
    node = new DenoiseNode(context, { model: fresh('silent') });
    await untilWorkers(1);
    await context.close();
    await untilWorkers(0);
    context = new AudioContext({ sampleRate: RATE });
  });

  it('ends with a later setModel(), which waits for none of those before', async function () {
    this.timeout(30_000);
    node = new DenoiseNode(context);
    await node.ready;
    const given: Promise<unknown>[] = [];
    for (let i = 0; i < 20; i++) {
      given.push(reasonOf(node.setModel(fresh(i % 2 === 0 ? 'silent' : 'silent-weights'))));
      await untilWorkers(2);
    }
    await node.setModel('tiny');
    for (const reason of await Promise.all(given)) expect(reason).to.have.property('name', 'AbortError');
    expect([node.model, node.state]).to.deep.equal(['tiny', 'running']);
    await untilWorkers(1);
  });

  it('is not waited for by the model that takes the place of a first one', async () => {
    node = new DenoiseNode(context, { model: fresh('silent') });
    await untilWorkers(1);
    await node.setModel('tiny');
    await node.ready;
    expect([node.model, node.state]).to.deep.equal(['tiny', 'running']);
    await untilWorkers(1);
  });

  it('leaves no worker behind where it fails, however often that is', async function () {
    this.timeout(60_000);
    node = new DenoiseNode(context);
    await node.ready;
    let most = 0;
    for (let i = 0; i < 50; i++) {
      expect(await reasonOf(node.setModel(`/nothing-lies-here/${i}/`))).to.have.property('code', 'model-load');
      await wait(0);
      most = Math.max(most, (await DenoiseNode.census()).workers);
    }
    expect(most).to.be.at.most(2);
    const nodes = Array.from({ length: 10 }, (_, i) => new DenoiseNode(context, { model: `/nor-here/${i}/` }));
    await Promise.all(nodes.map(({ ready }) => reasonOf(ready)));
    await wait(0);
    expect((await DenoiseNode.census()).workers).to.equal(1);
  });

  it('does not touch another node that waits for the same model', async () => {
    const model = fresh('held');
    const id = model.split('/').at(-2) as string;
    node = new DenoiseNode(context, { model });
    const other = new DenoiseNode(context, { model });
    await untilWorkers(1);
    other.dispose();
    while (!(await executeServerCommand('release-model', id))) await wait(20);
    await node.ready;
    expect(node.state).to.equal('running');
  });
});

describe('a server that falls silent', () => {
  before(chromiumAlone);

  let context: AudioContext;
  let node: DenoiseNode | undefined;
  const { setInterval } = window;

  beforeEach(() => {
    context = new AudioContext({ sampleRate: RATE });
  });

  afterEach(async () => {
    window.setInterval = setInterval;
    node?.dispose();
    await context.close();
  });

  /** A worker whose patience is short. */
  const worker = fixture('hasty-worker.js');

  for (const [what, code, hint, options] of [
    [
      'a manifest',
      'model-load',
      /silent.*manifest\.json: .*got nothing more for 30 s/,
      () => ({ model: fresh('silent') }),
    ],
    ['weights', 'model-load', /weights\.bin: .*got nothing more for 30 s/, () => ({ model: fresh('silent-weights') })],
    ['a wasm file', 'wasm', /silent\/wasm/, () => ({ assets: { wasm: '/test/silent/wasm/' } })],
  ] as const) {
    it(`with ${what} gives one '${code}' error and dry sound`, async () => {
      const { assets, ...model } = { assets: {}, ...options() };
      node = new DenoiseNode(context, { ...model, assets: { worker, ...assets } });
      const errors: unknown[] = [];
      node.addEventListener('error', ({ detail }) => errors.push(detail.error));
      const reason = await reasonOf(node.ready);
      expect(reason).to.be.instanceOf(DenoiseError);
      expect(errors).to.deep.equal([reason]);
      expect((reason as DenoiseError).code).to.equal(code);
      expect((reason as DenoiseError).message).to.match(hint);
      await untilWorkers(0);
      await expectDry(context, node);
    });
  }

  for (const [what, assets] of [
    ['the worker', { worker: '/test/silent/denoise-worker.js' }],
    ['the worklet', { worklet: '/test/silent/denoise-processor.js' }],
  ] as const) {
    it(`with ${what} gives a 'module-load' error`, async () => {
      // A page with clocks that run 120 times as fast: a minute of patience is half a second.
      window.setInterval = ((callback: () => void, ms: number) =>
        setInterval(callback, ms / 120)) as typeof setInterval;
      node = new DenoiseNode(context, { assets });
      const { error } = await nextEvent(node, 'error');
      expect(error.code).to.equal('module-load');
      expect(String(error.cause)).to.contain('no answer within 60 s');
      expect(error.message).to.contain(Object.values(assets)[0]);
    });
  }
});

describe('census()', () => {
  before(chromiumAlone);

  let context: AudioContext;
  let node: DenoiseNode;
  const states: string[] = [];

  beforeEach(async () => {
    await untilWorkers(0);
    context = new AudioContext({ sampleRate: RATE });
    states.length = 0;
  });

  afterEach(async () => {
    node.dispose();
    await context.close();
  });

  it('counts a worker that loads, without waiting for the model', async () => {
    const model = fresh('held');
    const id = model.split('/').at(-2) as string;
    node = new DenoiseNode(context, { model });
    node.addEventListener('statechange', ({ detail }) => states.push(detail.state));
    let census = await DenoiseNode.census();
    while (census.workers === 0) census = await DenoiseNode.census();
    expect(census).to.include({ workers: 1, nodes: 0, streams: 0 });
    expect(node.state).to.equal('loading');
    while (!(await executeServerCommand('release-model', id))) await wait(20);
    await node.ready;
    expect(states).to.deep.equal(['running']);
    expect(await DenoiseNode.census()).to.include({ workers: 1, nodes: 1 });
  });

  it('counts a worker that is too busy to answer, and lets it live', async function () {
    this.timeout(60_000);
    node = new DenoiseNode(context, { assets: { worker: fixture('busy-worker.js?ms=14000') } });
    node.addEventListener('statechange', ({ detail }) => states.push(detail.state));
    await wait(0);
    expect((await DenoiseNode.census()).workers).to.equal(1);
    expect(node.state).to.equal('loading');
    const source = play(context, noise(RATE));
    source.connect(node).connect(context.destination);
    await node.ready;
    expect(states).to.deep.equal(['running']);
    expect(await DenoiseNode.census()).to.include({ nodes: 1 });
  });
});
