import { expect } from '@esm-bundle/chai';
import { BELL_WORDS, BellWord, CONTROL_WORDS, Word } from '../../src/shared/control-block.ts';
import { hasReached } from '../../src/shared/ring-buffer.ts';
import { SharedWorkerEnd, SharedWorkletEnd } from '../../src/shared/shared-pipe.ts';
import { WORKER_WORDS, WORKLET_WORDS } from '../../src/shared/words-by-writer.ts';

function makePipes(channels = 2, ringSamples = 1024) {
  const planes = channels * ringSamples * Float32Array.BYTES_PER_ELEMENT;
  const memory = {
    control: new SharedArrayBuffer(CONTROL_WORDS * Int32Array.BYTES_PER_ELEMENT),
    noisy: new SharedArrayBuffer(planes),
    enhanced: new SharedArrayBuffer(planes),
    bell: new SharedArrayBuffer(BELL_WORDS * Int32Array.BYTES_PER_ELEMENT),
    channels,
    ringSamples,
  };
  return {
    worklet: new SharedWorkletEnd(memory),
    worker: new SharedWorkerEnd(memory),
    bell: new Int32Array(memory.bell),
  };
}

describe('SharedEnd', () => {
  it('gives both ends the same rings and words', () => {
    const { worklet, worker } = makePipes();
    worklet.noisy.write([Float32Array.of(1, 2), Float32Array.of(3, 4)], 2, 0, 2);
    const there = [new Float32Array(2), new Float32Array(2)];
    expect(worker.noisy.read(there, 0, 2)).to.equal(2);
    worker.enhanced.write(there, 2, 0, 2);
    const back = [new Float32Array(2), new Float32Array(2)];
    worklet.enhanced.read(back, 0, 2);
    expect(back.map((plane) => [...plane])).to.deep.equal([
      [1, 2],
      [3, 4],
    ]);
    expect(worklet.words[Word.ENHANCED_READ]).to.equal(2);
  });

  it('rings the bell when a step is due, and not before, also across the wrap of the indices', () => {
    for (const start of [0, -480, 2 ** 31 - 200]) {
      const { worklet, bell } = makePipes();
      for (const word of [Word.NOISY_WRITE, Word.NOISY_READ]) Atomics.store(worklet.words, word, start);
      Atomics.store(worklet.words, Word.NEXT_DUE, (start + 480) | 0);
      const quantum = [new Float32Array(128), new Float32Array(128)];
      const rings: number[] = [];
      for (let quanta = 0; quanta < 5; quanta++) {
        worklet.noisy.write(quantum, 2, 0, 128);
        worklet.signal();
        rings.push(bell[BellWord.BELL]);
      }
      expect(rings).to.deep.equal([0, 0, 0, 1, 2]);
    }
  });

  it('rings it at any rate when words must be seen', () => {
    const { worklet, bell } = makePipes();
    worklet.flush();
    expect(bell[BellWord.BELL]).to.equal(1);
  });
});

describe('the words of a route', () => {
  it('have one writer each', () => {
    const all = [...WORKER_WORDS, ...WORKLET_WORDS, Word.PROBE_MAIN].sort((a, b) => a - b);
    expect(all).to.deep.equal(Array.from({ length: CONTROL_WORDS }, (_, word) => word));
  });

  it('compare as indices that wrap', () => {
    expect(hasReached(5, 5)).to.equal(true);
    expect(hasReached(4, 5)).to.equal(false);
    expect(hasReached(-(2 ** 31), 2 ** 31 - 1)).to.equal(true);
    expect(hasReached(2 ** 31 - 1, -(2 ** 31))).to.equal(false);
  });
});
