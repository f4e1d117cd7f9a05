import { expect } from '@esm-bundle/chai';
import { Normaliser } from '../../../src/engine/blocks/normalisation.ts';
import type { Normalisation } from '../../../src/engine/manifest/block-manifest.ts';

/** Two rows of three. */
const IMAGE = Float32Array.of(-80, -40, 0, 20, -120, 60);
const FIXED: Normalisation = {
  kind: 'fixed',
  to: [-1, 1],
  rows: [{ rows: 2, inputRange: [-100, 20], outputRange: [-60, 60] }],
};

describe('Normaliser', () => {
  it('maps a fixed range, clips what lies outside, and maps estimates back by their own range', () => {
    const { features, estimate, finite } = there(FIXED, IMAGE, [-1, -0.5, 0, 0.5, 1, 2]);
    expect(features).to.deep.equal(Array.from(Float32Array.of(-2 / 3, 0, 2 / 3, 1, -1, 1)));
    expect(finite).to.equal(true);
    expect(estimate).to.deep.equal([-60, -30, 0, 30, 60, 120]);
  });

  it('maps groups of rows by ranges of their own', () => {
    const rows = [
      { rows: 1, inputRange: [-80, 0], outputRange: [-80, 0] },
      { rows: 1, inputRange: [-120, 80], outputRange: [0, 100] },
    ] as const;
    const { features, estimate } = there({ kind: 'fixed', to: [0, 1], rows }, IMAGE, [0, 0.5, 1, 0, 0.5, 1]);
    expect(features).to.deep.equal(Array.from(Float32Array.of(0, 0.5, 1, 0.7, 0, 0.9)));
    expect(estimate).to.deep.equal([-80, -40, 0, 0, 50, 100]);
  });

  it('maps the least and the largest value of each image, and estimates back by the same', () => {
    const { features, estimate } = there({ kind: 'image', to: [-1, 1] }, IMAGE, [-1, 0, 1, 0, 0, 0]);
    expect([Math.min(...features), Math.max(...features)]).to.deep.equal([-1, 1]);
    expect(estimate.slice(0, 3)).to.deep.equal([-120, -30, 60]);
  });

  it('gives the low end, and no NaN, for an image of one value', () => {
    const { features, estimate } = there(
      { kind: 'image', to: [-1, 1] },
      new Float32Array(6).fill(-100),
      [-1, 0, 1, 5, -5, 0],
    );
    expect(features).to.deep.equal([-1, -1, -1, -1, -1, -1]);
    expect(estimate).to.deep.equal([-100, -100, -100, -100, -100, -100]);
  });

  it('leaves an image alone that needs none', () => {
    const { features, estimate } = there({ kind: 'none' }, IMAGE, [1, 2, 3, 4, 5, 6]);
    expect(features).to.deep.equal([...IMAGE]);
    expect(estimate).to.deep.equal([1, 2, 3, 4, 5, 6]);
  });

  it('tells of estimates that are not finite', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      for (const settings of [FIXED, { kind: 'none' }, { kind: 'image', to: [0, 1] }] satisfies Normalisation[]) {
        expect(there(settings, IMAGE, [0, 0, 0, 0, bad, 0]).finite).to.equal(false);
      }
    }
  });
});

/** Through both directions, at an offset that must not matter. */
function there(
  settings: Normalisation,
  image: Float32Array,
  output: number[],
): { features: number[]; estimate: number[]; finite: boolean } {
  const normaliser = new Normaliser(settings, 3);
  const features = new Float32Array(image.length + 2).fill(9);
  const range = new Float64Array(2);
  normaliser.apply(image, features, 1, range);
  expect([features[0], features[features.length - 1]]).to.deep.equal([9, 9]);
  const estimate = new Float32Array(image.length);
  const finite = normaliser.restore(Float32Array.of(9, ...output), 1, range, estimate);
  return { features: [...features.subarray(1, -1)], estimate: [...estimate], finite };
}
