import { expect } from '@esm-bundle/chai';
import { Crossfade } from '../../../src/engine/dsp/crossfade.ts';
import { largestDifference, noise } from '../signals.ts';

describe('Crossfade', () => {
  it('gives a signal back whose blocks agree where they overlap', () => {
    for (const [block, overlap] of [
      [100, 0],
      [100, 1],
      [100, 30],
      [100, 50],
    ]) {
      const advance = block - overlap;
      const signal = noise(overlap + 8 * advance, 1);
      const crossfade = new Crossfade(advance, overlap);
      const out = new Float32Array(advance);
      for (let i = 0; i < 8; i++) {
        crossfade.join(Float64Array.from(signal.subarray(i * advance, i * advance + block)), out);
        // The first block fades in from nothing.
        if (i > 0)
          expect(
            largestDifference(out, signal.subarray(i * advance, (i + 1) * advance)),
            `overlap ${overlap}`,
          ).to.be.below(1e-7);
      }
    }
  });

  it('goes from one block to the next without a jump: no two neighbours differ by more than its steepest slope', () => {
    const crossfade = new Crossfade(90, 10);
    const out = new Float32Array(90);
    crossfade.join(new Float64Array(100).fill(1), out);
    crossfade.join(new Float64Array(100).fill(-1), out);
    let largest = Math.abs(out[0] - 1);
    for (let n = 1; n < out.length; n++) largest = Math.max(largest, Math.abs(out[n] - out[n - 1]));
    expect(largest).to.be.below((2 * (Math.PI / 2)) / 10);
  });

  it('sets blocks without overlap side by side', () => {
    const crossfade = new Crossfade(10, 0);
    const out = new Float32Array(10);
    crossfade.join(new Float64Array(10).fill(1), out);
    crossfade.join(new Float64Array(10).fill(-1), out);
    expect([...out]).to.deep.equal(new Array(10).fill(-1));
  });

  it('forgets the block before when it is reset, and lets no NaN and nothing denormal out', () => {
    const crossfade = new Crossfade(6, 4);
    const out = new Float32Array(6);
    crossfade.join(Float64Array.of(1, 1, 1, 1, Number.NaN, 1e-20, 1, 1, 1, 1), out);
    expect(out[4]).to.equal(0);
    expect(out[5]).to.equal(0);
    crossfade.reset();
    crossfade.join(new Float64Array(10), out);
    expect(out.every((x) => x === 0)).to.equal(true);
  });
});
