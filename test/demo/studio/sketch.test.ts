import { expect } from '@esm-bundle/chai';
import { columnsOf, MOST_COLUMNS, SKETCH_ROWS, Sketch, Sketcher } from '../../../demo/studio/sketch.ts';
import { frequencyRows } from '../../../src/panel/spectrogram/frequency-axis.ts';
import { noise } from '../../engine/signals.ts';

/** Draws two signals, handed over in pieces of one size, columns taken after each. */
function sketchOf(before: Float32Array[], after: Float32Array[], rate: number, piece: number): Sketch {
  const frames = before[0].length;
  const sketcher = new Sketcher(frames, rate);
  const sketch = new Sketch(frames);
  for (let start = 0; start < frames; start += piece) {
    sketcher.add(before, after, start, Math.min(piece, frames - start));
    const columns = sketcher.take();
    if (columns) {
      expect(columns.first).to.equal(sketch.filled);
      sketch.put(columns);
    }
  }
  expect(sketch.filled).to.equal(sketch.columns);
  return sketch;
}

describe('Sketcher', () => {
  it('has the extremes of every column, of before, after and their difference', () => {
    const [before, after] = [noise(96_000, 1), noise(96_000, 2)];
    const sketch = sketchOf([before], [after], 48000, 4800);
    const removed = before.map((sample, n) => sample - after[n]);
    [before, after, removed].forEach((signal, version) => {
      for (const column of [0, 1, 500, MOST_COLUMNS - 1]) {
        const part = signal.subarray(100 * column, 100 * column + 100);
        const at = 2 * (version * sketch.columns + column);
        expect(sketch.extremes[at]).to.be.closeTo(Math.min(...part), 1e-6);
        expect(sketch.extremes[at + 1]).to.be.closeTo(Math.max(...part), 1e-6);
      }
    });
  });

  it('is the same however the recording is cut', () => {
    const [before, after] = [noise(50_021, 3), noise(50_021, 4)];
    const whole = sketchOf([before], [after], 44100, 50_021);
    for (const piece of [1000, 4097, 44100]) {
      const cut = sketchOf([before], [after], 44100, piece);
      expect(cut.levels).to.deep.equal(whole.levels);
      expect(cut.extremes).to.deep.equal(whole.extremes);
    }
  });

  it('shows a tone at its pitch and nowhere else, as loud as it is, and what was removed where it was', () => {
    const rate = 48000;
    const tone = Float32Array.from({ length: 2 * rate }, (_, n) => 0.05 * Math.sin((2 * Math.PI * 1000 * n) / rate));
    const silence = new Float32Array(2 * rate);
    const sketch = sketchOf([tone], [silence], rate, rate);
    const rows = frequencyRows(SKETCH_ROWS, 1025, rate);
    const level = (version: number, row: number) => sketch.levels[(version * sketch.columns + 480) * SKETCH_ROWS + row];
    for (let row = 0; row < SKETCH_ROWS; row++) {
      const distance = Math.min(...[rows[2 * row], rows[2 * row + 1]].map((bin) => Math.abs(bin * 23.4375 - 1000)));
      // 0.05 is −26 dB on a scale from −100 to −24.
      if (distance < 15) expect(level(0, row)).to.be.within(240, 252);
      if (distance > 300) expect(level(0, row)).to.be.below(100);
      expect(level(1, row)).to.equal(0);
      expect(level(2, row)).to.equal(level(0, row));
    }
  });

  it('draws one sample, and recordings shorter than a window', () => {
    for (const frames of [1, 2, 100, 2047]) {
      const signal = new Float32Array(frames).fill(0.25);
      const sketch = sketchOf([signal], [signal], 48000, 48000);
      expect(sketch.columns).to.equal(columnsOf(frames));
      expect(sketch.extremes[1]).to.equal(0.25);
    }
  });

  it('takes what is not a number as silence', () => {
    const broken = new Float32Array(5000).fill(Number.NaN);
    broken[10] = Number.POSITIVE_INFINITY;
    const sketch = sketchOf([broken, broken], [broken, broken], 48000, 5000);
    expect(sketch.levels.every((level) => level === 0)).to.equal(true);
    expect(sketch.extremes.every((sample) => sample === 0)).to.equal(true);
  });

  it('needs no more memory for an hour than for a minute: what it keeps is taken away', () => {
    const sketcher = new Sketcher(3600 * 8000, 8000);
    const second = [noise(8000, 5)];
    let columns = 0;
    for (let s = 0; s < 3600; s++) {
      sketcher.add(second, second, 0, 8000);
      const taken = sketcher.take();
      columns += taken?.count ?? 0;
      expect(taken?.count ?? 0).to.be.at.most(3);
    }
    expect(columns).to.equal(MOST_COLUMNS);
  });
});
