import { expect } from '@esm-bundle/chai';
import { skip } from '../support/browser-limits.ts';
import { DenoiseNode, noise, play, until, wait } from './support.ts';

describe('the end of a node', () => {
  let context: AudioContext;

  beforeEach(() => {
    context = new AudioContext({ sampleRate: 48000 });
  });

  afterEach(async () => {
    if (context.state !== 'closed') await context.close();
  });

  async function playing(): Promise<DenoiseNode> {
    const node = new DenoiseNode(context);
    const source = play(context, noise(48000));
    source.loop = true;
    source.connect(node).connect(context.destination);
    source.start();
    await node.ready;
    return node;
  }

  it('is a promise, the same however often it is asked for', async () => {
    const node = await playing();
    const ending = node.dispose();
    expect(node.state).to.equal('disposed');
    expect(node.dispose()).to.equal(ending);
    expect(await ending).to.equal(undefined);
    expect(node.mix.value, 'parameters stay').to.equal(1);
  });

  for (const [state, arrange] of [
    ['loading', () => new DenoiseNode(context)],
    ['suspended', async () => playing().then((node) => context.suspend().then(() => node))],
    ['closed', async () => playing().then((node) => context.close().then(() => node))],
    ['offline', () => new DenoiseNode(new OfflineAudioContext(1, 128, 48000))],
  ] as const)
    it(`comes in a context or a node that is ${state}`, async () => {
      const node = await arrange();
      await node.dispose();
      expect(node.state).to.equal('disposed');
    });

  it('comes when the iframe of its context is removed, and its worker ends', async function () {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    const { AudioContext: FrameContext } = frame.contentWindow as unknown as { AudioContext: typeof AudioContext };
    const inFrame = new FrameContext({ sampleRate: 48000 });
    const node = new DenoiseNode(inFrame);
    await node.ready;
    frame.remove();
    if (inFrame.state !== 'closed') {
      await node.dispose();
      skip(this, 'frames');
    }
    await until('the node has ended', () => node.state === 'disposed');
    let { workers } = await DenoiseNode.census();
    for (let tries = 0; tries < 100 && workers > 0; tries++) {
      await wait(100);
      ({ workers } = await DenoiseNode.census());
    }
    expect(workers).to.equal(0);
  });
});
