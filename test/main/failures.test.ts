import { expect } from '@esm-bundle/chai';
import { executeServerCommand } from '@web/test-runner-commands';
import { DenoiseError, DenoiseNode, expectDry, nextEvent, noisySpeech, play, until, wait } from './support.ts';

const RATE = 48000;
const MODES = ['shared', 'message'] as const;

describe('what can fail while a node loads', () => {
  let context: AudioContext;
  let node: DenoiseNode | undefined;

  beforeEach(() => {
    context = new AudioContext({ sampleRate: RATE });
  });

  afterEach(async () => {
    node?.dispose();
    if (context.state !== 'closed') await context.close();
  });

  for (const [what, code, hint, options] of [
    ['a missing model', 'model-load', '404', { model: '/no-such-model/' }],
    ['a name that no bundled model has', 'model-load', 'base, tiny', { model: 'no-such-model' }],
    [
      'a model of a package that is not served, by its name',
      'model-load',
      'npm install denoise-node-classic-models',
      { model: 'unet-8k', assets: { models: '/nothing-lies-here/' } },
    ],
    [
      'a page where a packed model should be',
      'model-corrupt',
      'packed model',
      { model: '/test/changed-models/page/base.bin' },
    ],
    ['a model folder that holds something else', 'model-load', 'manifest.json', { model: '/test/main/' }],
    ['a corrupted model', 'model-corrupt', 'weights', { model: '/test/changed-models/corrupt/' }],
    ['a truncated model', 'model-corrupt', 'weights', { model: '/test/changed-models/truncated/' }],
    ['a model of another contract', 'model-mismatch', 'contract', { model: '/test/changed-models/other-contract/' }],
    ['a missing wasm file', 'wasm', 'wasm', { assets: { wasm: '/nothing-lies-here/' } }],
    [
      'a policy against WebAssembly',
      'wasm',
      'wasm-unsafe-eval',
      { assets: { worker: '/test/no-wasm/denoise-worker.js' } },
    ],
    [
      'a missing worker file',
      'module-load',
      'denoise-worker.js',
      { assets: { worker: '/nothing-lies-here/denoise-worker.js' } },
    ],
    [
      'a worker file that is not JavaScript',
      'module-load',
      'denoise-worker.js',
      { assets: { worker: '/test/fixtures/LICENSE' } },
    ],
    [
      'a missing worklet file',
      'module-load',
      'denoise-processor.js',
      { assets: { worklet: '/nothing-lies-here/denoise-processor.js' } },
    ],
    [
      'a worklet file that the dev server of Vite 5 to 7 has left behind',
      'module-load',
      'add the plugin of denoise-node/vite',
      { assets: { worklet: '/node_modules/.vite/deps/denoise-processor.js?v=1' } },
    ],
    [
      'a worker file that it has left behind',
      'module-load',
      'add the plugin of denoise-node/vite',
      { assets: { worker: '/node_modules/.vite/deps/denoise-worker.js?v=1' } },
    ],
  ] as const) {
    it(`is ${what}: one '${code}' error that says what to do, and dry sound`, async () => {
      const errors: DenoiseError[] = [];
      node = new DenoiseNode(context, options);
      node.addEventListener('error', ({ detail }) => errors.push(detail.error));
      const reason = await node.ready.then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(reason).to.be.instanceOf(DenoiseError);
      await wait(50);
      expect(errors).to.deep.equal([reason]);
      expect(errors[0].code).to.equal(code);
      expect(errors[0].message).to.contain(hint);
      expect([node.state, node.mode]).to.deep.equal(['failed', 'passthrough']);
      await expectDry(context, node);
    });
  }

  it('does not keep the next node from trying again', async () => {
    node = new DenoiseNode(context, { model: 'no-such-model' });
    await node.ready.catch(() => {});
    const second = new DenoiseNode(context);
    await second.ready;
    expect(second.state).to.equal('running');
    second.dispose();
  });

  it('is told by `error` afterwards, to whoever asks', async () => {
    node = new DenoiseNode(context, { model: 'no-such-model' });
    expect(node.error).to.equal(undefined);
    const reason = await node.ready.catch((error: unknown) => error);
    expect(node.error).to.equal(reason);
  });

  it('can be tried again in the same node, once what was missing is there', async () => {
    const missing = `${crypto.randomUUID()}/`;
    node = new DenoiseNode(context, { model: `/test/later-model/${missing}` });
    const failed = node.ready;
    await failed.catch(() => {});
    expect(node.state).to.equal('failed');
    await executeServerCommand('serve-model', missing);
    const change = nextEvent(node, 'statechange');
    node.retry();
    expect([(await change).state, node.error]).to.deep.equal(['loading', undefined]);
    expect(node.ready).to.not.equal(failed);
    await node.ready;
    expect([node.state, node.mode]).to.deep.equal(['running', 'shared']);
    const source = play(context, await noisySpeech(RATE));
    source.connect(node).connect(context.destination);
    source.start();
    await until('hops are computed', () => node!.getMetrics().hops > 10);
  });

  it('can be tried again in the same context, once a worklet file is there that was missing twice', async () => {
    const worklet = `/test/later-worklet/${crypto.randomUUID()}/denoise-processor.js`;
    node = new DenoiseNode(context, { assets: { worklet } });
    expect(await node.ready.catch((error: unknown) => error)).to.have.property('code', 'module-load');
    node.retry();
    expect(await node.ready.catch((error: unknown) => error)).to.have.property('code', 'module-load');
    await executeServerCommand('serve-worklet', worklet);
    node.retry();
    await node.ready;
    expect([node.state, node.error]).to.deep.equal(['running', undefined]);
    const source = play(context, await noisySpeech(RATE));
    source.connect(node).connect(context.destination);
    source.start();
    await until('hops are computed', () => node!.getMetrics().hops > 10);
    // A second node finds the module there.
    const second = new DenoiseNode(context, { assets: { worklet } });
    await second.ready;
    second.dispose();
  });

  it('fails once more, with another error event, where nothing has changed', async () => {
    node = new DenoiseNode(context, { assets: { worklet: '/nothing-lies-here/denoise-processor.js' } });
    await node.ready.catch(() => {});
    const again = nextEvent(node, 'error');
    node.retry();
    expect((await again).error.code).to.equal('module-load');
    expect(node.state).to.equal('failed');
    await expectDry(context, node);
  });

  it('never shows up as an unhandled rejection', async () => {
    const unhandled: unknown[] = [];
    const listen = (event: PromiseRejectionEvent): void => {
      unhandled.push(event.reason);
      event.preventDefault();
    };
    addEventListener('unhandledrejection', listen);
    node = new DenoiseNode(context, { model: 'no-such-model' });
    await nextEvent(node, 'error');
    await wait(100);
    removeEventListener('unhandledrejection', listen);
    expect(unhandled).to.deep.equal([]);
  });
});

describe('a failure', () => {
  const { warn } = console;
  let context: AudioContext;
  let said: string[];

  beforeEach(() => {
    context = new AudioContext({ sampleRate: RATE });
    said = [];
    console.warn = (...words) => said.push(words.join(' '));
  });

  afterEach(async () => {
    console.warn = warn;
    await context.close();
  });

  async function fail(listen: (node: DenoiseNode) => void): Promise<void> {
    const node = new DenoiseNode(context, { model: 'no-such-model' });
    listen(node);
    await until('the node has failed', () => node.state === 'failed');
    await wait(50);
    node.dispose();
  }

  it('that nobody listens to is one warning in the console, with what to do', async () => {
    await fail((node) => node.addEventListener('statechange', () => {}));
    expect(said).to.have.lengthOf(1);
    expect(said[0]).to.contain("'model-load'").and.contain('base, tiny').and.contain("'error' event");
  });

  it('that an app hears of, by the event or the promise, leaves the console alone', async () => {
    await fail((node) => node.addEventListener('error', () => {}));
    await fail((node) => void node.ready.catch(() => {}));
    expect(said).to.deep.equal([]);
  });
});

describe('a context that closes or sleeps', () => {
  it("gives 'context-closed' for a node created in a closed context", async () => {
    const context = new AudioContext({ sampleRate: RATE });
    await context.close();
    const node = new DenoiseNode(context);
    const { error } = await nextEvent(node, 'error');
    expect(error.code).to.equal('context-closed');
    expect(await node.ready.catch((reason: unknown) => reason)).to.equal(error);
    node.dispose();
  });

  it("gives 'context-closed' when the context closes before the node is ready", async () => {
    const context = new AudioContext({ sampleRate: RATE });
    const node = new DenoiseNode(context);
    const failure = nextEvent(node, 'error');
    await context.close();
    expect((await failure).error.code).to.equal('context-closed');
    await until('the node is disposed', () => node.state === 'disposed');
  });

  it('takes the node apart, without an error, when the context closes later', async () => {
    const context = new AudioContext({ sampleRate: RATE });
    const node = new DenoiseNode(context);
    await node.ready;
    const errors: unknown[] = [];
    node.addEventListener('error', (event) => errors.push(event));
    await context.close();
    await until('the node is disposed', () => node.state === 'disposed');
    expect(errors).to.deep.equal([]);
  });

  for (const transport of MODES) {
    it(`goes on after a suspension where it was, ${transport} mode: a sleeping worker is not dead`, async function () {
      this.timeout(20_000);
      const context = new AudioContext({ sampleRate: RATE });
      const node = new DenoiseNode(context, { transport });
      const states: string[] = [];
      await node.ready;
      node.addEventListener('statechange', ({ detail }) => states.push(detail.state));
      const source = play(context, await noisySpeech(RATE));
      source.loop = true;
      source.connect(node).connect(context.destination);
      source.start();
      await wait(500);
      await context.suspend();
      await wait(4000);
      await context.resume();
      const hops = node.getMetrics().hops;
      await until('hops go on', () => node.getMetrics().hops > hops + 50);
      await wait(3000);
      expect(states).to.deep.equal([]);
      node.dispose();
      await context.close();
    });
  }

  it('becomes ready in a suspended context', async () => {
    const context = new AudioContext({ sampleRate: RATE });
    await context.suspend();
    const node = new DenoiseNode(context);
    await node.ready;
    expect(node.mode).to.equal('shared');
    await context.resume();
    await until('quanta are processed', () => node.getMetrics().outputLevel !== 0);
    node.dispose();
    await context.close();
  });
});
