/**
 * In:     dry and enhanced samples that line up, from playout.ts
 * Out:    how much is taken out, and whether a voice is in what is left, for the control words
 * Thread: [audio]
 */
import { PARAMETERS } from '../src/shared/parameters.ts';
import {
  KEPT_DB,
  LEAST_LIMIT_DB,
  LEVEL_DB,
  SMOOTHING_SECONDS,
  WORD_GAP_SECONDS,
} from '../src/shared/shaping/voice-marks.ts';
import { type Decibels, decibelsToGain, type Hertz, type Samples } from '../src/shared/units.ts';

const REDUCTION_SECONDS = 0.1;
/** Mean square below which a signal is silence, −100 dBFS: its ratio to another means nothing. */
const FLOOR = 1e-10;
/** From here on there is no limit, as the engine sees it. */
const NO_LIMIT_DB = PARAMETERS.attenuationLimit.range[1];

/** Compares what goes into the model with what comes out. It allocates nothing. */
export class NoiseMeter {
  /** How much quieter the enhanced signal is than the dry one, dB, 0 or more. */
  reductionDb: Decibels = 0;
  /** How sure it is that a voice sounds, 0 to 1, held over the gaps between words. */
  voice = 0;
  /** The same without the hold. */
  voiceNow = 0;
  #dry = 0;
  #enhanced = 0;
  #dryNow = 0;
  #keptNow = 0;
  #held: Samples = 0;
  readonly #contextRateHz: Hertz;

  constructor(contextRateHz: Hertz) {
    this.#contextRateHz = contextRateHz;
  }

  /**
   * Takes in the first `length` samples of the first `channels` planes.
   * @param limitDb the attenuation limit they were made with: the share of noise that it leaves in is subtracted again
   *   before looking for a voice
   */
  take(
    dry: readonly Float32Array[],
    enhanced: readonly Float32Array[],
    channels: number,
    length: Samples,
    limitDb: Decibels,
  ): void {
    if (length === 0) return;
    const share = limitDb >= NO_LIMIT_DB ? 0 : decibelsToGain(-limitDb);
    let drySum = 0;
    let enhancedSum = 0;
    let keptSum = 0;
    for (let channel = 0; channel < channels; channel++) {
      const from = dry[channel];
      const to = enhanced[channel];
      for (let i = 0; i < length; i++) {
        const kept = to[i] - share * from[i];
        drySum += from[i] * from[i];
        enhancedSum += to[i] * to[i];
        keptSum += kept * kept;
      }
    }
    const samples = Math.max(1, channels) * length;
    const slow = 1 - Math.exp(-length / (REDUCTION_SECONDS * this.#contextRateHz));
    const fast = 1 - Math.exp(-length / (SMOOTHING_SECONDS * this.#contextRateHz));
    this.#dry = towards(this.#dry, drySum / samples, slow);
    this.#enhanced = towards(this.#enhanced, enhancedSum / samples, slow);
    this.#dryNow = towards(this.#dryNow, drySum / samples, fast);
    this.#keptNow = towards(this.#keptNow, keptSum / samples / (1 - share) ** 2, fast);
    this.reductionDb = this.#dry > FLOOR ? Math.max(0, decibels(this.#dry) - decibels(this.#enhanced)) : 0;
    this.#listen(limitDb, length);
  }

  /** A voice is what the model keeps, and is loud enough to be one. It is held over the gaps between words. */
  #listen(limitDb: Decibels, length: Samples): void {
    const isKnown = limitDb >= LEAST_LIMIT_DB && this.#dryNow > FLOOR;
    const level = decibels(this.#keptNow);
    const now = isKnown ? between(level - decibels(this.#dryNow), KEPT_DB) * between(level, LEVEL_DB) : 0;
    this.voiceNow = now;
    this.#held = now >= this.voice ? WORD_GAP_SECONDS * this.#contextRateHz : this.#held - length;
    if (now >= this.voice || this.#held <= 0) this.voice = now;
  }
}

function towards(before: number, now: number, weight: number): number {
  const mean = before + weight * (now - before);
  return mean > FLOOR * FLOOR ? mean : 0;
}

function decibels(meanSquare: number): Decibels {
  return 10 * Math.log10(Math.max(FLOOR, meanSquare));
}

function between(value: number, [low, high]: readonly [number, number]): number {
  return Math.min(1, Math.max(0, (value - low) / (high - low)));
}
