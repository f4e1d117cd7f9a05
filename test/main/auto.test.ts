import { expect } from '@esm-bundle/chai';
import { needsTime } from '../support/browser-limits.ts';
import { AFTER_A_SECOND, faultyWorker } from './faulty-worker.ts';
import {
  DenoiseNode,
  longestSilence,
  noise,
  noisySpeech,
  play,
  record,
  recordSteady,
  renderOffline,
  repeatWhileSpoilt,
  rms,
  until,
} from './support.ts';

const RATE = 48000;
const MODES = ['shared', 'message'] as const;
type Options = NonNullable<ConstructorParameters<typeof DenoiseNode>[1]>;

describe("the model 'auto'", () => {
  let context: AudioContext;
  let node: DenoiseNode;
  let source: AudioBufferSourceNode;
  const states: string[] = [];
  const models: string[] = [];
  const reasons: string[] = [];

  /** A node that runs, with a looped source. */
  async function start(options: Options): Promise<void> {
    for (const list of [states, models, reasons]) list.length = 0;
    node = new DenoiseNode(context, { model: 'auto', ...options });
    node.addEventListener('statechange', ({ detail }) => states.push(detail.state));
    node.addEventListener('modelchange', ({ detail }) => {
      models.push(String(detail.model));
      reasons.push(detail.reason);
    });
    source = play(context, noise(RATE, 0.1));
    source.loop = true;
    source.connect(node).connect(context.destination);
    source.start();
    await node.ready;
  }

  /** One that begins with the heavier model: a machine with much other work may be too slow for it, and right so. */
  async function startHeavy(options: () => Options): Promise<void> {
    await repeatWhileSpoilt('a machine that can carry base', 20, async () => {
      await start(options());
      if (node.getMetrics().model === 'base') return true;
      await node.dispose();
      return undefined;
    });
  }

  async function expectEnhanced(): Promise<void> {
    const { sent, heard } = await recordSteady(node, source, 0.5);
    expect(rms(heard)).to.be.lessThan(0.5 * rms(sent));
  }

  beforeEach(() => {
    context = new AudioContext({ sampleRate: RATE });
  });

  afterEach(async () => {
    await node.dispose();
    await context.close();
  });

  for (const transport of MODES) {
    it(`is the heavier one where the device can carry it, in ${transport} mode`, async () => {
      await startHeavy(() => ({ transport }));
      expect([node.model, models]).to.deep.equal(['auto', []]);
      await expectEnhanced();
    });

    it(`is the lighter one as long as the heavier would take too long, in ${transport} mode`, async function () {
      this.timeout(150_000);
      await needsTime(this);
      // The first worker has too much to do, and those that follow it have not.
      await start({ transport, assets: { worker: faultyWorker('labour', [0]) } });
      expect([node.model, node.getMetrics().model, models]).to.deep.equal(['auto', 'tiny', ['tiny']]);
      expect(reasons).to.deep.equal(['base would take too long on this device, so tiny is used.']);
      await expectEnhanced();
      await until('the heavier model runs', () => node.getMetrics().model === 'base', 110_000);
      expect([node.model, node.state, models]).to.deep.equal(['auto', 'running', ['tiny', 'base']]);
      expect(reasons[1]).to.equal('This device keeps up again, so base is used.');
      await expectEnhanced();
    });

    it(`is the lighter one once the worker is overloaded, without silence, in ${transport} mode`, async function () {
      this.timeout(60_000);
      await needsTime(this);
      const assets = () => ({ worker: faultyWorker('labour', [AFTER_A_SECOND]) });
      await startHeavy(() => ({ transport, attenuationLimit: 30, assets: assets() }));
      const recording = record(context, [node], 6);
      await until('the lighter model runs', () => node.getMetrics().model === 'tiny', 20_000);
      expect([node.model, node.state, models]).to.deep.equal(['auto', 'running', ['tiny']]);
      expect(reasons).to.deep.equal(['This device cannot keep up with base, so tiny is used for now.']);
      const [heard] = await recording;
      expect(longestSilence(heard.subarray(RATE / 10))).to.be.lessThan(0.005 * RATE);
      expect(states.filter((state) => state !== 'running')).to.deep.equal([]);
      await expectEnhanced();
    });
  }

  it('goes back to the dry signal where the lighter one cannot be had, and says so once', async function () {
    this.timeout(60_000);
    await needsTime(this);
    const { warn } = console;
    const warnings: string[] = [];
    console.warn = (text: string) => warnings.push(text);
    try {
      const assets = () => ({ worker: faultyWorker('labour', [AFTER_A_SECOND]), models: '/test/lone-model/' });
      await startHeavy(() => ({ assets: assets() }));
      await until('it is overloaded', () => node.state === 'overloaded', 20_000);
      expect([node.getMetrics().model, models]).to.deep.equal(['base', []]);
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.contain("'auto'").and.to.contain('/test/lone-model/tiny.bin');
    } finally {
      console.warn = warn;
    }
  });

  it('is what an app chooses with setModel, and leaves with it', async () => {
    await start({ model: 'tiny', assets: { worker: faultyWorker('labour', [Number.POSITIVE_INFINITY, 0]) } });
    await node.setModel('auto');
    expect([node.model, node.getMetrics().model]).to.deep.equal(['auto', 'tiny']);
    await node.setModel('base');
    expect([node.model, node.getMetrics().model]).to.deep.equal(['base', 'base']);
    // The worker of base is the same as before, and still too slow.
    await node.setModel('auto');
    expect([node.model, node.getMetrics().model]).to.deep.equal(['auto', 'tiny']);
    expect(models).to.deep.equal(['tiny', 'base', 'tiny']);
  });

  it('is chosen anew after a failure', async () => {
    node = new DenoiseNode(context, { model: '/nothing-lies-here/' });
    await node.ready.catch(() => {});
    await node.setModel('auto');
    expect([node.state, node.model]).to.deep.equal(['running', 'auto']);
    expect(node.getMetrics().model).to.be.oneOf(['base', 'tiny']);
  });
});

describe("the model 'auto' offline", () => {
  it('is the heavier one, however slow the device is', async () => {
    const speech = (await noisySpeech(RATE)).slice(0, RATE / 2);
    const asked = { transport: 'shared', assets: { worker: faultyWorker('labour', [0]) } } as const;
    const { node, output } = await renderOffline([speech], RATE, { ...asked, model: 'auto' });
    expect([node.model, node.getMetrics().model]).to.deep.equal(['auto', 'base']);
    expect(rms(output.getChannelData(0))).to.be.greaterThan(0);
  });
});
