import { expect } from '@esm-bundle/chai';
import { DenoiseNode, largestDifference, longestSilence, noise, play, record, recordSteady } from './support.ts';

/** Keeps the page busy, as a machine with other work does. */
function holdUp(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe('a recording of the graph tests', () => {
  let context: AudioContext;
  let source: AudioBufferSourceNode;

  beforeEach(() => {
    context = new AudioContext({ sampleRate: 16000 });
    source = play(context, noise(16000));
    source.loop = true;
    source.start();
  });

  afterEach(() => context.close());

  it('holds all tracks from its first sample on, though the page is held up while it connects them', async () => {
    const late = new GainNode(context);
    source.connect(late);
    late.connect = (...connection: unknown[]) => {
      holdUp(300);
      return (GainNode.prototype.connect as (...args: unknown[]) => AudioNode & void).apply(late, connection);
    };
    const [sent, heard] = await record(context, [source, late], 0.1);
    expect(longestSilence(sent)).to.be.lessThan(2);
    expect(largestDifference(sent, heard, 0)).to.equal(0);
  });

  it('begins when the sound has come through, and holds no silence, where it is to be steady', async () => {
    const node = new DenoiseNode(context, { transport: 'message', latencyHint: 0.3, mix: 0 });
    source.connect(node);
    await node.ready;
    const { heard } = await recordSteady(node, source, 0.2);
    expect(longestSilence(heard)).to.be.lessThan(2);
    node.dispose();
  });
});
