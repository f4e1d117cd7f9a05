import { expect } from '@esm-bundle/chai';
import { formatClock, formatDecibels, formatLength, formatSize, formatSpeed } from '../../../demo/studio/formatters.ts';

describe('numbers of the studio', () => {
  it('are lengths, sizes, speeds and levels, with their units', () => {
    expect([0, 59.9, 61, 3661].map(formatClock)).to.deep.equal(['0:00', '0:59', '1:01', '1:01:01']);
    expect([0.25, 12.4, 119.6, 3900].map(formatLength)).to.deep.equal(['0.3 s', '12 s', '2 min 0 s', '1 h 5 min']);
    expect([0, 999, 1500, 12_345_678, 5e9].map(formatSize)).to.deep.equal([
      '0 bytes',
      '999 bytes',
      '1.5 kB',
      '12.3 MB',
      '5 GB',
    ]);
    expect([0.5, 23.4].map(formatSpeed)).to.deep.equal(['0.5 × real time', '23 × real time']);
    expect([2, 0, -3.46].map(formatDecibels)).to.deep.equal(['+2.0 dB', '0.0 dB', '−3.5 dB']);
  });
});
