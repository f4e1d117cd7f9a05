import { expect } from '@esm-bundle/chai';
import { PARAMETER_NAMES, PARAMETERS, type ParameterName } from '../../src/shared/parameters.ts';
import { DenoiseNode, delayBetween, largestDifference, noise, noisySpeech, play, rms } from '../main/support.ts';
import { addNeighbour, automation, DenoiseModule, type Host, prepare } from './support.ts';

const RATE = 48000;

function offlineHost(seconds = 1, rate = RATE, channels = 1): Promise<Host<OfflineAudioContext>> {
  return prepare(new OfflineAudioContext(channels, seconds * rate, rate));
}

/** Samples through a module; `before` is called once it is connected. */
async function render(
  samples: Float32Array<ArrayBuffer>,
  before: (module: DenoiseModule, host: Host<OfflineAudioContext>) => Promise<unknown> | void = () => {},
  state?: unknown,
): Promise<Float32Array> {
  const host = await prepare(new OfflineAudioContext(1, samples.length, RATE));
  const module = await DenoiseModule.createInstance(host.groupId, host.context, state);
  const source = play(host.context, samples);
  source.connect(module.audioNode).connect(host.context.destination);
  source.start();
  await before(module, host);
  return (await host.context.startRendering()).getChannelData(0);
}

/** The same through a node, whose AudioParams say when. */
async function renderNode(
  samples: Float32Array<ArrayBuffer>,
  options: object,
  before: (node: DenoiseNode) => void,
): Promise<Float32Array> {
  const context = new OfflineAudioContext(1, samples.length, RATE);
  const node = new DenoiseNode(context, options);
  const source = play(context, samples);
  source.connect(node).connect(context.destination);
  source.start();
  await node.ready;
  before(node);
  return (await context.startRendering()).getChannelData(0);
}

async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('Expected a promise that rejects.');
}

describe('the Web Audio Module, in the host of the SDK', () => {
  it('is described by descriptor.json as by itself, with the version of the package', async () => {
    const descriptor = await (await fetch('/dist/wam/descriptor.json')).json();
    const { version } = await (await fetch('/package.json')).json();
    const { groupId, context } = await offlineHost();
    const module = await DenoiseModule.createInstance(groupId, context);
    expect(module.descriptor).to.deep.equal(descriptor);
    expect(descriptor).to.include({ version, apiVersion: '2.0.0', isInstrument: false, hasAutomationInput: true });
    expect(descriptor.identifier).not.to.include(version);
    expect(module.moduleId).to.equal(`${descriptor.identifier}@${version}`);
    expect([module.name, module.vendor]).to.deep.equal([descriptor.name, descriptor.vendor]);
    expect((await fetch(`/dist/wam/${descriptor.thumbnail}`)).headers.get('content-type')).to.match(/^image\/svg/);
    expect([DenoiseModule.isWebAudioModuleConstructor, module.isWebAudioModule, module.initialized]).to.deep.equal([
      true,
      true,
      true,
    ]);
    const { audioNode } = module;
    expect(audioNode).to.be.instanceOf(AudioNode);
    expect([audioNode.module, audioNode.groupId, audioNode.moduleId, audioNode.instanceId]).to.deep.equal([
      module,
      groupId,
      module.moduleId,
      module.instanceId,
    ]);
    const other = await DenoiseModule.createInstance(groupId, context);
    expect(other.instanceId).not.to.equal(module.instanceId);
    await Promise.all([audioNode.destroy(), other.audioNode.destroy()]);
  });

  for (const rate of [RATE, 44100]) {
    it(`tells its delay in samples, as measured, at ${rate} Hz, and to the audio thread in seconds`, async () => {
      const host = await offlineHost(2, rate);
      const { context, groupId } = host;
      const speech = noise(2 * rate, 0.1);
      const module = await DenoiseModule.createInstance(groupId, context, {
        parameterValues: { mix: { value: 0 } },
      });
      const declared = await module.audioNode.getCompensationDelay();
      const neighbour = await addNeighbour(host);
      const [{ delaySeconds }] = await neighbour.others();
      expect(Math.round((delaySeconds ?? 0) * rate)).to.equal(declared);
      const source = play(context, speech);
      source.connect(module.audioNode).connect(context.destination);
      source.start();
      const heard = (await context.startRendering()).getChannelData(0);
      expect(delayBetween(speech, heard, 4000, rate / 2, rate)).to.equal(declared);
      expect(largestDifference(speech, heard, declared, rate / 10)).to.be.lessThan(1e-5);
    });
  }

  it('denoises as the node does, to the sample', async () => {
    const speech = await noisySpeech(RATE);
    const heard = await render(speech);
    const expected = await renderNode(speech, {}, () => {});
    expect(largestDifference(expected, heard, 0)).to.be.lessThan(1e-6);
    expect(rms(heard)).to.be.lessThan(rms(speech));
  });

  it('tells the ranges, defaults and units of its parameters', async () => {
    const { groupId, context } = await offlineHost();
    const { audioNode } = await DenoiseModule.createInstance(groupId, context);
    const info = await audioNode.getParameterInfo();
    expect(Object.keys(info)).to.deep.equal([...PARAMETER_NAMES]);
    for (const name of PARAMETER_NAMES) {
      const { id, label, minValue, maxValue, defaultValue, normalize, denormalize } = info[name];
      expect([id, minValue, maxValue, defaultValue]).to.deep.equal([
        name,
        ...PARAMETERS[name].range,
        Number(PARAMETERS[name].default),
      ]);
      expect(label).to.match(/^[A-Z]/);
      expect([normalize(minValue), normalize(maxValue), denormalize(0), denormalize(1)]).to.deep.equal([
        0,
        1,
        minValue,
        maxValue,
      ]);
    }
    const { outputGain, bypass, mix } = info;
    expect([outputGain.units, outputGain.type, bypass.type, bypass.discreteStep]).to.deep.equal([
      'dB',
      'float',
      'boolean',
      1,
    ]);
    expect([outputGain.valueString(-6), mix.valueString(0.8), bypass.valueString(1)]).to.deep.equal([
      '-6 dB',
      '80 %',
      'on',
    ]);
    expect(Object.keys(await audioNode.getParameterInfo('mix', 'bypass'))).to.deep.equal(['mix', 'bypass']);
    await audioNode.destroy();
  });

  it('sets what it is given, normalized or not, and clamps what lies beyond', async () => {
    const { groupId, context } = await offlineHost();
    const { audioNode } = await DenoiseModule.createInstance(groupId, context);
    await audioNode.setParameterValues({
      mix: { id: 'mix', value: 0.5, normalized: false },
      outputGain: { id: 'outputGain', value: 0.5, normalized: true },
      attenuationLimit: { id: 'attenuationLimit', value: 1e6, normalized: false },
      bypass: { id: 'bypass', value: 0.7, normalized: true },
    });
    const values = await audioNode.getParameterValues();
    expect(Object.values(values).map(({ id, value, normalized }) => [id, value, normalized])).to.deep.equal([
      ['mix', 0.5, false],
      ['attenuationLimit', 100, false],
      ['highPass', 0, false],
      ['autoGain', 0, false],
      ['targetLevel', -20, false],
      ['outputGain', -18, false],
      ['bypass', 1, false],
    ]);
    expect(await audioNode.getParameterValues(true, 'outputGain')).to.deep.equal({
      outputGain: { id: 'outputGain', value: 0.5, normalized: true },
    });
    expect([audioNode.mix.value, audioNode.outputGain.value, audioNode.bypass.value]).to.deep.equal([0.5, -18, 1]);
    await audioNode.destroy();
  });

  const [FIRST, SECOND] = [24011, 48007];
  /** A node's ramps begin with their quantum. */
  const QUANTUM = 128;
  /** Two values of each, and the state in which it is heard. */
  const EVENTS: Readonly<Record<ParameterName, readonly [number, number, Partial<Record<ParameterName, number>>?]>> = {
    mix: [0.25, 0.75],
    attenuationLimit: [6, 12],
    highPass: [400, 100],
    autoGain: [1, 0],
    targetLevel: [-35, -12, { autoGain: 1 }],
    outputGain: [-20, 6],
    bypass: [1, 0],
  };
  for (const name of PARAMETER_NAMES) {
    const [first, second, initial = {}] = EVENTS[name];
    const state = {
      parameterValues: Object.fromEntries(Object.entries(initial).map(([id, value]) => [id, { value }])),
    };
    it(`is automated by events of ${name}, at the sample where the AudioParam of a node would be`, async () => {
      const speech = await noisySpeech(RATE);
      const plain = await render(speech, undefined, state);
      const heard = await render(
        speech,
        ({ audioNode }) => {
          // The order is that of their times, not that of the call.
          const range = PARAMETERS[name].range;
          audioNode.scheduleEvents(
            automation(name, (second - range[0]) / (range[1] - range[0]), SECOND / RATE, true),
            automation(name, first, FIRST / RATE),
          );
          return audioNode.getParameterValues();
        },
        state,
      );
      const expected = await renderNode(speech, {}, (node) => {
        for (const [id, value] of Object.entries(initial)) node[id as ParameterName].value = value;
        node[name].setValueAtTime(first, FIRST / RATE).setValueAtTime(second, SECOND / RATE);
      });
      // A step reads the attenuation limit when it is computed, which is a matter of two threads.
      const moment = name === 'attenuationLimit' ? 0.1 * RATE : 0;
      const stretches = [
        [0, FIRST - QUANTUM],
        [FIRST + moment, SECOND - QUANTUM],
        [SECOND + moment, speech.length],
      ];
      for (const [start, end] of stretches)
        expect(largestDifference(expected, heard, 0, start, end), `${start} to ${end}`).to.be.lessThan(1e-6);
      expect(largestDifference(plain, heard, 0, 0, FIRST - QUANTUM), 'nothing before').to.be.lessThan(1e-6);
      expect(largestDifference(plain, heard, 0), 'something after').to.be.greaterThan(1e-3);
    });
  }

  it('carries out events without a time, or with one that has passed, at once and in their order', async () => {
    const speech = await noisySpeech(RATE);
    const heard = await render(speech, async ({ audioNode }) => {
      audioNode.scheduleEvents(automation('mix', 1, 0.5), automation('mix', 0.5), automation('mix', 0));
      await audioNode.clearEvents();
      audioNode.scheduleEvents(automation('outputGain', 0, 5), automation('mix', 0.5), automation('mix', 0));
      await audioNode.setParameterValues({});
    });
    const dry = await renderNode(speech, { mix: 0 }, () => {});
    expect(largestDifference(dry, heard, 0, RATE / 10)).to.be.lessThan(1e-6);
  });

  it('obeys events that another module of its group sends on the audio thread', async () => {
    const speech = await noisySpeech(RATE);
    const heard = await render(speech, async (module, host) => {
      const neighbour = await addNeighbour(host);
      await neighbour.connectTo(module.instanceId);
      await neighbour.emit(automation('mix', 0, 0.5), automation('nonsense', 3, 0.5), automation('mix', Number.NaN, 1));
    });
    const expected = await renderNode(speech, {}, (node) => void node.mix.setValueAtTime(0, 0.5));
    expect(largestDifference(expected, heard, 0)).to.be.lessThan(1e-6);
  });

  it('lets its events be connected to others and apart, of which it has none to send', async () => {
    const host = await offlineHost();
    const { audioNode } = await DenoiseModule.createInstance(host.groupId, host.context);
    const neighbour = await addNeighbour(host);
    audioNode.connectEvents(neighbour.id);
    audioNode.disconnectEvents(neighbour.id);
    audioNode.disconnectEvents();
    await audioNode.setParameterValues({ mix: { id: 'mix', value: 0, normalized: false } });
    expect(await neighbour.received()).to.equal(0);
    expect(() => audioNode.connectEvents(undefined as unknown as string)).to.throw(TypeError, 'instanceId of another');
    await audioNode.destroy();
  });

  it('comes back as it was: parameters and model', async () => {
    const { groupId, context } = await offlineHost();
    const { audioNode: first } = await DenoiseModule.createInstance(groupId, context);
    await first.setParameterValues({
      mix: { id: 'mix', value: 0.5, normalized: false },
      bypass: { id: 'bypass', value: 1, normalized: false },
    });
    await first.setModel('tiny');
    const kept = JSON.parse(JSON.stringify(await first.getState()));
    expect(kept.model).to.equal('tiny');

    const { audioNode: second } = await DenoiseModule.createInstance(groupId, context, kept);
    expect(second.model).to.equal('tiny');
    expect(await second.getState()).to.deep.equal(kept);

    const { audioNode: third } = await DenoiseModule.createInstance(groupId, context);
    expect(await third.getState()).not.to.deep.equal(kept);
    await third.setState(kept);
    expect(await third.getState()).to.deep.equal(kept);
    await third.setState({ parameterValues: { mix: { value: 1 }, fromALaterVersion: { value: 3 } } });
    expect(third.mix.value).to.equal(1);
    expect([third.model, third.bypass.value], 'what a state leaves out stays').to.deep.equal(['tiny', 1]);
    await third.setState(undefined);
    await Promise.all([first, second, third].map((node) => node.destroy()));
  });

  it('is made with the options of its class, which are no part of its state', async () => {
    const { groupId, context } = await offlineHost();
    DenoiseModule.options = { maxChannels: 1 };
    const { audioNode } = await DenoiseModule.createInstance(groupId, context);
    expect(audioNode.channelCount).to.equal(1);
    DenoiseModule.options = { maxChannels: 0 };
    expect(await rejection(DenoiseModule.createInstance(groupId, context))).to.be.instanceOf(RangeError);
    DenoiseModule.options = {};
    await audioNode.destroy();
  });

  it('finds its files in the folder that its options name, and says what to do where they are not', async () => {
    DenoiseModule.options = { assets: '/dist' };
    const { groupId, context } = await offlineHost();
    const { audioNode } = await DenoiseModule.createInstance(groupId, context);
    expect(audioNode.state).to.equal('running');
    await audioNode.destroy();
    DenoiseModule.options = { assets: '/nowhere/' };
    const missing = await rejection(DenoiseModule.createInstance(groupId, context));
    DenoiseModule.options = {};
    expect(missing.message).to.match(/\/nowhere\/wam\/wam-processor\.js did not load\..*copy-assets/);
  });

  it('takes the latest of two states that come at once', async () => {
    const { groupId, context } = await offlineHost();
    const { audioNode } = await DenoiseModule.createInstance(groupId, context);
    await Promise.all([audioNode.setState({ model: 'tiny' }), audioNode.setState({ model: 'base' })]);
    expect(audioNode.model).to.equal('base');
    await audioNode.destroy();
  });

  it('says what to do where a host does something wrong', async () => {
    const bare = new OfflineAudioContext(1, RATE, RATE);
    const unprepared = await rejection(DenoiseModule.createInstance('group', bare));
    expect([unprepared.name, unprepared.message.includes('initializeWamHost(audioContext)')]).to.deep.equal([
      'InvalidStateError',
      true,
    ]);
    const swapped = DenoiseModule.createInstance(bare as unknown as string, 'group' as unknown as BaseAudioContext);
    expect((await rejection(swapped)).message).to.match(/expected the id of a group, then the context/);
    const none = DenoiseModule.createInstance('group', undefined as unknown as BaseAudioContext);
    expect((await rejection(none)).message).to.match(/expected an AudioContext/);
    const ended = new AudioContext();
    await ended.close();
    expect((await rejection(DenoiseModule.createInstance('group', ended))).message).to.match(/Make a new one/);
    const { groupId, context } = await offlineHost();
    const lost = await rejection(DenoiseModule.createInstance('another group', context));
    expect(lost.message).to.match(/expected the id of a group in this context, got "another group"/);
    const unknown = await rejection(DenoiseModule.createInstance(groupId, context, { model: 'no-such-model' }));
    expect(unknown).to.have.property('code', 'model-load');
    for (const state of ['text', { model: 3 }, { parameterValues: 7 }, { parameterValues: { mix: { value: 'x' } } }])
      expect(await rejection(DenoiseModule.createInstance(groupId, context, state))).to.be.instanceOf(TypeError);

    const module = new DenoiseModule(groupId, context);
    expect(() => module.audioNode)
      .to.throw(DOMException, 'await initialize()')
      .with.property('name', 'InvalidStateError');
    await Promise.all([module.initialize(), module.initialize()]);
    const { audioNode } = module;
    expect(() => audioNode.mix.setValueAtTime(0, 1)).to.throw(DOMException, 'scheduleEvents(');
    expect(() => audioNode.mix.linearRampToValueAtTime(0, 1)).to.throw(DOMException, 'scheduleEvents(');
    expect(() => Object.assign(audioNode.mix, { value: 'wet' })).to.throw(TypeError, 'finite number');
    expect(() => audioNode.scheduleEvents(automation('gain', 1))).to.throw(RangeError, 'mix, attenuationLimit');
    expect(() => audioNode.scheduleEvents(automation('mix', Number.NaN))).to.throw(TypeError, 'value: a number');
    expect(() => audioNode.scheduleEvents(automation('mix', 1, Number.NaN))).to.throw(TypeError, 'time in seconds');
    expect(() => audioNode.scheduleEvents({} as never)).to.throw(TypeError, 'a type and data');
    expect(await rejection(audioNode.getParameterInfo('gain'))).to.be.instanceOf(RangeError);
    expect(await rejection(audioNode.setParameterValues({ mix: { value: 'x' } as never }))).to.be.instanceOf(TypeError);
    expect(await rejection(audioNode.setState({ model: 'no-such-model' }))).to.have.property('code', 'model-load');
    expect([audioNode.model, audioNode.state]).to.deep.equal(['base', 'running']);
    await audioNode.destroy();
  });

  it('leaves nothing behind after 50 were made and destroyed, and answers when it has ended', async function () {
    this.timeout(120_000);
    const host = await offlineHost();
    const neighbour = await addNeighbour(host);
    for (let i = 0; i < 50; i++) {
      const module = await DenoiseModule.createInstance(host.groupId, host.context);
      const guis = [await module.createGui(), await module.createGui()];
      document.body.append(...guis);
      for (const gui of guis) module.destroyGui(gui);
      if (i === 0) expect((await neighbour.others()).map(({ id }) => id)).to.deep.equal([module.instanceId]);
      module.audioNode.connectEvents(neighbour.id);
      void module.audioNode.destroy();
      await module.audioNode.destroy();
      expect(module.audioNode.state).to.equal('disposed');
      await module.audioNode.setParameterValues({ mix: { id: 'mix', value: 0.5, normalized: false } });
      await module.audioNode.clearEvents();
      module.audioNode.disconnectEvents();
      expect((await module.audioNode.getState()).parameterValues.mix.value).to.equal(0.5);
    }
    let others = await neighbour.others();
    for (let tries = 0; tries < 100 && others.length > 0; tries++) others = await neighbour.others();
    expect(others).to.deep.equal([]);
    expect(document.querySelectorAll('denoise-panel').length).to.equal(0);
    await untilCensusIsEmpty();
  });
});

/** Workers hear of a node's end when they have time. */
async function untilCensusIsEmpty(): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const { nodes, streams } = await DenoiseNode.census();
    if (nodes + streams === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(await DenoiseNode.census()).to.include({ nodes: 0, streams: 0 });
}
