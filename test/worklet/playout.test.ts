import { expect } from '@esm-bundle/chai';
import { DelayLine } from '../../worklet/delay-line.ts';
import { Playout } from '../../worklet/playout.ts';
import { noise } from '../engine/signals.ts';

const RATE = 48000;
const CROSSFADE = 960;
const LENGTH = 19_200;

/** Plays a signal whose enhancement is its negative; `between` is called before every quantum. */
function play(
  signal: Float32Array,
  playout: Playout,
  between: (now: number) => void,
  range: { from: number; end: number },
): { dry: Float32Array; enhanced: Float32Array } {
  const [dryLine, line] = [new DelayLine(1, 8192), new DelayLine(1, 8192)];
  const [dry, enhanced] = [new Float32Array(signal.length), new Float32Array(signal.length)];
  const negative = signal.map((sample) => -sample);
  for (let now = 0; now < signal.length; now += 128) {
    dryLine.write(0, now, signal, now, 128);
    // Enhanced samples keep their index: the engine's delay is in the signal that the worker gives back, here none.
    line.write(0, now, negative, now, 128);
    between(now);
    playout.render(dryLine, now, { line, ...range }, now, 1, 128);
    dry.set(playout.dry[0], now);
    enhanced.set(playout.enhanced[0], now);
  }
  return { dry, enhanced };
}

describe('Playout', () => {
  const all = { from: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY };
  const signal = noise(LENGTH, 1);

  it('moves both lines at once, by a crossfade whose weights sum to one', () => {
    const playout = new Playout(RATE, 1, 1000, 128);
    playout.setFades(128, 960);
    playout.jump(1000, 1000);
    const { dry, enhanced } = play(
      signal,
      playout,
      (now) => {
        if (now === 6400) playout.glide(1240, 1240, now, { line: new DelayLine(1, 1), ...all });
        expect(playout.busy).to.equal(now >= 6400 && now < 6400 + 1024);
      },
      all,
    );
    for (let i = 1240; i < LENGTH; i++) {
      const weight = Math.max(0, Math.min(1, (i - 6400 + 1) / CROSSFADE));
      expect(dry[i], `dry ${i}`).to.be.closeTo((1 - weight) * signal[i - 1000] + weight * signal[i - 1240], 1e-6);
      expect(enhanced[i], `enhanced ${i}`).to.equal(-dry[i]);
    }
  });

  it('keeps a constant constant while its delay changes', () => {
    const ones = new Float32Array(LENGTH).fill(1);
    const playout = new Playout(RATE, 1, 500, 128);
    playout.jump(500, 400);
    const { dry, enhanced } = play(
      ones,
      playout,
      (now) => {
        if (now >= 6400 && !playout.busy)
          playout.glide(500 + ((now * 7) % 1000), 400, now, { line: new DelayLine(1, 1), ...all });
      },
      all,
    );
    for (let i = 6400; i < LENGTH; i++) {
      expect(dry[i]).to.be.closeTo(1, 1e-6);
      expect(enhanced[i]).to.be.closeTo(-1, 1e-6);
    }
  });

  it('needs no crossfade for a ring delay that nobody hears', () => {
    const playout = new Playout(RATE, 1, 500, 128);
    playout.glide(500, 300, 0, undefined);
    expect(playout.busy).to.equal(false);
    expect(playout.target.wetDelay).to.equal(300);
  });
});
