import { expect } from '@esm-bundle/chai';
import { DenoiseNode, figuresSince, fixture, noise, play, until } from './support.ts';

/** Much longer than the parts in which any of these contexts takes its sound. */
const STRETCH_SECONDS = 2;
/** A busy machine may spoil a stretch, or a few; a part that is longer than the spare time spoils every one. */
const STRETCHES = 6;

/** Figures of stretches, one after the other, until one has no underrun or all were tried. */
async function underrunsAtBest(node: DenoiseNode): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let stretch = 0; stretch < STRETCHES && least > 0; stretch++) {
    const before = await figuresSince(node, node.context.currentTime);
    const after = await figuresSince(node, before.time + STRETCH_SECONDS);
    least = Math.min(least, after.underruns - before.underruns + after.overruns - before.overruns);
  }
  return least;
}

/** A context that says nothing of its parts, as those of some browsers and devices. */
function silentOfParts(options: AudioContextOptions): AudioContext {
  return Object.defineProperty(new AudioContext(options), 'baseLatency', { value: 0 });
}

describe('a context that takes its sound in long parts', () => {
  for (const transport of ['shared', 'message'] as const) {
    for (const [latencyHint, sampleRate] of [
      [0.12, 48000],
      [0.3, 48000],
      [1, 16000],
    ]) {
      it(`hears no dry sound with parts of ${latencyHint} s at ${sampleRate} Hz, ${transport} mode`, async () => {
        const context = new AudioContext({ latencyHint, sampleRate });
        expect(context.baseLatency, 'what the browser gives').to.be.above(0.1);
        const node = new DenoiseNode(context, { transport });
        expect(node.latency).to.be.above(context.baseLatency);
        const source = play(context, noise(sampleRate));
        source.loop = true;
        source.start();
        source.connect(node).connect(context.destination);
        await node.ready;
        expect(await underrunsAtBest(node)).to.equal(0);
        expect(node.state).to.equal('running');
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
    it(`finds out by itself where the context does not tell (${latencyHint} s at ${sampleRate} Hz)`, async () => {
      const context = silentOfParts({ latencyHint, sampleRate });
      const node = new DenoiseNode(context);
      const source = play(context, noise(sampleRate));
      source.loop = true;
      source.start();
      source.connect(node).connect(context.destination);
      await node.ready;
      await until('the latency follows', () => node.latency > 0.12);
      expect(await underrunsAtBest(node)).to.equal(0);
      expect(node.state).to.equal('running');
      node.dispose();
      await context.close();
    });
});

describe('a node whose sound is late again and again', () => {
  for (const transport of ['shared', 'message'] as const)
    it(`is overloaded, and says so once, in ${transport} mode`, async () => {
      const context = new AudioContext({ sampleRate: 48000 });
      const worker = `${fixture('failing-worker.js')}?how=stutter&after=0&born=${Date.now() + 60_000}&since=0`;
      const node = new DenoiseNode(context, { transport, assets: { worker } });
      const told: string[] = [];
      node.addEventListener('overload', () => told.push('overload'));
      node.addEventListener('statechange', ({ detail: { state, reason } }) => told.push(`${state}: ${reason}`));
      const source = play(context, noise(48000));
      source.loop = true;
      source.start();
      source.connect(node).connect(context.destination);
      await node.ready;
      await until('the node is overloaded', () => node.state === 'overloaded', 40_000);
      expect(told).to.have.lengthOf(3);
      expect(told[1]).to.match(/^overloaded: .*too late.*latencyHint/);
      expect(told[2]).to.equal('overload');
      const before = await figuresSince(node, context.currentTime + 0.5);
      const after = await figuresSince(node, before.time + STRETCH_SECONDS);
      expect(after.underruns, 'underruns while it is dry').to.equal(before.underruns);
      node.dispose();
      await context.close();
    });
});
