import { expect } from '@esm-bundle/chai';
import { RingBuffer } from '../../src/shared/ring-buffer.ts';
import { seededRandom } from '../engine/signals.ts';

const CANARY = 1234.5;
const BYTES = Float32Array.BYTES_PER_ELEMENT;

/** A ring whose memory has a stretch of canaries behind it, and whose indices begin anywhere. */
function makeRing(channels: number, capacity: number, firstIndex = 0): { ring: RingBuffer; behind: Float32Array } {
  const words = new Int32Array(2).fill(firstIndex | 0);
  const memory = new SharedArrayBuffer((channels * capacity + 8) * BYTES);
  const behind = new Float32Array(memory, channels * capacity * BYTES).fill(CANARY);
  return { ring: new RingBuffer(memory, channels, capacity, words, 0, 1), behind };
}

/** Planes of a counting signal; plane c has c million added, so that no sample is found in a wrong place. */
function counting(channels: number, first: number, length: number, guard = 0): Float32Array[] {
  return Array.from({ length: channels }, (_, channel) =>
    Float32Array.from({ length: length + 2 * guard }, (_, i) =>
      i < guard || i >= guard + length ? CANARY : 1e6 * channel + ((first + i - guard) % 1e6),
    ),
  );
}

describe('RingBuffer', () => {
  for (const firstIndex of [0, 2 ** 31 - 700, 2 ** 32 - 700, 12345]) {
    it(`gives every sample of every plane once and in order, whatever the sizes, from index ${firstIndex} on`, () => {
      const random = seededRandom(firstIndex + 7);
      const [channels, capacity, guard] = [3, 256, 4];
      const { ring, behind } = makeRing(channels, capacity, firstIndex);
      let [written, read] = [0, 0];
      while (read < 20000) {
        const source = counting(channels, written, Math.floor(random() * 300), guard);
        const length = source[0].length - 2 * guard;
        const room = ring.availableWrite;
        const wrote = ring.write(source, channels, guard, length);
        expect(wrote).to.equal(Math.min(length, room));
        written += wrote;
        expect(ring.availableRead).to.equal(written - read);
        expect(ring.availableRead + ring.availableWrite).to.equal(capacity);

        const wanted = Math.floor(random() * 300);
        const target = Array.from({ length: channels }, () => new Float32Array(wanted + 2 * guard).fill(CANARY));
        const got = ring.read(target, guard, wanted);
        expect(got).to.equal(Math.min(wanted, written - read));
        const expected = counting(channels, read, got);
        for (let channel = 0; channel < channels; channel++) {
          expect(target[channel].subarray(guard, guard + got)).to.deep.equal(expected[channel]);
          for (let i = 0; i < target[channel].length; i++)
            if (i < guard || i >= guard + got) expect(target[channel][i]).to.equal(CANARY);
        }
        read += got;
      }
      expect([...behind].every((sample) => sample === CANARY)).to.equal(true);
    });
  }

  it('can be filled to the brim, and is then full and not empty', () => {
    const { ring } = makeRing(1, 64);
    expect(ring.write(counting(1, 0, 64), 1, 0, 64)).to.equal(64);
    expect([ring.availableRead, ring.availableWrite]).to.deep.equal([64, 0]);
    expect(ring.write(counting(1, 64, 1), 1, 0, 1)).to.equal(0);
    const target = [new Float32Array(65)];
    expect(ring.read(target, 0, 65)).to.equal(64);
    expect(target[0].subarray(0, 64)).to.deep.equal(counting(1, 0, 64)[0]);
    expect([ring.availableRead, ring.availableWrite]).to.deep.equal([0, 64]);
    expect(ring.read(target, 0, 1)).to.equal(0);
  });

  it('writes silence into the planes that a writer does not have', () => {
    const { ring } = makeRing(2, 8);
    ring.write(counting(2, 1, 8), 2, 0, 8);
    ring.discard(8);
    ring.write(counting(1, 1, 4), 1, 0, 4);
    ring.writeSilence(4);
    const target = [new Float32Array(8), new Float32Array(8)];
    ring.read(target, 0, 8);
    expect(target.map((plane) => [...plane])).to.deep.equal([
      [1, 2, 3, 4, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 0],
    ]);
  });

  it('throws away no more than there is', () => {
    const { ring } = makeRing(1, 16);
    ring.write(counting(1, 0, 10), 1, 0, 10);
    expect(ring.discard(4)).to.equal(4);
    const target = [new Float32Array(1)];
    ring.read(target, 0, 1);
    expect(target[0][0]).to.equal(4);
    expect(ring.discard(100)).to.equal(5);
  });

  it('refuses a capacity that is no power of two', () => {
    expect(() => new RingBuffer(new ArrayBuffer(400), 1, 100, new Int32Array(2), 0, 1)).to.throw(RangeError, '100');
  });

  it('carries two million samples between two threads, none lost, doubled or torn', async function () {
    this.timeout(60_000);
    const [channels, capacity, samples] = [2, 512, 2_000_000];
    const memory = new SharedArrayBuffer(channels * capacity * BYTES);
    // The indices wrap from 2³² to 0 on the way.
    const words = new Int32Array(new SharedArrayBuffer(8)).fill(-1_000_000);
    const url = new URL('./fixtures/ring-thread.ts', import.meta.url);
    const roles = ['producer', 'consumer'] as const;
    const workers = roles.map(() => new Worker(url, { type: 'module' }));
    const reports = await Promise.all(
      workers.map(
        (worker, i) =>
          new Promise<{ sums: number[]; faults: number }>((resolve, reject) => {
            worker.onmessage = ({ data }) => resolve(data);
            worker.onerror = (event) => reject(new Error(event.message));
            worker.postMessage({ role: roles[i], memory, words, channels, capacity, samples });
          }),
      ),
    );
    for (const worker of workers) worker.terminate();
    const [producer, consumer] = reports;
    expect(consumer.faults).to.equal(0);
    expect(consumer.sums).to.deep.equal(producer.sums);
    expect(producer.sums[0]).to.not.equal(0);
  });
});
