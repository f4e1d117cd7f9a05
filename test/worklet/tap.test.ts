import { expect } from '@esm-bundle/chai';
import { DelayLine } from '../../worklet/delay-line.ts';
import { Tap } from '../../worklet/tap.ts';

const [FADE_OUT, FADE_IN, QUANTUM] = [128, 960, 128];

/** A tap over a dry line of ones and an enhanced line of zeros: what it plays is one minus its level. */
class TapBench {
  readonly tap = new Tap(QUANTUM);
  readonly range = { line: new DelayLine(1, 4096), from: 0, end: 0 };
  readonly #dryLine = new DelayLine(1, 4096);
  #now = 0;

  constructor() {
    this.tap.setFades(FADE_OUT, FADE_IN);
    this.#dryLine.write(0, 0, new Float32Array(4096).fill(1), 0, 4096);
  }

  /** Levels of the next quanta. */
  play(quanta: number, length = QUANTUM): number[] {
    const [dry, enhanced] = [[new Float32Array(QUANTUM)], [new Float32Array(QUANTUM)]];
    return Array.from({ length: quanta }, () => {
      this.tap.render(this.#dryLine, this.#now, this.range, this.#now, 1, length, dry, enhanced);
      this.#now += length;
      return Array.from(enhanced[0].subarray(0, length), (sample) => 1 - sample);
    }).flat();
  }
}

describe('Tap', () => {
  it('opens in a straight line, from the first sample that can be played', () => {
    const bench = new TapBench();
    bench.range.from = 100;
    bench.range.end = 100_000;
    bench
      .play(20)
      .forEach((level, i) => expect(level).to.be.closeTo(i < 100 ? 0 : Math.min(1, (i - 99) / FADE_IN), 1e-5));
    expect(bench.tap.level).to.equal(1);
    expect(bench.tap.short).to.equal(false);
  });

  it('closes in a straight line that ends with the last sample there is', () => {
    const bench = new TapBench();
    bench.range.end = 100_000;
    bench.play(20);
    bench.range.end = 20 * QUANTUM + 300;
    bench
      .play(4)
      .forEach((level, i) => expect(level).to.be.closeTo(Math.max(0, Math.min(1, (300 - i) / FADE_OUT)), 1e-5));
    expect([bench.tap.level, bench.tap.short, bench.tap.dimmed]).to.deep.equal([0, true, QUANTUM]);
  });

  it('opens again by the slow fade when more has come, from where it was', () => {
    const bench = new TapBench();
    bench.range.end = 100_000;
    bench.play(20);
    bench.range.end = 20 * QUANTUM + 128 + 64;
    const levels = bench.play(1);
    bench.range.end = 100_000;
    levels.push(...bench.play(20));
    for (let i = 1; i < levels.length; i++) {
      expect(levels[i] - levels[i - 1]).to.be.within(-1 / FADE_OUT - 1e-5, 1 / FADE_IN + 1e-5);
    }
    expect(levels.at(-1)).to.equal(1);
  });

  it('switches where it is told to: offline, what is due is always there', () => {
    const bench = new TapBench();
    bench.tap.setFades(1, 1);
    bench.range.end = 50;
    expect(bench.play(1)).to.deep.equal(Array.from({ length: QUANTUM }, (_, i) => (i < 50 ? 1 : 0)));
  });

  it('gives the dry signal where there is no range at all', () => {
    const tap = new Tap(QUANTUM);
    tap.level = 1;
    const dryLine = new DelayLine(1, 256);
    dryLine.write(
      0,
      0,
      Float32Array.from({ length: 128 }, (_, i) => i),
      0,
      128,
    );
    const [dry, enhanced] = [[new Float32Array(QUANTUM)], [new Float32Array(QUANTUM)]];
    tap.render(dryLine, 0, undefined, 0, 1, QUANTUM, dry, enhanced);
    expect(enhanced).to.deep.equal(dry);
    expect([dry[0][127], tap.level]).to.deep.equal([127, 0]);
  });
});
