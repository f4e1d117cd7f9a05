import { expect } from '@esm-bundle/chai';
import { cleanInput } from '../../worklet/clean-input.ts';

describe('cleanInput', () => {
  const planes = (): Float32Array[] => [
    new Float32Array(8).fill(9),
    new Float32Array(8).fill(9),
    new Float32Array(8).fill(9),
  ];

  it('replaces what is not finite or not normal, and counts what is not finite', () => {
    const clean = planes();
    const bad = Float32Array.of(
      1,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      1e-40,
      -1e-40,
      2 ** -126,
      -0.5,
    );
    expect(cleanInput([bad, bad, bad], 0, 8, clean)).to.equal(9);
    for (const plane of clean) expect([...plane]).to.deep.equal([1, 0, 0, 0, 0, 0, 2 ** -126, -0.5]);
  });

  it('repeats one plane in the second, and gives silence where nothing is', () => {
    const clean = planes();
    cleanInput([Float32Array.of(1, 2, 3, 4)], 2, 2, clean);
    expect(clean.map((plane) => [...plane.subarray(0, 3)])).to.deep.equal([
      [3, 4, 9],
      [3, 4, 9],
      [0, 0, 9],
    ]);
    cleanInput([], 0, 2, clean);
    for (const plane of clean) expect([...plane.subarray(0, 2)]).to.deep.equal([0, 0]);
  });
});
