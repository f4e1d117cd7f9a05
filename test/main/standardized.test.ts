import { expect } from '@esm-bundle/chai';
import {
  AudioBufferSourceNode,
  type IOfflineAudioContext,
  MinimalAudioContext,
  AnalyserNode as StandardizedAnalyser,
  AudioBuffer as StandardizedBuffer,
  AudioContext as StandardizedContext,
  GainNode as StandardizedGain,
  OfflineAudioContext as StandardizedOffline,
  OscillatorNode as StandardizedOscillator,
} from 'standardized-audio-context';
import type * as Standardized from '../../src/standardized.ts';
import {
  DenoiseNode as CoreNode,
  type DenoiseNode,
  importStandardized,
  largestDifference,
  noisySpeech,
  renderOffline,
  until,
} from './support.ts';

/** Names of members that a DenoiseNode has and its sibling has not: with one in it, the line below does not compile. */
type Missing = Exclude<keyof DenoiseNode, keyof Standardized.StandardizedDenoiseNode | keyof GainNode>;
const nothingIsMissing: [Missing] extends [never] ? true : Missing = true;

describe('denoise-node/standardized', () => {
  let entry: typeof Standardized;

  before(async () => {
    entry = await importStandardized();
  });

  for (const [name, Context] of [
    ['AudioContext', StandardizedContext],
    ['MinimalAudioContext', MinimalAudioContext],
  ] as const) {
    it(`works in the library's ${name}`, async () => {
      const context = new Context({ sampleRate: 48000 });
      const node = new entry.DenoiseNode(context);
      expect(node).to.be.instanceOf(StandardizedGain);
      expect(node).to.be.instanceOf(entry.DenoiseNode);
      expect(node.context).to.equal(context);
      expect(node.mix.value).to.equal(1);
      const gain = new StandardizedGain(context);
      expect(node.connect(gain)).to.equal(gain);
      gain.connect(context.destination);
      const states: string[] = [];
      node.addEventListener('statechange', ({ detail }) => states.push(detail.state));
      const source = new StandardizedOscillator(context);
      source.connect(node);
      source.start();
      await node.ready;
      expect(states).to.deep.equal(['running']);
      expect(node.mode).to.equal('shared');
      await until('hops are computed', () => node.getMetrics().hops > 10);
      const analyser = new StandardizedAnalyser(context);
      expect(node.noisy.connect(analyser)).to.equal(analyser);
      expect(node.error).to.equal(undefined);
      node.retry(); // It has not failed, so nothing happens.
      expect([node.state, node.model]).to.deep.equal(['running', 'base']);
      node.dispose();
      await context.close();
    });
  }

  it('has every member of the native node, typed and there', async () => {
    const context = new StandardizedContext();
    const node = new entry.DenoiseNode(context);
    const members = Object.getOwnPropertyNames(CoreNode.prototype);
    expect(members).to.include.members(['retry', 'error', 'noisy', 'setModel']);
    expect(members.filter((name) => !(name in node))).to.deep.equal([]);
    expect(nothingIsMissing).to.equal(true);
    node.dispose();
    await context.close();
  });

  it("gives the same sound in the library's OfflineAudioContext as in the browser's", async () => {
    const speech = await noisySpeech(48000);
    const context: IOfflineAudioContext = new StandardizedOffline({
      numberOfChannels: 1,
      length: speech.length,
      sampleRate: 48000,
    });
    const node = new entry.DenoiseNode(context);
    const buffer = new StandardizedBuffer({ length: speech.length, sampleRate: 48000 });
    buffer.copyToChannel(speech, 0);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(node).connect(context.destination);
    source.start();
    await node.ready;
    const rendered = (await context.startRendering()).getChannelData(0);
    const { output } = await renderOffline([speech], 48000);
    expect(largestDifference(output.getChannelData(0), rendered, 0)).to.be.lessThan(1e-5);
  });

  it("says that the library's OfflineAudioContext cannot wait without shared memory", async () => {
    const context = new StandardizedOffline({ length: 4800, sampleRate: 48000 });
    const node = new entry.DenoiseNode(context, { transport: 'message' });
    expect(await node.ready.catch((error: unknown) => error)).to.have.property('code', 'offline-not-ready');
    node.dispose();
  });

  it("takes the browser's contexts too", async () => {
    const context = new AudioContext();
    const node = new entry.DenoiseNode(context);
    expect(node).to.be.instanceOf(GainNode);
    expect(node).to.be.instanceOf(CoreNode);
    expect(node).to.be.instanceOf(entry.DenoiseNode);
    await node.ready;
    node.dispose();
    await context.close();
  });

  it('shares the worker with the core entry', async () => {
    const [native, standardized] = [new AudioContext(), new StandardizedContext()];
    const nodes = [new CoreNode(native), new entry.DenoiseNode(standardized)];
    await Promise.all(nodes.map((node) => node.ready));
    expect((await entry.DenoiseNode.census()).workers).to.equal(1);
    for (const node of nodes) node.dispose();
    await Promise.all([native.close(), standardized.close()]);
  });

  it('is what the core entry asks for when it meets such a context', async () => {
    const context = new StandardizedContext();
    expect(() => new CoreNode(context as unknown as BaseAudioContext)).to.throw(TypeError, 'denoise-node/standardized');
    await context.close();
  });

  it('names what it cannot use as a context', () => {
    expect(() => new entry.DenoiseNode({} as BaseAudioContext)).to.throw(TypeError, 'an instance of Object');
  });

  it('can be tried again after a failure, of which it tells the reason', async () => {
    const context = new StandardizedContext();
    const node = new entry.DenoiseNode(context, { model: '/no-such-model/' });
    const reason = await node.ready.catch((error: unknown) => error);
    expect(node.error).to.equal(reason);
    node.retry();
    expect([node.state, node.error]).to.deep.equal(['loading', undefined]);
    await node.ready.catch(() => {});
    expect(node.error).to.have.property('code', 'model-load');
    node.dispose();
    await context.close();
  });
});
