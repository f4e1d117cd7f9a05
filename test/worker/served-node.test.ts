import { expect } from '@esm-bundle/chai';
import type { DenoiserStream } from '../../src/engine/denoiser.ts';
import { BELL_WORDS, CONTROL_WORDS, floatToWord, Word } from '../../src/shared/control-block.ts';
import { SharedWorkerPipe, SharedWorkletPipe } from '../../src/shared/shared-pipe.ts';
import { NodeSession } from '../../src/worker/served-node.ts';
import { noise, seededRandom } from '../engine/signals.ts';
import { ENGINE_DELAY, HOP, Passthrough } from './passthrough.ts';

/** A session, and the worklet's end of it. */
function makeSession(channels = 1, ringSamples = 4096) {
  const planes = channels * ringSamples * Float32Array.BYTES_PER_ELEMENT;
  const memory = {
    control: new SharedArrayBuffer(CONTROL_WORDS * Int32Array.BYTES_PER_ELEMENT),
    noisy: new SharedArrayBuffer(planes),
    enhanced: new SharedArrayBuffer(planes),
    bell: new SharedArrayBuffer(BELL_WORDS * Int32Array.BYTES_PER_ELEMENT),
    channels,
    ringSamples,
  };
  const worklet = new SharedWorkletPipe(memory);
  Atomics.store(worklet.words, Word.PROBE_MAIN, 4711);
  const engine = new Passthrough();
  const session = new NodeSession(
    { nodeId: 1, contextRateHz: 48000, offline: false },
    engine.asDenoiser,
    new SharedWorkerPipe(memory),
  );
  const { words } = worklet;
  const batch: DenoiserStream[] = [];
  /** One pass of the loop, for this node alone; returns how many streams were stepped. */
  const pass = (): number => {
    const count = session.collect(batch, 0);
    if (count > 0) engine.asDenoiser.step(batch, count);
    session.publish();
    return count;
  };
  return {
    session,
    worklet,
    words,
    pass,
    setActive: (count: number) => Atomics.store(words, Word.ACTIVE_CHANNELS, count),
  };
}

describe('NodeSession', () => {
  it('proves the route and says when the first hop is due, as soon as it is made', () => {
    const { session, words } = makeSession();
    expect(words[Word.PROBE_WORKER]).to.equal(4711);
    expect(words[Word.NEXT_DUE]).to.equal(HOP);
    expect([session.engineDelaySamples, session.hopWaitSamples]).to.deep.equal([ENGINE_DELAY, HOP]);
  });

  it('takes a hop when it is full and not before, and says when the next is due', () => {
    const { session, worklet, words, pass, setActive } = makeSession();
    setActive(1);
    worklet.noisy.write([noise(1000, 1)], 1, 0, HOP - 1);
    expect(session.hasWork).to.equal(false);
    expect(pass()).to.equal(0);
    worklet.noisy.write([noise(1000, 1)], 1, 0, 400);
    expect(session.hasWork).to.equal(true);
    expect(pass()).to.equal(1);
    expect(session.hasWork).to.equal(false);
    expect([words[Word.NOISY_READ], words[Word.ENHANCED_WRITE], words[Word.NEXT_DUE], words[Word.HOPS]]).to.deep.equal([
      HOP,
      HOP,
      2 * HOP,
      1,
    ]);
  });

  it('takes one hop at a time, however many wait', () => {
    const { worklet, words, pass, setActive } = makeSession();
    setActive(1);
    worklet.noisy.write([noise(4000, 1)], 1, 0, 3 * HOP);
    for (const hops of [1, 2, 3]) {
      expect(pass()).to.equal(1);
      expect(words[Word.HOPS]).to.equal(hops);
    }
    expect(pass()).to.equal(0);
  });

  it('hands the attenuation limit to every stream', () => {
    const { worklet, words, setActive, session } = makeSession(2);
    setActive(2);
    Atomics.store(words, Word.ATTENUATION_LIMIT, floatToWord(12));
    worklet.noisy.write([noise(HOP, 1), noise(HOP, 2)], 2, 0, HOP);
    const batch: DenoiserStream[] = [];
    expect(session.collect(batch, 0)).to.equal(2);
    expect(batch.map((stream) => stream.attenuationLimitDb)).to.deep.equal([12, 12]);
  });

  it('computes no plane that is not active, and beats its heart all the same', () => {
    const { session, worklet, words, pass } = makeSession(2);
    worklet.noisy.write([], 0, 0, 1000);
    expect(pass()).to.equal(0);
    expect(words[Word.HEARTBEAT]).to.equal(1);
    expect(words[Word.NOISY_READ]).to.equal(1000);
    expect(words[Word.ENHANCED_WRITE]).to.equal(1000);
    expect(session.streams).to.equal(1);
  });

  it('gives as many samples as it takes, each at its own index, whatever becomes active, shed or reset', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const random = seededRandom(seed);
      const { session, worklet, words, pass, setActive } = makeSession(2);
      const planes = [noise(200_000, seed), noise(200_000, seed + 10)];
      const out = planes.map(() => new Float32Array(200_000));
      let [pushed, received] = [0, 0];
      while (pushed < 190_000) {
        const length = Math.min(Math.floor(random() * 700), worklet.noisy.availableWrite);
        if (random() < 0.03) setActive(Math.floor(random() * 3));
        if (random() < 0.01) Atomics.add(words, Word.RESET_REQUEST, 1);
        if (random() < 0.01 && !session.isShed) session.beginShedding();
        if (random() < 0.05 && session.isShed) session.endShedding();
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
    const { worklet, words, pass, setActive } = makeSession();
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
    const { session, worklet, words, pass, setActive } = makeSession();
    setActive(1);
    const ones = [new Float32Array(4000).fill(1)];
    worklet.noisy.write(ones, 1, 0, 700);
    pass();
    session.beginShedding();
    expect(words[Word.SHED]).to.equal(1);
    worklet.noisy.write(ones, 1, 0, 900);
    expect(pass()).to.equal(0);
    expect(words[Word.ENHANCED_WRITE]).to.equal(1600);
    session.endShedding();
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
    const { session, worklet, setActive, pass } = makeSession(2);
    setActive(2);
    worklet.noisy.write([noise(HOP, 1), noise(HOP, 2)], 2, 0, HOP);
    pass();
    const batch: DenoiserStream[] = [];
    worklet.noisy.write([noise(HOP, 1), noise(HOP, 2)], 2, 0, HOP);
    session.collect(batch, 0);
    session.dispose();
    expect(batch.map((stream) => (stream as unknown as { disposed: boolean }).disposed)).to.deep.equal([true, true]);
  });
});
