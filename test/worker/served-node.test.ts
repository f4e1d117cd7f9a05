import { expect } from '@esm-bundle/chai';
import type { DenoiserStream } from '../../src/engine/denoiser.ts';
import { BELL_WORDS, CONTROL_WORDS, floatToWord, Word } from '../../src/shared/control-block.ts';
import { SharedWorkerEnd, SharedWorkletEnd } from '../../src/shared/shared-pipe.ts';
import { ServedNode } from '../../src/worker/served-node.ts';
import { noise, seededRandom } from '../engine/signals.ts';
import { ENGINE_DELAY, HOP, Passthrough } from './passthrough.ts';

/** A served node, and the worklet's end of it. */
function serveNode(channels = 1, ringSamples = 4096) {
  const planes = channels * ringSamples * Float32Array.BYTES_PER_ELEMENT;
  const memory = {
    control: new SharedArrayBuffer(CONTROL_WORDS * Int32Array.BYTES_PER_ELEMENT),
    noisy: new SharedArrayBuffer(planes),
    enhanced: new SharedArrayBuffer(planes),
    bell: new SharedArrayBuffer(BELL_WORDS * Int32Array.BYTES_PER_ELEMENT),
    channels,
    ringSamples,
  };
  const worklet = new SharedWorkletEnd(memory);
  Atomics.store(worklet.words, Word.PROBE_MAIN, 4711);
  const engine = new Passthrough();
  const node = new ServedNode(
    { nodeId: 1, contextRateHz: 48000, offline: false },
    engine.asDenoiser,
    new SharedWorkerEnd(memory),
  );
  const { words } = worklet;
  const batch: DenoiserStream[] = [];
  /** One pass of the loop, for this node alone; returns how many streams were stepped. */
  const pass = (): number => {
    const count = node.collect(batch, 0);
    if (count > 0) engine.asDenoiser.step(batch, count);
    node.publish();
    return count;
  };
  return {
    node,
    worklet,
    words,
    pass,
    setActive: (count: number) => Atomics.store(words, Word.ACTIVE_CHANNELS, count),
  };
}

describe('ServedNode', () => {
  it('proves the route and says when the first step is due, as soon as it is made', () => {
    const { node, words } = serveNode();
    expect(words[Word.PROBE_WORKER]).to.equal(4711);
    expect(words[Word.NEXT_DUE]).to.equal(HOP);
    expect([node.engineDelaySamples, node.advanceWaitSamples]).to.deep.equal([ENGINE_DELAY, HOP]);
  });

  it('takes the samples of a step when they are there and not before, and says when the next is due', () => {
    const { node, worklet, words, pass, setActive } = serveNode();
    setActive(1);
    worklet.noisy.write([noise(1000, 1)], 1, 0, HOP - 1);
    expect(node.hasWork).to.equal(false);
    expect(pass()).to.equal(0);
    worklet.noisy.write([noise(1000, 1)], 1, 0, 400);
    expect(node.hasWork).to.equal(true);
    expect(pass()).to.equal(1);
    expect(node.hasWork).to.equal(false);
    expect([words[Word.NOISY_READ], words[Word.ENHANCED_WRITE], words[Word.NEXT_DUE], words[Word.STEPS]]).to.deep.equal(
      [HOP, HOP, 2 * HOP, 1],
    );
  });

  it('makes one step at a time, however many wait', () => {
    const { worklet, words, pass, setActive } = serveNode();
    setActive(1);
    worklet.noisy.write([noise(4000, 1)], 1, 0, 3 * HOP);
    for (const hops of [1, 2, 3]) {
      expect(pass()).to.equal(1);
      expect(words[Word.STEPS]).to.equal(hops);
    }
    expect(pass()).to.equal(0);
  });

  it('hands the attenuation limit to every stream', () => {
    const { worklet, words, setActive, node } = serveNode(2);
    setActive(2);
    Atomics.store(words, Word.ATTENUATION_LIMIT, floatToWord(12));
    worklet.noisy.write([noise(HOP, 1), noise(HOP, 2)], 2, 0, HOP);
    const batch: DenoiserStream[] = [];
    expect(node.collect(batch, 0)).to.equal(2);
    expect(batch.map((stream) => stream.attenuationLimitDb)).to.deep.equal([12, 12]);
  });

  it('computes no plane that is not active, and beats its heart all the same', () => {
    const { node, worklet, words, pass } = serveNode(2);
    worklet.noisy.write([], 0, 0, 1000);
    expect(pass()).to.equal(0);
    expect(words[Word.HEARTBEAT]).to.equal(1);
    expect(words[Word.NOISY_READ]).to.equal(1000);
    expect(words[Word.ENHANCED_WRITE]).to.equal(1000);
    expect(node.streams).to.equal(1);
  });

  it('gives as many samples as it takes, each at its own index, whatever becomes active, shed or reset', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const random = seededRandom(seed);
      const { node, worklet, words, pass, setActive } = serveNode(2);
      const planes = [noise(200_000, seed), noise(200_000, seed + 10)];
      const out = planes.map(() => new Float32Array(200_000));
      let [pushed, received] = [0, 0];
      while (pushed < 190_000) {
        const length = Math.min(Math.floor(random() * 700), worklet.noisy.availableWrite);
        if (random() < 0.03) setActive(Math.floor(random() * 3));
        if (random() < 0.01) Atomics.add(words, Word.RESET_REQUEST, 1);
        if (random() < 0.01 && !node.isShed) node.beginShedding();
        if (random() < 0.05 && node.isShed) node.endShedding();
        worklet.noisy.write(planes, 2, pushed, length);
        pushed += length;
        for (let passes = Math.floor(random() * 4); passes > 0; passes--) pass();
        if (random() < 0.7) received += worklet.enhanced.read(out, received, 4096);
        expect(words[Word.NOISY_READ]).to.be.at.least(words[Word.ENHANCED_WRITE]);
      }
      // An enhanced sample is zero, or half of what was pushed at its place.
      let enhanced = 0;
      for (let i = ENGINE_DELAY; i < received; i++) {
        for (const channel of [0, 1]) {
          if (out[channel][i] === 0) continue;
          enhanced += 1;
          if (out[channel][i] !== planes[channel][i - ENGINE_DELAY] / 2)
            expect.fail(`plane ${channel}, index ${i}: ${out[channel][i]}`);
        }
      }
      expect(enhanced).to.be.within(20_000, 350_000);
    }
  });

  it('carries out a reset once, throws away what waited, and says that it did', () => {
    const { worklet, words, pass, setActive } = serveNode();
    setActive(1);
    worklet.noisy.write([noise(1000, 1)], 1, 0, 1000);
    pass();
    Atomics.store(words, Word.RESET_REQUEST, 5);
    worklet.noisy.write([noise(1000, 1)], 1, 0, 100);
    expect(pass()).to.equal(0);
    expect(words[Word.RESET_DONE]).to.equal(5);
    expect([words[Word.NOISY_READ], words[Word.ENHANCED_WRITE], words[Word.NEXT_DUE]]).to.deep.equal([
      1100,
      1100,
      1100 + HOP,
    ]);
  });

  it('gives zeros while it is shed, and new streams after', () => {
    const { node, worklet, words, pass, setActive } = serveNode();
    setActive(1);
    const ones = [new Float32Array(4000).fill(1)];
    worklet.noisy.write(ones, 1, 0, 700);
    pass();
    node.beginShedding();
    expect(words[Word.SHED]).to.equal(1);
    worklet.noisy.write(ones, 1, 0, 900);
    expect(pass()).to.equal(0);
    expect(words[Word.ENHANCED_WRITE]).to.equal(1600);
    node.endShedding();
    expect([words[Word.SHED], words[Word.SHEDDINGS]], 'the second stays, for a worklet that has slept').to.deep.equal([
      0, 1,
    ]);
    worklet.noisy.write(ones, 1, 0, HOP);
    expect(pass()).to.equal(1);
    const out = [new Float32Array(4000)];
    expect(worklet.enhanced.read(out, 0, 4000)).to.equal(1600 + HOP);
    expect([...out[0].subarray(HOP, 1600 + ENGINE_DELAY)].every((sample) => sample === 0)).to.equal(true);
    expect([...out[0].subarray(1600 + ENGINE_DELAY, 1600 + HOP)].every((sample) => sample === 0.5)).to.equal(true);
  });

  it('frees its streams', () => {
    const { node, worklet, setActive, pass } = serveNode(2);
    setActive(2);
    worklet.noisy.write([noise(HOP, 1), noise(HOP, 2)], 2, 0, HOP);
    pass();
    const batch: DenoiserStream[] = [];
    worklet.noisy.write([noise(HOP, 1), noise(HOP, 2)], 2, 0, HOP);
    node.collect(batch, 0);
    node.dispose();
    expect(batch.map((stream) => (stream as unknown as { disposed: boolean }).disposed)).to.deep.equal([true, true]);
  });

  it('loses samples where it is slow, and not where the device asks for more at once than the ring holds', () => {
    for (const [burst, hasLost] of [
      [0, true],
      [4096 - HOP, true],
      [4096, false],
    ] as const) {
      const { node, words, pass } = serveNode();
      Atomics.store(words, Word.BURST_SAMPLES, burst);
      Atomics.add(words, Word.OVERRUNS, 1);
      pass();
      expect(node.hasLost, `bursts of ${burst}`).to.equal(hasLost);
    }
  });
});
