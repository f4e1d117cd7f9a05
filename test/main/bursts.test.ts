import { expect } from '@esm-bundle/chai';
import { needsSound, skip } from '../support/browser-limits.ts';
import { AFTER_A_SECOND, faultyWorker } from './faulty-worker.ts';
import { DenoiseNode, figuresSince, noise, play, until } from './support.ts';

/** Much longer than the parts in which any of these contexts takes its sound. */
const STRETCH_SECONDS = 2;
/** A busy machine may spoil a stretch, or a few; a part that is longer than the spare time spoils every one. */
const STRETCHES = 6;

/** Where a machine with other work lets go of the node, it takes it back when that is done. */
const BUSY_MS = 60_000;

/** Underruns in one stretch after the other, until one has none or all were tried. */
async function underrunsAtBest(node: DenoiseNode): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let stretch = 0; stretch < STRETCHES && least > 0; stretch++) {
    await until('the machine carries the node', () => node.state === 'running', BUSY_MS);
    const before = await figuresSince(node, node.context.currentTime);
    const after = await figuresSince(node, before.time + STRETCH_SECONDS);
    const isWhole = before.state === 'running' && after.state === 'running' && after.hops > before.hops;
    if (isWhole) least = Math.min(least, after.underruns - before.underruns + after.overruns - before.overruns);
  }
  return least;
}

/** A context that says nothing of its parts, as those of some browsers and devices. */
function silentOfParts(test: Mocha.Context, options: AudioContextOptions): AudioContext {
  const context = new AudioContext(options);
  if (!(context.baseLatency > 0.1)) skip(test, 'longParts');
  return Object.defineProperty(context, 'baseLatency', { value: 0 });
}

describe('a context that takes its sound in long parts', () => {
  for (const transport of ['shared', 'message'] as const) {
    for (const [latencyHint, sampleRate] of [
      [0.12, 48000],
      [0.3, 48000],
      [1, 16000],
    ]) {
      it(`hears no dry sound with parts of ${latencyHint} s at ${sampleRate} Hz, ${transport} mode`, async function () {
        this.timeout(3 * BUSY_MS);
        const context = new AudioContext({ latencyHint, sampleRate });
        if (!(context.baseLatency > 0.1)) skip(this, 'longParts');
        const node = new DenoiseNode(context, { transport });
        expect(node.latency).to.be.above(context.baseLatency);
        const source = play(context, noise(sampleRate));
        source.loop = true;
        source.start();
        source.connect(node).connect(context.destination);
        await node.ready;
        expect(await underrunsAtBest(node)).to.equal(0);
        expect(node.latency).to.be.above(context.baseLatency);
        expect(node.latency).to.be.below(context.baseLatency + 0.1);
        node.dispose();
        await context.close();
      });
    }
  }

  for (const [latencyHint, sampleRate] of [
    [0.12, 48000],
    [1, 16000],
  ])
    it(`finds out by itself where the context does not tell (${latencyHint} s at ${sampleRate} Hz)`, async function () {
      this.timeout(3 * BUSY_MS);
      const context = silentOfParts(this, { latencyHint, sampleRate });
      const node = new DenoiseNode(context);
      const source = play(context, noise(sampleRate));
      source.loop = true;
      source.start();
      source.connect(node).connect(context.destination);
      await node.ready;
      await until('the latency follows', () => node.latency > 0.12);
      expect(await underrunsAtBest(node)).to.equal(0);
      node.dispose();
      await context.close();
    });
});

describe('a node whose sound is late again and again', () => {
  it('is overloaded, says so, and is dry', async function () {
    await needsSound(this);
    this.timeout(2 * BUSY_MS);
    const context = new AudioContext({ sampleRate: 48000 });
    const node = new DenoiseNode(context, { assets: { worker: faultyWorker('stutter', [AFTER_A_SECOND]) } });
    const told: string[] = [];
    node.addEventListener('overload', () => told.push('overload'));
    node.addEventListener('statechange', ({ detail: { reason } }) => told.push(reason));
    const source = play(context, noise(48000));
    source.loop = true;
    source.start();
    source.connect(node).connect(context.destination);
    await node.ready;
    // A machine with other work may let go of the node before that, for a reason of its own.
    await until('too much was late', () => told.some((reason) => reason.includes('comes too late')), BUSY_MS);
    expect(node.state).to.equal('overloaded');
    expect(told.slice(-2)).to.deep.equal([told.find((reason) => reason.includes('latencyHint')), 'overload']);
    const before = await figuresSince(node, context.currentTime + 0.5);
    const after = await figuresSince(node, before.time + STRETCH_SECONDS);
    expect(after.underruns, 'underruns while it is dry').to.equal(before.underruns);
    node.dispose();
    await context.close();
  });
});
