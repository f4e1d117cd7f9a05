import { expect } from '@esm-bundle/chai';
import { expandedALaw, expandedMuLaw } from '../../../src/files/pcm/g711.ts';

const codes = Array.from({ length: 256 }, (_, code) => code);

describe('the companding laws of telephony', () => {
  it('give the values of G.711 at the ends of each segment', () => {
    // Table 1a of the recommendation, in 16 bits: 13-bit values times 8, at the lowest interval of each segment.
    for (const [segment, value] of [8, 264, 528, 1056, 2112, 4224, 8448, 16896].entries()) {
      expect(expandedALaw((0x80 | (segment << 4)) ^ 0x55), `A-law ${segment}`).to.equal(value);
      expect(expandedALaw((segment << 4) ^ 0x55), `A-law −${segment}`).to.equal(-value);
    }
    expect(expandedALaw(0xff ^ 0x55)).to.equal(32256);
    // Table 2a, 14-bit values times 4.
    for (const [segment, value] of [0, 132, 396, 924, 1980, 4092, 8316, 16764].entries()) {
      expect(expandedMuLaw(0xff - (segment << 4)), `µ-law ${segment}`).to.equal(value);
      expect(expandedMuLaw(0x7f - (segment << 4)) + value, `µ-law −${segment}`).to.equal(0);
    }
    expect(expandedMuLaw(0x80)).to.equal(32124);
    expect(expandedMuLaw(0)).to.equal(-32124);
  });

  it('are odd, rise without a break, and double their steps from segment to segment', () => {
    for (const [law, turn, flip] of [
      [expandedALaw, 0x55, 0],
      [expandedMuLaw, 0, 0x7f],
    ] as const) {
      const positive = codes.slice(0, 128).map((code) => law(0x80 | (code ^ turn ^ flip)));
      const negative = codes.slice(0, 128).map((code) => law(code ^ turn ^ flip));
      // The highest bit is the sign, which A-law's turned bits leave alone.
      const [above, below] = positive[127] > 0 ? [positive, negative] : [negative, positive];
      above.forEach((value, i) => expect(value + below[i]).to.equal(0));
      const steps = above.slice(1).map((value, i) => value - above[i]);
      for (const step of steps) expect(step).to.be.greaterThan(0);
      for (let segment = 2; segment < 8; segment++) expect(steps[16 * segment]).to.equal(2 * steps[16 * segment - 16]);
    }
  });
});
