import { expect } from '@esm-bundle/chai';
import { matchGains } from '../../../demo/studio/player.ts';

describe('matchGains', () => {
  const loudness = (before: number, after: number, removed: number, peak = 0.1) =>
    matchGains({ loudness: [before, after, removed], peak: [1, 1, peak] });

  it('turns the louder of before and after down, and what was removed up', () => {
    expect(loudness(-20, -23, -30)).to.deep.equal([-3, 0, 7]);
    expect(loudness(-24, -23, -20)).to.deep.equal([0, -1, -4]);
  });

  it('turns up what was removed no further than its peaks allow', () => {
    expect(loudness(-20, -20, -40, 0.5)[2]).to.be.closeTo(6.02, 0.01);
  });

  it('leaves silence alone, and does not turn down without end', () => {
    expect(loudness(-20, Number.NEGATIVE_INFINITY, -20)).to.deep.equal([0, 0, 0]);
    expect(loudness(-20, -65, -20)).to.deep.equal([-24, 0, -24]);
  });
});
