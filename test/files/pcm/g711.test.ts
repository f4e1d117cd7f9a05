import { expect } from '@esm-bundle/chai';
import { compressedALaw, compressedMuLaw, expandedALaw, expandedMuLaw } from '../../../src/files/pcm/g711.ts';

const LAWS = [
  // Half of the widest interval that holds samples of this size; in the first segments 16 and 8 wide.
  {
    name: 'A-law',
    compressed: compressedALaw,
    expanded: expandedALaw,
    halfAt: (size: number) => Math.max(8, size / 32),
  },
  {
    name: 'µ-law',
    compressed: compressedMuLaw,
    expanded: expandedMuLaw,
    halfAt: (size: number) => Math.max(4, (size + 132) / 32),
  },
];

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

  for (const { name, compressed, expanded, halfAt } of LAWS) {
    it(`give every byte of ${name} back that stands for its sample`, () => {
      for (let code = 0; code < 256; code++) {
        const sample = expanded(code);
        expect(expanded(compressed(sample)), `byte ${code}`).to.equal(sample);
        // µ-law has two bytes for zero.
        if (sample !== 0) expect(compressed(sample)).to.equal(code);
      }
    });

    it(`bring every sample to the byte of ${name} in whose interval it lies, in order`, () => {
      let before = Number.NEGATIVE_INFINITY;
      for (let sample = -32768; sample <= 32767; sample++) {
        const near = expanded(compressed(sample));
        expect(near, `${sample}`).to.be.at.least(before);
        before = near;
        // The loudest interval of µ-law ends before the loudest sample.
        const beyond = Math.max(0, Math.abs(sample) - 32635);
        expect(Math.abs(near - sample), `${sample}`).to.be.at.most(halfAt(Math.abs(sample)) + beyond);
      }
    });
  }

  it('agree with the examples of ITU-T G.711: full scale and the smallest', () => {
    expect([32767, -32768, 8, -8].map(compressedALaw)).to.deep.equal([0xaa, 0x2a, 0xd5, 0x55]);
    expect([32767, -32768, 0].map(compressedMuLaw)).to.deep.equal([0x80, 0x00, 0xff]);
  });
});
