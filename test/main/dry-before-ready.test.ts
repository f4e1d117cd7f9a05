import { expect } from '@esm-bundle/chai';
import { DenoiseNode, largestDifference, longestSilence, noise, play, record } from './support.ts';

describe('DenoiseNode before it is ready', () => {
  it('passes the delayed dry signal from the first moment, without a click on the way to the worklet', async () => {
    const context = new AudioContext({ sampleRate: 48000 });
    // Roomy: an underrun in these first moments would raise the latency, and shift what is heard for good reason.
    const node = new DenoiseNode(context, { mix: 0, latencyHint: 0.3 });
    const source = play(context, noise(96000));
    source.connect(node);
    source.start();
    const declared = Math.round(node.latency * 48000);
    const [sent, heard] = await record(context, [source, node], 1.5);
    await node.ready;
    expect(Math.round(node.latency * 48000)).to.equal(declared);
    // 1e-4: the plain delay may interpolate by a rounding error of its delay time; a click would be of the size of the
    // signal.
    expect(largestDifference(sent, heard, declared, declared)).to.be.lessThan(1e-4);
    node.dispose();
    await context.close();
  });

  it('is never silent on the way to a latency above a second, where the model is there at once', async function () {
    this.timeout(60_000);
    const context = new AudioContext({ sampleRate: 48000 });
    const first = new DenoiseNode(context, { model: '/models/classic/unet-8k/' });
    await first.ready;
    const source = play(context, noise(48000));
    source.loop = true;
    source.start();
    const node = new DenoiseNode(context, { model: '/models/classic/unet-8k/' });
    source.connect(node);
    const declared = Math.round(node.latency * 48000);
    const [heard] = await record(context, [node], 2);
    expect(node.latency).to.be.greaterThan(1);
    expect(longestSilence(heard.subarray(declared))).to.be.lessThan(2);
    for (const each of [first, node]) each.dispose();
    await context.close();
  });

  it('passes it for good where nothing can be loaded', async () => {
    const context = new AudioContext({ sampleRate: 48000 });
    const nowhere = '/nothing-lies-here/';
    const node = new DenoiseNode(context, {
      assets: { worklet: `${nowhere}a.js`, worker: `${nowhere}b.js`, wasm: nowhere, models: nowhere },
    });
    const source = play(context, noise(96000));
    source.connect(node);
    source.start();
    const declared = Math.round(node.latency * 48000);
    const [sent, heard] = await record(context, [source, node], 1);
    expect(node.state).to.equal('failed');
    expect(largestDifference(sent, heard, declared, declared)).to.be.lessThan(1e-4);
    node.dispose();
    await context.close();
  });
});
