import { expect } from '@esm-bundle/chai';
import { hasFineClock } from '../support/browser-limits.ts';
import { DenoiseError, DenoiseNode, fixture, nextEvent, noise, play, record, until } from './support.ts';

describe('DenoiseNode as an AudioNode', () => {
  let context: AudioContext;
  let node: DenoiseNode;

  beforeEach(() => {
    context = new AudioContext({ sampleRate: 48000 });
    node = new DenoiseNode(context);
  });

  afterEach(async () => {
    node.dispose();
    if (context.state !== 'closed') await context.close();
  });

  it('is a GainNode of its context, with one input and one output', () => {
    expect(node).to.be.instanceOf(DenoiseNode);
    expect(node).to.be.instanceOf(GainNode);
    expect(node).to.be.instanceOf(AudioNode);
    expect(node.context).to.equal(context);
    expect([node.numberOfInputs, node.numberOfOutputs]).to.deep.equal([1, 1]);
  });

  it('can be extended', () => {
    class Named extends DenoiseNode {
      readonly name = 'booth 1';
    }
    const named = new Named(context);
    expect(named).to.be.instanceOf(DenoiseNode);
    expect(named.name).to.equal('booth 1');
    named.dispose();
  });

  it('chains: connect gives back what it was connected to', () => {
    const source = new ConstantSourceNode(context);
    const gain = new GainNode(context);
    expect(source.connect(node).connect(gain)).to.equal(gain);
    expect(node.connect(gain.gain)).to.equal(undefined);
  });

  it('takes every overload of connect and disconnect', async () => {
    const merger = new ChannelMergerNode(context, { numberOfInputs: 2 });
    const splitter = new ChannelSplitterNode(context, { numberOfOutputs: 2 });
    const source = new ConstantSourceNode(context);
    source.start();
    source.connect(node);
    merger.connect(splitter);
    const right = new GainNode(context);
    splitter.connect(right, 1);
    const isHeard = async (): Promise<boolean> =>
      (await record(context, [right], 0.15))[0].some((sample) => sample > 0.5);

    node.connect(merger, 0, 1);
    expect(await isHeard()).to.equal(true);
    node.disconnect(merger, 0, 1);
    expect(await isHeard()).to.equal(false);
    for (const cut of [
      () => node.disconnect(),
      () => node.disconnect(0),
      () => node.disconnect(merger),
      () => node.disconnect(merger, 0),
    ]) {
      node.connect(merger, 0, 1);
      cut();
      expect(await isHeard()).to.equal(false);
    }

    const gain = new GainNode(context, { gain: 0 });
    source.connect(gain).connect(right);
    node.connect(gain.gain, 0);
    expect(await isHeard()).to.equal(true);
    node.disconnect(gain.gain, 0);
    expect(await isHeard()).to.equal(false);
    node.connect(gain.gain);
    node.disconnect(gain.gain);
    expect(await isHeard()).to.equal(false);
  });

  it('refuses a connection as any AudioNode does', () => {
    const gain = new GainNode(context);
    expect(() => node.disconnect(gain))
      .to.throw(DOMException)
      .with.property('name', 'InvalidAccessError');
    expect(() => node.connect(gain, 1))
      .to.throw(DOMException)
      .with.property('name', 'IndexSizeError');
  });

  it('has its AudioParams from the first moment, with the values of its options', () => {
    const tuned = new DenoiseNode(context, { mix: 0.25, attenuationLimit: 12, outputGain: -6, bypass: true });
    for (const name of ['mix', 'attenuationLimit', 'outputGain', 'bypass'] as const)
      expect(tuned[name]).to.be.instanceOf(AudioParam);
    expect([tuned.mix.value, tuned.attenuationLimit.value, tuned.outputGain.value, tuned.bypass.value]).to.deep.equal([
      0.25, 12, -6, 1,
    ]);
    expect(tuned.mix.linearRampToValueAtTime(1, 1)).to.equal(tuned.mix);
    tuned.dispose();
  });

  it('obeys its outputGain once the worklet is there', async () => {
    await node.ready;
    node.mix.value = 0;
    node.outputGain.value = -20;
    const source = play(context, noise(48000));
    source.loop = true;
    source.connect(node);
    source.start();
    const [heard, sent] = await record(context, [node, source], 1);
    const tail = (samples: Float32Array): number => Math.hypot(...samples.subarray(24000, 40000));
    expect(20 * Math.log10(tail(heard) / tail(sent))).to.be.closeTo(-20, 0.3);
  });

  it('starts out loading, passes through, and says when it runs', async () => {
    expect([node.state, node.mode]).to.deep.equal(['loading', 'passthrough']);
    const modes: string[] = [];
    node.addEventListener('modechange', ({ detail }) => modes.push(detail.mode));
    const change = await nextEvent(node, 'statechange');
    expect(change.state).to.equal('running');
    expect(change.reason).to.be.a('string').that.is.not.empty;
    await node.ready;
    expect(modes).to.deep.equal(['shared']);
    expect([node.state, node.mode]).to.deep.equal(['running', 'shared']);
  });

  it('tells figures that move', async () => {
    await node.ready;
    const source = play(context, noise(48000, 0.1));
    source.loop = true;
    source.connect(node).connect(context.destination);
    source.start();
    let metrics = node.getMetrics();
    // The model takes a while to know the noise, and not every clock shows less than a millisecond.
    await until('the noise is turned down', () => {
      metrics = node.getMetrics();
      const isMeasured = metrics.hops > 20 && metrics.load > 0 && metrics.hopMsP95 > 0;
      return isMeasured && metrics.reduction > 0 && metrics.enhancedLevel < metrics.inputLevel;
    });
    expect(metrics.state).to.equal('running');
    expect(metrics.latency).to.equal(node.latency);
    expect(metrics.hopMsP95).to.be.at.least(metrics.hopMsP50);
    if (await hasFineClock()) expect(metrics.hopMsP50).to.be.greaterThan(0);
    expect(metrics.nonFiniteSamples).to.equal(0);
    // Uniform noise of amplitude a has a root mean square of a / √3: −24.8 dBFS.
    expect(metrics.inputLevel).to.be.closeTo(-24.8, 1);
    expect(metrics.voice).to.be.within(0, 1);
    expect(metrics.kernels).to.be.oneOf(['relaxed-simd', 'simd']);
    node.dispose();
    expect(node.getMetrics()).to.include({
      load: 0,
      slack: 0,
      reduction: 0,
      voice: 0,
      inputLevel: Number.NEGATIVE_INFINITY,
    });
    expect(node.getMetrics().hops).to.be.at.least(metrics.hops);
  });

  for (const transport of ['shared', 'message'] as const) {
    it(`tells up to which moment its figures tell, in ${transport} mode`, async () => {
      const other = new DenoiseNode(context, { transport });
      expect(other.getMetrics().time).to.equal(0);
      await other.ready;
      // Firefox lets nothing compute that has no source.
      const source = play(context, noise(48000));
      source.loop = true;
      source.connect(other).connect(context.destination);
      source.start();
      await until('hops are computed', () => other.getMetrics().hops > 0);
      const asked = context.currentTime;
      const { hops } = other.getMetrics();
      await until('figures are newer than the question', () => other.getMetrics().time > asked + 0.1);
      // Ten hops fit into that time, and all but the one under way are told of.
      expect(other.getMetrics().hops).to.be.greaterThan(hops);
      expect(other.getMetrics().time).to.be.at.most(context.currentTime + 0.1);
      other.dispose();
    });
  }

  it('lets the noisy sound be tapped as it arrives', async () => {
    const source = play(context, noise(48000));
    source.loop = true;
    source.connect(node);
    source.start();
    expect(node.noisy).to.equal(node.noisy);
    const [sent, tapped] = await record(context, [source, node.noisy], 0.3);
    expect(tapped).to.deep.equal(sent);
  });

  it('is silent and done after dispose, however often that is called', async () => {
    const source = new ConstantSourceNode(context);
    source.start();
    source.connect(node);
    const gain = node.connect(new GainNode(context));
    await node.ready;
    node.dispose();
    node.dispose();
    expect([node.state, node.mode]).to.deep.equal(['disposed', 'passthrough']);
    const [heard] = await record(context, [gain], 0.1);
    expect(Math.max(...heard)).to.equal(0);
  });

  it('rejects ready with an AbortError when it is disposed while loading', async () => {
    node.dispose();
    const error = await node.ready.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(DOMException).with.property('name', 'AbortError');
  });
});

describe('the arguments of DenoiseNode', () => {
  const context = new OfflineAudioContext(1, 128, 48000);

  for (const [what, given, named] of [
    ['nothing', undefined, 'undefined'],
    ['a string', 'context', '"context"'],
    ['an element', document.createElement('canvas'), 'HTMLCanvasElement'],
    ['a node', new GainNode(context), 'GainNode'],
  ] as const) {
    it(`refuses ${what} where a context belongs, and names it`, () => {
      expect(() => new DenoiseNode(given as unknown as BaseAudioContext)).to.throw(TypeError, named);
    });
  }

  for (const [option, value, kind] of [
    ['mix', 1.5, RangeError],
    ['mix', '1', TypeError],
    ['attenuationLimit', -1, RangeError],
    ['outputGain', 25, RangeError],
    ['bypass', 1, TypeError],
    ['latencyHint', 'soon', TypeError],
    ['latencyHint', 0.6, RangeError],
    ['transport', 'pigeon', TypeError],
    ['maxChannels', 0, RangeError],
    ['maxChannels', 1.5, TypeError],
    ['model', 'no spaces please', TypeError],
    ['assets', 7, TypeError],
  ] as const) {
    it(`throws a ${kind.name} for ${option}: ${JSON.stringify(value)} that names both`, () => {
      expect(() => new DenoiseNode(context, { [option]: value })).to.throw(kind, `"${option}"`);
      expect(() => new DenoiseNode(context, { [option]: value })).to.throw(kind, String(value));
    });
  }

  it('asks for nothing when only support is asked about', () => {
    expect(DenoiseNode.isSupported()).to.equal(true);
  });

  it('reads relative asset URLs from the document', async () => {
    const node = new DenoiseNode(context, { assets: { worklet: new URL(fixture('no-such-processor.js')).pathname } });
    const { error } = await nextEvent(node, 'error');
    expect(error).to.be.instanceOf(DenoiseError).with.property('code', 'module-load');
    expect(error.message).to.contain(fixture('no-such-processor.js'));
    node.dispose();
  });
});
