/**
 * In:     magnitudes of all frames of a block, without a phase (griffin-lim.ts)
 * Out:    phases to begin with, as complex values of length one
 * Thread: [worker], or whoever runs the engine
 *
 * Under a bell-shaped window the slopes of the logarithmic magnitude are those of the phase, turned by a right angle.
 * They are summed up from the loudest bins outwards, so that errors gather where nobody hears them. This saves three
 * quarters of the iterations that random phases need. Z. Průša, P. Balazs and P. Søndergaard, "A noniterative method
 * for reconstruction of phase from STFT magnitude", IEEE/ACM TASLP 25(5), 2017.
 */
import { BucketQueue } from '../dsp/bucket-queue.ts';
import type { BlockFraming } from '../manifest/block-manifest.ts';
import type { BlockSpectrum } from './block-stft.ts';
import { makePhaseSource } from './phase-source.ts';

/** Variance of the Gaussian that comes nearest to a Hann window, in squares of its length (table 1 there). */
const HANN_SPREAD = 0.25645;
/** Bins further below the loudest than this, −100 dB, get random phases. */
const AUDIBLE = 1e-5;
/** Levels of loudness that are told apart within a factor of e. */
const LEVELS_PER_NEPER = 20;

export class PeakPhases {
  readonly #bins: number;
  /** Phase by which bin 1 turns from one frame to the next. */
  readonly #turn: number;
  /** Slope over frequency → phase for each frame; its inverse turns slopes over time into phase for each bin. */
  readonly #perFrame: number;
  readonly #drawn: Float64Array;
  /** [frames, bins], all of them. */
  readonly #logs: Float64Array;
  readonly #phases: Float64Array;
  readonly #isKnown: Uint8Array;
  readonly #seeds: BucketQueue;
  readonly #edge: BucketQueue;

  constructor(
    { frames, bins }: { readonly frames: number; readonly bins: number },
    framing: BlockFraming,
    seed: number,
  ) {
    const { hopSamples, fftSamples, windowSamples } = framing;
    this.#bins = bins;
    this.#turn = (2 * Math.PI * hopSamples) / fftSamples;
    this.#perFrame = (hopSamples * fftSamples) / (HANN_SPREAD * windowSamples ** 2);
    const values = frames * bins;
    this.#drawn = Float64Array.from({ length: values }, makePhaseSource(seed));
    this.#logs = new Float64Array(values);
    this.#phases = new Float64Array(values);
    this.#isKnown = new Uint8Array(values);
    const levels = Math.ceil(-Math.log(AUDIBLE) * LEVELS_PER_NEPER) + 1;
    this.#seeds = new BucketQueue(values, levels);
    this.#edge = new BucketQueue(values, levels);
  }

  /** Writes all of `into`. Does not allocate. */
  run(magnitudes: Float64Array, into: BlockSpectrum): void {
    const bins = this.#bins;
    const phases = this.#phases;
    const isKnown = this.#isKnown;
    const seeds = this.#seeds;
    const edge = this.#edge;
    phases.set(this.#drawn);
    isKnown.fill(1);
    this.#prepare(magnitudes);
    for (let seed = seeds.take(); seed >= 0; seed = seeds.take()) {
      if (isKnown[seed] === 1) continue;
      this.#know(seed, phases[seed]);
      for (let i = edge.take(); i >= 0; i = edge.take()) {
        const bin = i % bins;
        if (i + bins < phases.length) this.#reach(i, i + bins, 0.5 * (this.#overTime(i) + this.#overTime(i + bins)));
        if (i >= bins) this.#reach(i, i - bins, -0.5 * (this.#overTime(i) + this.#overTime(i - bins)));
        if (bin + 1 < bins) this.#reach(i, i + 1, 0.5 * (this.#overFrequency(i) + this.#overFrequency(i + 1)));
        if (bin > 0) this.#reach(i, i - 1, -0.5 * (this.#overFrequency(i) + this.#overFrequency(i - 1)));
      }
    }
    for (let i = 0; i < phases.length; i++) {
      // These phases belong to the middle of the frame, which begins half its length earlier: every other bin turns.
      const angle = phases[i] - Math.PI * (i % bins);
      into.re[i] = Math.cos(angle);
      into.im[i] = Math.sin(angle);
    }
  }

  /** Takes logarithms and queues every audible bin. */
  #prepare(magnitudes: Float64Array): void {
    const logs = this.#logs;
    const isKnown = this.#isKnown;
    const seeds = this.#seeds;
    let most = 0;
    for (let i = 0; i < magnitudes.length; i++) most = Math.max(most, magnitudes[i]);
    if (most === 0) return;
    const least = most * AUDIBLE;
    for (let i = 0; i < logs.length; i++) {
      logs[i] = LEVELS_PER_NEPER * Math.log(Math.max(1, magnitudes[i] / least));
      if (magnitudes[i] <= least) continue;
      isKnown[i] = 0;
      seeds.add(i, Math.floor(logs[i]));
    }
  }

  #reach(from: number, to: number, difference: number): void {
    if (this.#isKnown[to] === 0) this.#know(to, this.#phases[from] + difference);
  }

  #know(i: number, phase: number): void {
    this.#phases[i] = phase;
    this.#isKnown[i] = 1;
    this.#edge.add(i, Math.floor(this.#logs[i]));
  }

  /** How far the phase turns from one frame to the next at a bin. */
  #overTime(i: number): number {
    const logs = this.#logs;
    const bins = this.#bins;
    const bin = i % bins;
    const below = bin > 0 ? logs[i - 1] : logs[i];
    const above = bin + 1 < bins ? logs[i + 1] : logs[i];
    const steps = bin > 0 && bin + 1 < bins ? 2 : 1;
    return this.#turn * bin + (this.#perFrame * (above - below)) / (steps * LEVELS_PER_NEPER);
  }

  /** How far the phase turns from one bin to the next in a frame. */
  #overFrequency(i: number): number {
    const logs = this.#logs;
    const bins = this.#bins;
    const isFirst = i < bins;
    const isLast = i + bins >= logs.length;
    const before = isFirst ? logs[i] : logs[i - bins];
    const after = isLast ? logs[i] : logs[i + bins];
    const steps = isFirst || isLast ? 1 : 2;
    return (before - after) / (this.#perFrame * steps * LEVELS_PER_NEPER);
  }
}
