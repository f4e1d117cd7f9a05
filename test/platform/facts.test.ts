/** Facts about browsers that the package leans on. One that fails here means that a way round can go, or is needed. */
import { expect } from '@esm-bundle/chai';
import { hasDevtools, needsPauses, skip } from '../support/browser-limits.ts';

const FIXTURES = `${location.origin}/test/platform/fixtures/`;

interface Facts {
  readonly frame: number;
  readonly channels: [number, number];
  readonly level: number;
  readonly waits: boolean;
  readonly clock: string;
}

async function factsNode(context: BaseAudioContext): Promise<AudioWorkletNode> {
  await context.audioWorklet.addModule(`${FIXTURES}facts-processor.js`);
  const node = new AudioWorkletNode(context, 'facts', { channelCount: 2, channelCountMode: 'clamped-max' });
  node.connect(context.destination);
  return node;
}

function ask(node: AudioWorkletNode): Promise<Facts> {
  return new Promise((resolve) => {
    node.port.onmessage = ({ data }) => resolve(data);
    node.port.postMessage({});
  });
}

/** What the processor says as soon as something is so; what it says at last where that does not come about. */
async function askUntil(node: AudioWorkletNode, isSo: (facts: Facts) => boolean): Promise<Facts> {
  let facts = await ask(node);
  for (let tries = 0; tries < 250 && !isSo(facts); tries++) {
    await wait(20);
    facts = await ask(node);
  }
  return facts;
}

function canMake(make: () => unknown): boolean {
  try {
    make();
    return true;
  } catch {
    return false;
  }
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('the audio worklet', () => {
  let context: AudioContext;

  beforeEach(() => {
    context = new AudioContext();
  });

  afterEach(() => context.close());

  it('may not wait, so the worker has to', async function () {
    const { waits } = await ask(await factsNode(context));
    if (waits && !(await hasDevtools())) skip(this, 'waits');
    expect(waits).to.equal(false);
  });

  it('has no clock but the audio itself and Date', async () => {
    expect((await ask(await factsNode(context))).clock).to.equal('undefined');
  });

  it('sees memory that the page shares with it', async () => {
    const node = await factsNode(context);
    const words = new Int32Array(new SharedArrayBuffer(8));
    words[0] = 42;
    node.port.postMessage({ memory: words.buffer });
    await ask(node);
    expect(words[1]).to.equal(42);
  });

  it('reads its post while the context is suspended', async () => {
    const node = await factsNode(context);
    await context.suspend();
    expect(await ask(node)).to.have.property('frame');
  });

  it("gives as many channels as it gets, up to channelCount, with 'clamped-max' and no output count", async () => {
    const node = await factsNode(context);
    for (const [given, got] of [
      [1, 1],
      [2, 2],
      [6, 2],
    ]) {
      const buffer = new AudioBuffer({ numberOfChannels: given, length: 128, sampleRate: context.sampleRate });
      // Firefox gives no channel of silence.
      for (let channel = 0; channel < given; channel++) buffer.getChannelData(channel).fill(0.1);
      const source = new AudioBufferSourceNode(context, { buffer, loop: true });
      source.connect(node);
      source.start();
      const { channels } = await askUntil(node, ({ channels }) => String(channels) === String([got, got]));
      expect(channels, `${given} channels`).to.deep.equal([got, got]);
      source.disconnect();
      expect((await askUntil(node, ({ channels: now }) => now[0] === 0)).channels[0], 'channels of nothing').to.equal(
        0,
      );
    }
  });

  it('gets the offset of a ConstantSourceNode as its parameter', async () => {
    const node = await factsNode(context);
    const source = new ConstantSourceNode(context, { offset: 0.5 });
    source.start();
    source.connect(node.parameters.get('level') as AudioParam);
    expect((await askUntil(node, ({ level }) => level === 0.5)).level).to.equal(0.5);
  });
});

describe('an OfflineAudioContext', () => {
  it('lets the worklet spin until a worker has answered through shared memory', async () => {
    const memory = new SharedArrayBuffer(8);
    const worker = new Worker(`${FIXTURES}echo-worker.js`);
    await new Promise((resolve) => {
      worker.onmessage = resolve;
      worker.postMessage(memory);
    });
    const context = new OfflineAudioContext(1, 1280, 48000);
    await context.audioWorklet.addModule(`${FIXTURES}facts-processor.js`);
    new AudioWorkletNode(context, 'spinner', { processorOptions: { memory } }).connect(context.destination);
    const rendered = (await context.startRendering()).getChannelData(0);
    worker.terminate();
    expect(Array.from({ length: 10 }, (_, quantum) => rendered[quantum * 128])).to.deep.equal([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
  });

  it('can be paused at a quantum, where the worklet still reads its post', async function () {
    needsPauses(this);
    const context = new OfflineAudioContext(1, 1280, 44100);
    const node = await factsNode(context);
    const frames: number[] = [];
    for (const frame of [384, 768]) {
      // Half a sample early: the time is rounded up to the next quantum.
      void context.suspend((frame - 0.5) / 44100).then(async () => {
        frames.push((await ask(node)).frame);
        await context.resume();
      });
    }
    await context.startRendering();
    expect(frames).to.deep.equal([384, 768]);
  });

  it('refuses two pauses at one quantum', async function () {
    needsPauses(this);
    const context = new OfflineAudioContext(1, 1280, 48000);
    void context.suspend(384 / 48000).then(() => context.resume());
    const error = await context.suspend(384 / 48000).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(DOMException).with.property('name', 'InvalidStateError');
    await context.startRendering();
  });

  it('waits suspended at time 0, and closes when it is complete', async () => {
    const context = new OfflineAudioContext(1, 128, 48000);
    expect([context.state, context.currentTime]).to.deep.equal(['suspended', 0]);
    const states: string[] = [];
    context.addEventListener('statechange', () => states.push(context.state));
    await context.startRendering();
    await wait(50);
    expect(states.at(-1)).to.equal('closed');
  });
});

describe('audio nodes', () => {
  it('can be extended, with connect sent elsewhere', async () => {
    const context = new OfflineAudioContext(1, 128, 48000);
    class Doubler extends GainNode {
      readonly #output = new GainNode(this.context, { gain: 2 });

      constructor() {
        super(context);
        super.connect(this.#output);
      }

      override connect(...connection: unknown[]): AudioNode & void {
        return (this.#output.connect as (...args: unknown[]) => AudioNode & void)(...connection);
      }
    }
    const source = new ConstantSourceNode(context);
    source.start();
    const doubler = new Doubler();
    expect(source.connect(doubler)).to.equal(doubler);
    expect(doubler.connect(context.destination)).to.equal(context.destination);
    expect((await context.startRendering()).getChannelData(0)[64]).to.equal(2);
  });

  it('can be made in a closed context, but no AudioWorkletNode can', async function () {
    const context = new AudioContext();
    await context.audioWorklet.addModule(`${FIXTURES}facts-processor.js`);
    await context.close();
    expect(() => new GainNode(context)).to.not.throw();
    if (!(await hasDevtools()) && canMake(() => new AudioWorkletNode(context, 'facts'))) skip(this, 'closed');
    expect(() => new AudioWorkletNode(context, 'facts')).to.throw(DOMException);
  });
});

describe('workers', () => {
  it("fire 'error' when their script is missing", async () => {
    const worker = new Worker('/nothing-lies-here.js', { type: 'module' });
    await new Promise((resolve) => {
      worker.onerror = resolve;
    });
  });
});
