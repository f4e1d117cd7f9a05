import { expect } from '@esm-bundle/chai';
import { SampleQueue } from '../../../src/engine/dsp/sample-queue.ts';
import { seededRandom } from '../signals.ts';

describe('SampleQueue', () => {
  it('gives every sample once and in order, whatever the sizes', () => {
    const random = seededRandom(3);
    const queue = new SampleQueue(4);
    const into = new Float32Array(64);
    let pushed = 0;
    let taken = 0;
    for (let round = 0; round < 2000; round++) {
      for (let n = Math.floor(random() * 40); n > 0; n--) queue.push(pushed++);
      const count = queue.take(into, 2, Math.floor(random() * 50));
      for (let i = 0; i < count; i++) expect(into[2 + i]).to.equal(taken++);
      expect(queue.length).to.equal(pushed - taken);
    }
    expect(taken).to.be.above(30000);
  });

  it('drops the oldest, and no more than it has', () => {
    const queue = new SampleQueue(4);
    for (let n = 0; n < 6; n++) queue.push(n);
    queue.drop(2);
    const into = new Float32Array(1);
    expect(queue.take(into, 0, 1)).to.equal(1);
    expect(into[0]).to.equal(2);
    queue.drop(9);
    expect(queue.length).to.equal(0);
  });

  it('gives no more than it has, and leaves the rest of the array alone', () => {
    const queue = new SampleQueue(4);
    queue.push(1);
    const into = Float32Array.of(9, 9, 9);
    expect(queue.take(into, 1, 2)).to.equal(1);
    expect([...into]).to.deep.equal([9, 1, 9]);
    expect(queue.take(into, 0, 3)).to.equal(0);
  });
});
