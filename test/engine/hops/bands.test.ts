import { expect } from '@esm-bundle/chai';
import { BandMap } from '../../../src/engine/hops/bands.ts';
import { noise } from '../signals.ts';

/** Three single bins, then wider and wider. */
const CENTRE_BINS = [0, 1, 2, 4.5, 9.25, 16];
const BINS = 17;

describe('BandMap', () => {
  const map = new BandMap({ centreBins: CENTRE_BINS }, BINS);

  it('spreads bands by linear interpolation between their centres', () => {
    const bands = Float32Array.from([3, -1, 2, 0, 8, -4]);
    const bins = new Float32Array(BINS);
    map.spread(bands, 0, bins, 0);
    for (let k = 0; k < BINS; k++) {
      const above = Math.max(
        1,
        CENTRE_BINS.findIndex((centre) => centre >= k),
      );
      const [left, right] = [CENTRE_BINS[above - 1], CENTRE_BINS[above]];
      const expected = bands[above - 1] + ((k - left) / (right - left)) * (bands[above] - bands[above - 1]);
      expect(bins[k]).to.be.closeTo(expected, 1e-6);
    }
  });

  it('gathers means: a constant row stays that constant', () => {
    const bands = new Float32Array(6);
    map.gather(new Float32Array(BINS).fill(0.7), 0, bands, 0);
    for (const value of bands) expect(value).to.be.closeTo(0.7, 1e-6);
  });

  it('copies bands that are one bin wide, both ways', () => {
    const row = noise(BINS, 1, 1);
    const bands = new Float32Array(6);
    const back = new Float32Array(BINS);
    map.gather(row, 0, bands, 0);
    expect([...bands.subarray(0, 2)]).to.deep.equal([...row.subarray(0, 2)]);
    map.spread(bands, 0, back, 0);
    expect([...back.subarray(0, 2)]).to.deep.equal([...row.subarray(0, 2)]);
  });

  it('reads and writes rows inside larger arrays, and nothing beside them', () => {
    const row = noise(2 * BINS, 2, 1);
    const bands = new Float32Array(20).fill(9);
    const alone = new Float32Array(6);
    map.gather(row.slice(BINS), 0, alone, 0);
    map.gather(row, BINS, bands, 7);
    expect([...bands.subarray(7, 13)]).to.deep.equal([...alone]);
    expect([...bands.subarray(0, 7), ...bands.subarray(13)]).to.deep.equal(new Array(14).fill(9));
  });
});
