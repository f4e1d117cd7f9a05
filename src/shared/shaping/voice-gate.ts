/**
 * In:     dry and enhanced samples that line up, from auto-gain.ts
 * Out:    for each sample whether a voice sounds
 * Thread: [audio] in a node, any in files
 *
 * Decides sample by sample: what it says of a sound does not depend on where quanta and pieces begin, so that node and
 * file agree.
 */
import { type Decibels, decibelsToGain, type Hertz, type Samples } from '../units.ts';
import { settled } from './settled.ts';
import { KEPT_DB, LEAST_LIMIT_DB, LEVEL_DB, SMOOTHING_SECONDS, WORD_GAP_SECONDS } from './voice-marks.ts';

/** Mean squares, half way between the marks. */
const KEPT = decibelsToGain(KEPT_DB[0] + KEPT_DB[1]);
const LEVEL = decibelsToGain(LEVEL_DB[0] + LEVEL_DB[1]);

/** From here on there is no limit, as the engine sees it. */
const NO_LIMIT_DB: Decibels = 100;

/** Listens for a voice in what the model keeps. Nothing but the constructor allocates. */
export class VoiceGate {
  readonly #weight: number;
  readonly #holdSamples: Samples;
  #share = 0;
  #isKnown = false;
  #scale = 1;
  #dry = 0;
  /** Mean square of what the model keeps, smoothed. */
  kept = 0;
  #held: Samples = 0;

  constructor(contextRateHz: Hertz) {
    this.#weight = 1 - Math.exp(-1 / (SMOOTHING_SECONDS * contextRateHz));
    this.#holdSamples = Math.ceil(WORD_GAP_SECONDS * contextRateHz);
  }

  /**
   * Before a stretch: what is known of it.
   * @param limitDb the attenuation limit it was made with: the share of noise that it leaves in is taken out again
   * @param isEnhanced false where dry samples stand for enhanced ones that are missing
   */
  begin(limitDb: Decibels, isEnhanced: boolean): void {
    this.#share = limitDb >= NO_LIMIT_DB ? 0 : decibelsToGain(-limitDb);
    this.#isKnown = isEnhanced && limitDb >= LEAST_LIMIT_DB;
    this.#scale = this.#isKnown ? 1 / (1 - this.#share) ** 2 : 0;
  }

  /** Whether a voice sounds at sample `i`, in any of the first `channels` planes. */
  next(dry: readonly Float32Array[], enhanced: readonly Float32Array[], channels: number, i: number): boolean {
    let drySum = 0;
    let keptSum = 0;
    for (let channel = 0; channel < channels; channel++) {
      const from = dry[channel][i];
      const kept = enhanced[channel][i] - this.#share * from;
      drySum += from * from;
      keptSum += kept * kept;
    }
    this.#dry += this.#weight * (drySum / channels - this.#dry);
    this.kept += this.#weight * ((this.#scale * keptSum) / channels - this.kept);
    if (this.#isKnown && this.kept >= LEVEL && this.kept >= KEPT * this.#dry) this.#held = this.#holdSamples;
    else if (this.#held > 0) this.#held -= 1;
    return this.#held > 0;
  }

  /** After a stretch. */
  settle(): void {
    this.#dry = settled(this.#dry);
    this.kept = settled(this.kept);
  }

  /** Knows nothing of the past. */
  reset(): void {
    this.#dry = 0;
    this.kept = 0;
    this.#held = 0;
  }
}
