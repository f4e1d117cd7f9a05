import { expect } from '@esm-bundle/chai';
import {
  frequencyRows,
  frequencyToHeight,
  HIGHEST_HZ,
  heightToFrequency,
} from '../../../src/panel/spectrogram/frequency-axis.ts';

describe('the frequency axis', () => {
  it('runs from silence at the bottom to the highest frequency at the top', () => {
    expect(frequencyToHeight(0)).to.equal(0);
    expect(frequencyToHeight(HIGHEST_HZ)).to.equal(1);
  });

  it('is inverted exactly', () => {
    for (const hz of [50, 440, 1000, 3999, 11_000])
      expect(heightToFrequency(frequencyToHeight(hz))).to.be.closeTo(hz, 1e-6);
  });

  it('gives every row a range of bins that rises and leaves no bin out', () => {
    const rows = frequencyRows(160, 1024, 48_000);
    for (let row = 0; row < 160; row++) {
      expect(rows[2 * row]).to.be.at.most(rows[2 * row + 1]);
      if (row > 0) expect(rows[2 * row] - rows[2 * row - 1]).to.be.at.most(1);
    }
  });

  it('shows a tone in the row at its height', () => {
    const bins = 1024;
    const rows = frequencyRows(160, bins, 48_000);
    const bin = Math.round((4000 / 24_000) * bins);
    const row = [...Array(160).keys()].find((i) => rows[2 * i] <= bin && bin <= rows[2 * i + 1])!;
    expect(row / 160).to.be.closeTo(frequencyToHeight(4000), 0.01);
  });

  it('stays within the bins of a context that hears no higher than 4 kHz', () => {
    expect(Math.max(...frequencyRows(160, 1024, 8000))).to.equal(1023);
  });
});
