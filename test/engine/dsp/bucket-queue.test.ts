import { expect } from '@esm-bundle/chai';
import { BucketQueue } from '../../../src/engine/dsp/bucket-queue.ts';
import { seededRandom } from '../signals.ts';

describe('BucketQueue', () => {
  it('gives everything once, highest level first, also where more comes in between', () => {
    const random = seededRandom(1);
    const levels = Array.from({ length: 500 }, () => Math.floor(random() * 20));
    const queue = new BucketQueue(500, 20);
    const waiting = new Set<number>();
    const taken = new Set<number>();
    for (let added = 0; taken.size < 500; ) {
      for (let i = Math.floor(random() * 4); i > 0 && added < 500; i--, added++) {
        queue.add(added, levels[added]);
        waiting.add(added);
      }
      const thing = queue.take();
      if (thing < 0) {
        expect(waiting.size).to.equal(0);
        continue;
      }
      expect(levels[thing]).to.equal(Math.max(...[...waiting].map((one) => levels[one])));
      expect(taken.has(thing)).to.equal(false);
      waiting.delete(thing);
      taken.add(thing);
    }
    expect(queue.take()).to.equal(-1);
  });

  it('puts what lies above the highest level on it', () => {
    const queue = new BucketQueue(2, 3);
    queue.add(0, 1);
    queue.add(1, 99);
    expect([queue.take(), queue.take(), queue.take()]).to.deep.equal([1, 0, -1]);
  });
});
