import { expect } from '@esm-bundle/chai';
import { Word, wordToFloat } from '../../src/shared/control-block.ts';
import { totalLatencySamples } from '../../src/shared/latency.ts';
import { LivePath } from '../../worklet/live-path.ts';
import { noise, seededRandom } from '../engine/signals.ts';
import { ENGINE_DELAY, HandWorker, HOP, MOST_PREFILL, PARAMS, PREFILL, SETTINGS, TOTAL } from './hand-worker.ts';

const RATE = 48000;
/** The gate opens in 20 ms and closes in 64 samples; the enhanced signal is half the dry one. */
const STEEPEST_STEP = 0.5 / 64;

/** Plays a signal through a path; `between` is called before every quantum with the number of samples played. */
function playThrough(
  path: LivePath,
  signal: Float32Array,
  between: (played: number) => void,
  quantum: () => number = () => 128,
  out = new Float32Array(signal.length),
  from = 0,
): Float32Array {
  for (let played = from; played < signal.length; ) {
    between(played);
    const length = Math.min(quantum(), signal.length - played);
    const output = [new Float32Array(length)];
    path.process([signal.subarray(played, played + length)], output, PARAMS);
    out.set(output[0], played);
    played += length;
  }
  return out;
}

/**
 * How much of the enhanced signal is in each sample, 0 to 1, if `out` is a blend of both at a delay; NaN where it is
 * not.
 */
function wetness(signal: Float32Array, out: Float32Array, delay: number): Float64Array {
  return Float64Array.from(out, (sample, i) => {
    const dry = i < delay ? 0 : signal[i - delay];
    if (Math.abs(dry) < 0.01) return Number.NEGATIVE_INFINITY;
    const share = 2 * (1 - sample / dry);
    return share > -1e-4 && share < 1 + 1e-4 ? share : Number.NaN;
  });
}

/** Fails unless a stretch is a blend of both signals at one delay that never moves faster than the gate does. */
function expectAligned(
  signal: Float32Array,
  out: Float32Array,
  delay: number,
  from = 0,
  end = out.length,
): Float64Array {
  const shares = wetness(signal, out, delay);
  let [last, lastAt] = [Number.NaN, 0];
  for (let i = from; i < end; i++) {
    if (shares[i] === Number.NEGATIVE_INFINITY) continue;
    if (Number.isNaN(shares[i])) expect.fail(`sample ${i} is no blend of dry and enhanced at a delay of ${delay}`);
    if (!Number.isNaN(last))
      expect(Math.abs(shares[i] - last), `step at ${i}`).to.be.at.most(
        (2 * STEEPEST_STEP + 1e-6) * (i - lastAt) + 2e-4,
      );
    [last, lastAt] = [shares[i], i];
  }
  return shares;
}

/** Mean share of the enhanced signal over a stretch. */
function meanWetness(shares: Float64Array, from: number, end: number): number {
  const known = [...shares.subarray(from, end)].filter(Number.isFinite);
  return known.reduce((sum, share) => sum + share, 0) / known.length;
}

function firstDifference(a: Float32Array, b: Float32Array): number {
  return a.findIndex((sample, i) => sample !== b[i]);
}

describe('LivePath on a device that asks in bursts', () => {
  /** Plays so many bursts; the worker works between two of them, and not within one. Returns underruns by burst. */
  function playBursts(path: LivePath, worker: HandWorker, signal: Float32Array, burst: number): number[] {
    const underruns: number[] = [];
    playThrough(path, signal, (played) => {
      if (played % burst !== 0) return;
      worker.work();
      underruns.push(worker.word(Word.UNDERRUNS));
    });
    return underruns;
  }

  it('runs short once, and never again', () => {
    const burst = 16 * 128;
    const path = new LivePath(RATE, 1, TOTAL);
    const worker = new HandWorker();
    path.burstSamples = burst;
    path.attach(worker.worklet, SETTINGS);
    const signal = noise(60 * burst, 1);
    const underruns = playBursts(path, worker, signal, burst);
    expect(underruns.at(-1)).to.equal(1);
    expect(worker.word(Word.LATENCY_SAMPLES)).to.be.within(TOTAL + burst - PREFILL, TOTAL + burst - PREFILL + 480);
    expect(worker.word(Word.BURST_SAMPLES)).to.equal(burst);
  });

  it('tells how much was dry where a burst is longer than the ring', () => {
    const burst = 64 * 128;
    const path = new LivePath(RATE, 1, TOTAL);
    const worker = new HandWorker(1, 4096);
    path.attach(worker.worklet, SETTINGS);
    playBursts(path, worker, noise(20 * burst, 1), burst);
    expect(worker.word(Word.OVERRUNS)).to.be.above(10);
    expect(worker.word(Word.UNDERRUN_SAMPLES)).to.be.above(10 * burst * 0.4);
  });
});

describe('LivePath that is told to hold the dry signal', () => {
  it('fades to it, plays it exactly, and comes back, all at one delay', () => {
    const path = new LivePath(RATE, 1, TOTAL);
    const worker = new HandWorker();
    path.attach(worker.worklet, SETTINGS);
    const signal = noise(2 * RATE, 1);
    const out = playThrough(path, signal, (played) => {
      worker.work();
      if (played === 188 * 128) path.holdDry(true);
      if (played === 375 * 128) path.holdDry(false);
    });
    const shares = expectAligned(signal, out, TOTAL);
    expect(meanWetness(shares, 8000, 23000)).to.be.closeTo(1, 1e-3);
    expect(meanWetness(shares, 26000, 47000)).to.be.closeTo(0, 1e-3);
    expect(meanWetness(shares, 52000, 2 * RATE)).to.be.closeTo(1, 1e-3);
    expect(worker.word(Word.UNDERRUNS)).to.equal(0);
  });
});

describe('LivePath without a pipe', () => {
  it('is an exact delay, for quanta of any size', () => {
    for (const seed of [1, 2, 3]) {
      const random = seededRandom(seed);
      const signal = noise(30000, seed);
      const out = playThrough(
        new LivePath(RATE, 2, 1000),
        signal,
        () => {},
        () => 1 + Math.floor(random() * 1024),
      );
      expect(out.subarray(1000)).to.deep.equal(signal.subarray(0, 29000));
      expect(out.subarray(0, 1000).every((sample) => sample === 0)).to.equal(true);
    }
  });

  it('fills every output plane, and gives silence where it has no channel', () => {
    const path = new LivePath(RATE, 2, 0);
    const ones = new Float32Array(128).fill(1);
    const outputs = [0, 1, 2].map(() => new Float32Array(128).fill(9));
    path.process([ones, ones], outputs, PARAMS);
    expect(outputs.map((plane) => plane[5])).to.deep.equal([1, 1, 0]);
  });

  it('lets the tail of a signal out when the input vanishes', () => {
    const path = new LivePath(RATE, 1, 200);
    const signal = noise(128, 4);
    const heard: number[] = [];
    path.process([signal], [new Float32Array(128)], PARAMS);
    for (let quanta = 0; quanta < 3; quanta++) {
      const output = [new Float32Array(128)];
      path.process([], output, PARAMS);
      heard.push(...output[0]);
    }
    expect(heard.slice(72, 200)).to.deep.equal([...signal]);
    expect(heard.slice(200).every((sample) => sample === 0)).to.equal(true);
  });

  it('takes an output without planes for what it is', () => {
    expect(() => new LivePath(RATE, 1, 100).process([], [], PARAMS)).to.not.throw();
  });
});

describe('LivePath with a pipe', () => {
  for (const quanta of ['128', '1 to 1024'] as const) {
    it(`plays both signals at the total latency, sample for sample, in quanta of ${quanta}`, () => {
      const random = seededRandom(9);
      const signal = noise(60000, 5);
      const path = new LivePath(RATE, 1, TOTAL);
      const worker = new HandWorker();
      path.attach(worker.worklet, { ...SETTINGS, prefillSamples: 2048 });
      const out = playThrough(
        path,
        signal,
        () => worker.work(),
        () => (quanta === '128' ? 128 : 1 + Math.floor(random() * 1024)),
      );
      const total = ENGINE_DELAY + HOP + 2048;
      for (let i = total; i < out.length; i++) expect(out[i]).to.equal(signal[i - total] / 2);
      expect(worker.word(Word.LATENCY_SAMPLES)).to.equal(total);
      expect(worker.word(Word.RING_DELAY_SAMPLES)).to.equal(HOP + 2048);
      expect(worker.word(Word.UNDERRUNS)).to.equal(0);
    });
  }

  it('fades in when the pipe comes later, without a shift', () => {
    const signal = noise(60000, 6);
    const path = new LivePath(RATE, 1, TOTAL);
    const worker = new HandWorker();
    const out = playThrough(path, signal, (played) => {
      if (played === 12800) path.attach(worker.worklet, SETTINGS);
      worker.work();
    });
    const shares = expectAligned(signal, out, TOTAL, TOTAL);
    expect(meanWetness(shares, TOTAL, 12800)).to.be.closeTo(0, 1e-4);
    expect(meanWetness(shares, 20000, 60000)).to.be.closeTo(1, 1e-4);
    expect(worker.word(Word.WET)).to.equal(1);
    expect(worker.word(Word.UNDERRUNS), 'the time before the first hop').to.equal(0);
  });

  it('goes over to another latency by a crossfade of dry and dry', () => {
    const signal = noise(60000, 7);
    const path = new LivePath(RATE, 1, 500);
    const worker = new HandWorker();
    const out = playThrough(path, signal, (played) => {
      if (played === 12800) path.attach(worker.worklet, SETTINGS);
    });
    // The line of a delay of 500 does not go back by the new latency: it is waited for.
    const start = firstDifference(out.subarray(500), signal) + 500;
    expect(start).to.be.within(12800, 12800 + TOTAL);
    for (let i = 0; i < 960; i++) {
      const weight = (i + 1) / 960;
      const [before, after] = [signal[start + i - 500], signal[start + i - TOTAL]];
      expect(out[start + i]).to.be.closeTo(before * (1 - weight) + after * weight, 1e-6);
    }
    expect(out.subarray(start + 1024)).to.deep.equal(signal.subarray(start + 1024 - TOTAL, 60000 - TOTAL));
  });

  it('fades to dry before a late hop is missed, counts it once, and raises the latency by one crossfade', () => {
    const signal = noise(120000, 8);
    const path = new LivePath(RATE, 1, TOTAL);
    const worker = new HandWorker();
    path.attach(worker.worklet, SETTINGS);
    let raisedAt = 0;
    const out = playThrough(path, signal, (played) => {
      if (played < 48000 || played >= 52000) worker.work();
      if (raisedAt === 0 && worker.word(Word.LATENCY_SAMPLES) > TOTAL) raisedAt = played;
    });
    const raised = worker.word(Word.LATENCY_SAMPLES);
    expect(raised).to.equal(TOTAL + 240);
    expect(worker.word(Word.UNDERRUNS)).to.equal(1);
    expect(worker.word(Word.UNDERRUN_SAMPLES)).to.be.within(2000, 5000);
    const before = expectAligned(signal, out, TOTAL, TOTAL, raisedAt - 128);
    expect(meanWetness(before, TOTAL, 48000)).to.be.closeTo(1, 1e-4);
    const after = expectAligned(signal, out, raised, raisedAt + 1200);
    expect(meanWetness(after, raisedAt + 1200, 52000)).to.be.below(0.2);
    expect(meanWetness(after, 56000, 120000)).to.be.closeTo(1, 1e-4);
  });

  it('stays aligned whatever the worker does, and never steps faster than its fades', () => {
    for (const seed of [1, 2, 3, 4]) {
      const random = seededRandom(seed);
      const signal = noise(300_000, seed);
      const path = new LivePath(RATE, 1, TOTAL);
      const worker = new HandWorker();
      // No room to raise: one delay for all of it.
      path.attach(worker.worklet, { ...SETTINGS, maxPrefillSamples: PREFILL });
      let busyUntil = 0;
      let shedUntil = 0;
      const out = playThrough(
        path,
        signal,
        (played) => {
          if (random() < 0.01) busyUntil = played + Math.floor(random() * 3000);
          // Long enough to overrun the ring.
          if (random() < 0.0008) busyUntil = played + 20000;
          if (random() < 0.002) path.reset();
          if (shedUntil === 0 && random() < 0.002) {
            worker.shed(true);
            shedUntil = played + Math.floor(random() * 20000);
          }
          if (played < busyUntil) return;
          if (shedUntil === 0) worker.work();
          else if (played > shedUntil) {
            worker.shed(false);
            shedUntil = 0;
          } else worker.zeros();
        },
        () => 1 + Math.floor(random() * 300),
      );
      const shares = expectAligned(signal, out, TOTAL, TOTAL);
      expect(meanWetness(shares, TOTAL, out.length)).to.be.within(0.05, 0.95);
      expect(worker.word(Word.UNDERRUNS)).to.be.above(0);
    }
  });

  it('drops what does not fit while the worker stands still, asks for new streams, and is aligned afterwards', () => {
    const signal = noise(200_000, 11);
    const path = new LivePath(RATE, 1, TOTAL);
    const worker = new HandWorker();
    path.attach(worker.worklet, { ...SETTINGS, maxPrefillSamples: PREFILL });
    const out = playThrough(path, signal, (played) => {
      // 50 001 samples of standstill: no whole number of rings, hops or quanta.
      if (played < 60000 || played >= 110_001) worker.work();
    });
    expect(worker.word(Word.OVERRUNS)).to.equal(1);
    expect(worker.word(Word.RESET_REQUEST)).to.equal(1);
    const shares = expectAligned(signal, out, TOTAL, TOTAL);
    expect(meanWetness(shares, 64000, 110_000)).to.be.closeTo(0, 1e-4);
    expect(meanWetness(shares, 116_000, 200_000)).to.be.closeTo(1, 1e-4);
  });

  it('never plays the zeros of a shed node', () => {
    const signal = noise(200_000, 12);
    const path = new LivePath(RATE, 1, TOTAL);
    const worker = new HandWorker();
    path.attach(worker.worklet, SETTINGS);
    const out = playThrough(path, signal, (played) => {
      if (played === 64000) worker.shed(true);
      else if (played === 128_000) worker.shed(false);
      else if (played > 64000 && played < 128_000) worker.zeros();
      else worker.work();
    });
    const shares = expectAligned(signal, out, TOTAL, TOTAL);
    expect(meanWetness(shares, 68000, 128_000)).to.be.closeTo(0, 1e-4);
    expect(meanWetness(shares, 134_000, 200_000)).to.be.closeTo(1, 1e-4);
    expect(worker.word(Word.UNDERRUNS), 'being shed is no underrun').to.equal(0);
  });

  it('never plays them either where it has been taken back before the next quantum', () => {
    const signal = noise(120_000, 37);
    const path = new LivePath(RATE, 1, TOTAL);
    const worker = new HandWorker();
    path.attach(worker.worklet, SETTINGS);
    const out = playThrough(path, signal, (played) => {
      worker.work();
      if (played !== 64000) return;
      worker.shed(true);
      worker.shed(false);
    });
    const shares = expectAligned(signal, out, TOTAL, TOTAL);
    expect(meanWetness(shares, TOTAL, 64000)).to.be.closeTo(1, 1e-4);
    expect(meanWetness(shares, 68000, 120_000)).to.be.closeTo(1, 1e-4);
  });

  it('changes pipes without a gap or a shift, and closes the old one', () => {
    const signal = noise(120_000, 13);
    const path = new LivePath(RATE, 1, TOTAL);
    const [first, second] = [new HandWorker(), new HandWorker()];
    path.attach(first.worklet, SETTINGS);
    const out = playThrough(path, signal, (played) => {
      if (played === 48000) path.attach(second.worklet, SETTINGS);
      first.work();
      second.work();
    });
    const shares = expectAligned(signal, out, TOTAL, TOTAL);
    expect(meanWetness(shares, 56000, 120_000)).to.be.closeTo(1, 1e-4);
    expect(first.word(Word.NOISY_WRITE)).to.be.within(48000, 48000 + 256);
  });

  it('fades to dry for good when it is detached', () => {
    const signal = noise(96000, 14);
    const path = new LivePath(RATE, 1, TOTAL);
    const worker = new HandWorker();
    path.attach(worker.worklet, SETTINGS);
    const out = playThrough(path, signal, (played) => {
      if (played === 48000) path.detach();
      worker.work();
    });
    const shares = expectAligned(signal, out, TOTAL, TOTAL);
    expect(meanWetness(shares, 48400, 96000)).to.be.closeTo(0, 1e-4);
  });

  it('repeats mono in the second plane until the second plane has a stream of its own', () => {
    const [left, right] = [noise(48000, 15), noise(48000, 16)];
    const path = new LivePath(RATE, 2, TOTAL);
    const worker = new HandWorker(2);
    path.attach(worker.worklet, SETTINGS);
    const turn = 24064;
    const heard = [new Float32Array(48000), new Float32Array(48000)];
    for (let played = 0; played < 48000; played += 128) {
      worker.work();
      const input = [left.subarray(played, played + 128)];
      if (played >= turn) input.push(right.subarray(played, played + 128));
      const output = [new Float32Array(128), new Float32Array(128)];
      path.process(input, output, PARAMS);
      output.forEach((plane, channel) => heard[channel].set(plane, played));
    }
    for (let i = TOTAL; i < 48000; i++) {
      expect(heard[0][i], `left ${i}`).to.equal(left[i - TOTAL] / 2);
      expect(heard[1][i], `right ${i}`).to.equal((i - TOTAL < turn ? left : right)[i - TOTAL] / 2);
    }
  });

  it('tells which planes carry signal, and keeps a channel for a second after it has vanished', () => {
    const path = new LivePath(RATE, 2, TOTAL);
    const worker = new HandWorker(2);
    path.attach(worker.worklet, SETTINGS);
    const plane = noise(128, 17);
    const active = (channels: number, seconds: number): number => {
      for (let played = 0; played < seconds * RATE; played += 128) {
        path.process(
          Array.from({ length: channels }, () => plane),
          [new Float32Array(128)],
          PARAMS,
        );
        worker.work();
      }
      return worker.word(Word.ACTIVE_CHANNELS);
    };
    expect(active(0, 0.1)).to.equal(0);
    expect(active(1, 0.1)).to.equal(1);
    expect(active(2, 0.1)).to.equal(2);
    expect(active(1, 0.9)).to.equal(2);
    expect(active(1, 0.2)).to.equal(1);
    expect(active(0, 1.1)).to.equal(0);
  });

  it('tells its figures in the control words', () => {
    const path = new LivePath(RATE, 1, TOTAL);
    const worker = new HandWorker();
    path.attach(worker.worklet, SETTINGS);
    const signal = noise(96000, 18);
    signal[1000] = Number.NaN;
    playThrough(path, signal, () => worker.work());
    // Uniform noise of ±0.5 has a root mean square of 0.5 / √3.
    expect(wordToFloat(worker.word(Word.INPUT_RMS))).to.be.closeTo(0.5 / Math.sqrt(3), 0.02);
    expect(wordToFloat(worker.word(Word.ENHANCED_RMS))).to.be.closeTo(0.25 / Math.sqrt(3), 0.01);
    expect(wordToFloat(worker.word(Word.OUTPUT_RMS))).to.be.closeTo(0.25 / Math.sqrt(3), 0.01);
    expect(wordToFloat(worker.word(Word.ATTENUATION_LIMIT))).to.equal(100);
    expect(worker.word(Word.QUANTA)).to.equal(750);
    expect(worker.word(Word.NON_FINITE_SAMPLES)).to.equal(1);
    // The worker answers between two quanta: a hop comes in one quantum after it was full, plus up to a quantum of
    // waiting for the next boundary.
    expect(worker.word(Word.SLACK_SAMPLES)).to.be.within(PREFILL - 256, PREFILL);
  });

  it('never raises the prefill above its most', () => {
    const path = new LivePath(RATE, 1, TOTAL);
    const worker = new HandWorker();
    path.attach(worker.worklet, SETTINGS);
    const out = playThrough(path, noise(400_000, 19), (played) => {
      if (played % 8192 < 2048) worker.work();
    });
    expect(worker.word(Word.LATENCY_SAMPLES)).to.be.at.most(ENGINE_DELAY + HOP + MOST_PREFILL);
    expect(worker.word(Word.UNDERRUNS)).to.be.above(5);
    expect(out.every(Number.isFinite)).to.equal(true);
  });

  it('waits for what is due offline, gives up once on a worker that is gone, and goes on dry', function () {
    this.timeout(20_000);
    const signal = noise(4800, 20);
    const path = new LivePath(RATE, 1, TOTAL);
    const worker = new HandWorker();
    path.attach(worker.worklet, { ...SETTINGS, offline: true, waits: true, prefillSamples: 0, maxPrefillSamples: 0 });
    const start = Date.now();
    const out = playThrough(path, signal, () => {});
    // Once: twice would take ten seconds, and once for each quantum minutes.
    expect(Date.now() - start).to.be.within(4900, 9800);
    const total = ENGINE_DELAY + HOP;
    expect(out.subarray(total)).to.deep.equal(signal.subarray(0, 4800 - total));
  });
});

/** What a block model at 48 kHz might have: blocks of 1.25 s, of which a quarter of a second overlaps. */
const BLOCK = {
  ...SETTINGS,
  advanceWaitSamples: 48000,
  engineDelaySamples: 12000,
  prefillSamples: 12000,
  maxPrefillSamples: 48000,
};
const BLOCK_RING = 2 ** 17;
const BLOCK_TOTAL = totalLatencySamples(BLOCK);

describe('LivePath with a model that takes blocks', () => {
  it('plays both signals at the total latency, sample for sample, across the edges of blocks', () => {
    const signal = noise(300_000, 30);
    const path = new LivePath(RATE, 1, TOTAL);
    const worker = new HandWorker(1, BLOCK_RING, BLOCK.advanceWaitSamples, BLOCK.engineDelaySamples);
    path.attach(worker.worklet, BLOCK);
    const out = playThrough(path, signal, () => worker.work());
    const shares = expectAligned(signal, out, BLOCK_TOTAL);
    expect(meanWetness(shares, BLOCK_TOTAL + 2000, 300_000)).to.be.closeTo(1, 1e-6);
    expect([worker.word(Word.LATENCY_SAMPLES), worker.word(Word.UNDERRUNS), worker.word(Word.OVERRUNS)]).to.deep.equal([
      BLOCK_TOTAL,
      0,
      0,
    ]);
  });

  it('is not late as long as a block takes no longer than the prefill', () => {
    const signal = noise(400_000, 31);
    const path = new LivePath(RATE, 1, TOTAL);
    const worker = new HandWorker(1, BLOCK_RING, BLOCK.advanceWaitSamples, BLOCK.engineDelaySamples);
    path.attach(worker.worklet, BLOCK);
    const out = playThrough(path, signal, (played) => {
      // The gate closes 64 samples before the last one, and the worklet looks once a quantum.
      if (played % BLOCK.advanceWaitSamples >= BLOCK.prefillSamples - 256) worker.work();
    });
    expect(meanWetness(expectAligned(signal, out, BLOCK_TOTAL), BLOCK_TOTAL + 2000, 400_000)).to.be.closeTo(1, 1e-6);
    expect(worker.word(Word.UNDERRUNS)).to.equal(0);
  });

  it('takes a block in over several quanta, in time', () => {
    const signal = noise(200_000, 32);
    const path = new LivePath(RATE, 1, TOTAL);
    const worker = new HandWorker(1, BLOCK_RING, BLOCK.advanceWaitSamples, BLOCK.engineDelaySamples);
    path.attach(worker.worklet, BLOCK);
    let [most, taken] = [0, 0];
    playThrough(path, signal, () => {
      worker.work();
      most = Math.max(most, worker.word(Word.ENHANCED_READ) - taken);
      taken = worker.word(Word.ENHANCED_READ);
    });
    expect(most).to.be.within(1000, 4096);
    expect(taken).to.be.at.least(3 * BLOCK.advanceWaitSamples);
  });

  it('feeds the worker at once when it comes later, and is enhanced when the dry line goes back far enough', () => {
    const signal = noise(400_000, 33);
    const path = new LivePath(RATE, 1, TOTAL);
    const worker = new HandWorker(1, BLOCK_RING, BLOCK.advanceWaitSamples, BLOCK.engineDelaySamples);
    const attachedAt = 12_800;
    const out = playThrough(path, signal, (played) => {
      if (played === attachedAt) path.attach(worker.worklet, BLOCK);
      worker.work();
    });
    // Dry at the old latency until there is enough past, then at the new one, and enhanced as soon as what was heard
    // after the change comes out.
    expect(firstDifference(out.subarray(TOTAL, 60_000), signal.subarray(0, 60_000 - TOTAL))).to.equal(-1);
    const settled = attachedAt + BLOCK_TOTAL + 2000;
    expect(meanWetness(expectAligned(signal, out, BLOCK_TOTAL, settled), settled, 400_000)).to.be.closeTo(1, 1e-6);
  });

  for (const attachedAt of [0, 128, 1920]) {
    it(`is dry, not silent, while its past is too short: the pipe comes ${attachedAt} samples after birth`, () => {
      const signal = noise(200_000, 35);
      // The page plays a plain delay for 50 ms longer than that takes to fill.
      const path = new LivePath(RATE, 1, TOTAL, TOTAL + 2400);
      const worker = new HandWorker(1, BLOCK_RING, BLOCK.advanceWaitSamples, BLOCK.engineDelaySamples);
      const out = playThrough(path, signal, (played) => {
        if (played === attachedAt) path.attach(worker.worklet, BLOCK);
        worker.work();
      });
      expect(firstDifference(out.subarray(TOTAL, BLOCK_TOTAL), signal)).to.equal(-1);
      const settled = attachedAt + BLOCK_TOTAL + 2000;
      expect(meanWetness(expectAligned(signal, out, BLOCK_TOTAL, settled), settled, 200_000)).to.be.closeTo(1, 1e-6);
    });
  }

  it('has its latency from the first sample on where nobody hears it before the past is long enough', () => {
    const signal = noise(60_000, 36);
    const path = new LivePath(RATE, 1, TOTAL - 500, TOTAL);
    const worker = new HandWorker();
    path.attach(worker.worklet, SETTINGS);
    const out = playThrough(path, signal, () => worker.work());
    for (let i = TOTAL; i < out.length; i++) expect(out[i]).to.equal(signal[i - TOTAL] / 2);
  });

  it('keeps a channel that has vanished until its last block has come out', () => {
    const path = new LivePath(RATE, 1, TOTAL);
    const worker = new HandWorker(1, BLOCK_RING, BLOCK.advanceWaitSamples, BLOCK.engineDelaySamples);
    path.attach(worker.worklet, BLOCK);
    const signal = noise(60_032, 34);
    const out = new Float32Array(60_032 + BLOCK_TOTAL + 48_000);
    for (let played = 0; played + 128 <= out.length; played += 128) {
      const output = [new Float32Array(128)];
      path.process(played < signal.length ? [signal.subarray(played, played + 128)] : [], output, PARAMS);
      out.set(output[0], played);
      worker.work();
    }
    const tail = Array.from(signal.subarray(50_000), (sample) => sample / 2);
    expect([...out.subarray(50_000 + BLOCK_TOTAL, 60_032 + BLOCK_TOTAL)]).to.deep.equal(tail);
  });
});
