import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AutoGain } from '../../../src/shared/shaping/auto-gain.ts';
import { largestDifference, noise, seededRandom } from '../../engine/signals.ts';

const RATE = 16000;
const TARGET_DB = -20;

/** A stretch of sound: a voice that the model keeps, or noise that it takes out. Root mean square in dBFS. */
interface Part {
  readonly seconds: number;
  readonly levelDb: number;
  readonly isVoice: boolean;
}

const voice = (levelDb: number, seconds: number): Part => ({ seconds, levelDb, isVoice: true });
const pause = (levelDb: number, seconds: number): Part => ({ seconds, levelDb, isVoice: false });

/** What goes into the model, and what comes out: noise 30 dB quieter. */
function soundOf(parts: readonly Part[]): { dry: Float32Array; enhanced: Float32Array } {
  const sound = parts.map(({ seconds, levelDb }, i) =>
    noise(seconds * RATE, i + 1, Math.sqrt(3) * 10 ** (levelDb / 20)),
  );
  const kept = sound.map((samples, i) => (parts[i].isVoice ? samples : samples.map((x) => x * 10 ** (-30 / 20))));
  return { dry: joined(sound), enhanced: joined(kept) };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

interface Run {
  readonly stretch?: () => number;
  readonly before?: (gain: AutoGain, start: number) => void;
  readonly isOn?: (start: number) => boolean;
  readonly right?: number;
  readonly limitDb?: number;
  readonly isEnhanced?: boolean;
}

/** The output for a mono sound, or one whose right side is a share of its left. */
function levelled(parts: readonly Part[], run: Run = {}): Float32Array[] {
  const { dry, enhanced } = soundOf(parts);
  const sides = run.right === undefined ? [1] : [1, run.right];
  const [dries, wets] = [dry, enhanced].map((plane) => sides.map((share) => plane.map((x) => x * share)));
  const output = wets.map((plane) => plane.slice());
  const gain = new AutoGain(RATE);
  for (let start = 0; start < dry.length; ) {
    const length = Math.min(run.stretch?.() ?? 128, dry.length - start);
    run.before?.(gain, start);
    gain.aim(run.isOn?.(start) ?? true, TARGET_DB);
    const at = (planes: readonly Float32Array[]) => planes.map((plane) => plane.subarray(start));
    if (gain.isHeard) {
      gain.listen(at(dries), at(wets), run.limitDb ?? 100, run.isEnhanced ?? true);
      gain.process(output, sides.length, start, length);
    }
    start += length;
  }
  return output;
}

/** Root mean square of a stretch between two times, dBFS. */
function levelOf(samples: Float32Array, from: number, to: number): number {
  const part = samples.subarray(from * RATE, to * RATE);
  return 10 * Math.log10(part.reduce((sum, x) => sum + x * x, 0) / part.length);
}

describe('AutoGain', () => {
  it('brings quiet and loud voices to the target level', () => {
    for (const levelDb of [-42, -35, -26, -20, -12, -4]) {
      const [output] = levelled([voice(levelDb, 10)]);
      assert.ok(Math.abs(levelOf(output, 8, 10) - TARGET_DB) < 0.5, `${levelDb} → ${levelOf(output, 8, 10)} dBFS`);
    }
  });

  it('goes no further than 24 dB up and 18 dB down', () => {
    const gainOf = (levelDb: number): number => levelOf(levelled([voice(levelDb, 20)])[0], 18, 20) - levelDb;
    assert.ok(Math.abs(gainOf(-52) - 24) < 0.1);
    assert.ok(Math.abs(gainOf(3) + 18) < 0.1);
  });

  it('stands still in pauses, so that what is left of the noise is not pumped up', () => {
    const [output] = levelled([voice(-35, 6), pause(-40, 20), voice(-35, 1)]);
    const early = levelOf(output, 6.5, 7.5);
    assert.ok(Math.abs(levelOf(output, 25, 26) - early) < 0.1);
    assert.ok(Math.abs(levelOf(output, 26.3, 27) - TARGET_DB) < 1);
  });

  it('does nothing to noise alone, to silence, and where nothing is known of a voice', () => {
    const noiseOnly = soundOf([pause(-20, 5)]).enhanced;
    assert.deepEqual(levelled([pause(-20, 5)])[0], noiseOnly);
    const speech = soundOf([voice(-30, 3)]).enhanced;
    assert.deepEqual(levelled([voice(-30, 3)], { isEnhanced: false })[0], speech);
    assert.deepEqual(levelled([voice(-30, 3)], { limitDb: 0 })[0], speech);
    assert.ok(levelled([voice(Number.NEGATIVE_INFINITY, 1)])[0].every((sample) => sample === 0));
  });

  it('is not led astray by somebody far quieter in the room', () => {
    const [output] = levelled([voice(-20, 5), voice(-45, 10), voice(-20, 1)]);
    assert.ok(Math.abs(levelOf(output, 15.2, 16) - TARGET_DB) < 1);
  });

  it('rises slowly and falls fast', () => {
    const [rising] = levelled([voice(-20, 5), voice(-35, 10)]);
    assert.ok(levelOf(rising, 5.5, 6) - -35 < 7);
    const [falling] = levelled([voice(-40, 10), voice(-15, 3)]);
    assert.ok(levelOf(falling, 11.5, 12) < -17);
  });

  it('gives all channels one gain', () => {
    const [left, right] = levelled([voice(-30, 5)], { right: 0.25 });
    assert.ok(
      largestDifference(
        left,
        right.map((sample) => 4 * sample),
      ) < 1e-6,
    );
  });

  it('does not depend on where stretches begin', () => {
    const parts = [voice(-35, 3), pause(-30, 1), voice(-10, 3)];
    const random = seededRandom(3);
    const [uneven] = levelled(parts, { stretch: () => 1 + Math.floor(128 * random()) });
    const [single] = levelled(parts, { stretch: () => 1 });
    assert.ok(largestDifference(uneven, single) < 1e-6);
    assert.ok(largestDifference(levelled(parts)[0], single) < 1e-6);
  });

  it('passes sound bit for bit while it is off, and switches without a click', () => {
    const speech = soundOf([voice(-40, 8)]).enhanced;
    assert.deepEqual(levelled([voice(-40, 8)], { isOn: () => false })[0], speech);
    const [output] = levelled([voice(-40, 8)], { isOn: (start) => start < 5 * RATE });
    assert.deepEqual(output.subarray(6 * RATE), speech.subarray(6 * RATE));
    // The gain at each sample moves by no more than a share of the ramp.
    const gains = output.map((sample, n) => sample / speech[n]);
    for (let n = 5 * RATE - 100; n < 5 * RATE + 1000; n++)
      assert.ok(Math.abs(gains[n] - gains[n - 1]) < 10 / (0.02 * RATE) + 1e-3);
  });

  it('begins anew after a reset, and goes back to no gain without a click', () => {
    const speech = soundOf([voice(-40, 8), voice(-25, 8)]).enhanced;
    let isReset = false;
    const [output] = levelled([voice(-40, 8), voice(-25, 8)], {
      before: (gain, start) => {
        if (isReset || start < 8 * RATE) return;
        isReset = true;
        gain.reset();
      },
    });
    const gains = output.map((sample, n) => sample / speech[n]);
    assert.ok(gains[8 * RATE - 1] > 9);
    const later = 8 * RATE + RATE / 20;
    assert.ok(Math.abs(gains[later] - 1) < 1e-6);
    for (let n = 8 * RATE; n < later; n++) assert.ok(gains[n] / gains[n - 1] > 0.98);
    assert.ok(Math.abs(levelOf(output, 14, 16) - TARGET_DB) < 0.5);
  });
});
