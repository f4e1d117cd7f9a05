/**
 * In:     dry and enhanced sound, mixed, and the two that it was mixed from (worklet/mixer.ts, files/enhance.ts)
 * Out:    the same with high-pass and automatic gain, in place and without delay
 * Thread: [audio] in a node, any in files
 *
 *   mix ─▶ high-pass ─▶ automatic gain ─▶ (output gain, in a node) ─▶ limiter, with the automatic gain
 *
 * It comes after the mix, not in the wet path alone: a filter turns phases, and wet that does not line up with dry
 * would be heard as a comb.
 */
import type { Decibels, Hertz, Samples } from '../units.ts';
import { AutoGain } from './auto-gain.ts';
import { HighPass } from './high-pass.ts';
import { Limiter } from './limiter.ts';

/** What a shaper does from now on. */
export interface ShaperSettings {
  /** Cutoff of the high-pass; 0 is off. */
  readonly highPassHz: Hertz;
  readonly autoGain: boolean;
  /** What the automatic gain brings a voice to: root mean square while it sounds, dBFS. */
  readonly targetLevelDb: Decibels;
}

/** Shapes what the network has made. Nothing but the constructor allocates. */
export class Shaper {
  readonly #highPass: HighPass;
  readonly #autoGain: AutoGain;
  readonly #limiter: Limiter;
  #shareBefore = 0;

  /** @param channels most that will ever come */
  constructor(contextRateHz: Hertz, channels: number) {
    this.#highPass = new HighPass(contextRateHz, channels);
    this.#autoGain = new AutoGain(contextRateHz);
    this.#limiter = new Limiter(contextRateHz);
  }

  /**
   * Sets what is to be done from the next sample on, once for each stretch; changes are faded. Returns whether anything
   * is done: where not, the sound is to be left as it is, bit for bit.
   */
  aim(highPassHz: Hertz, autoGain: boolean, targetLevelDb: Decibels): boolean {
    this.#highPass.aim(highPassHz);
    this.#autoGain.aim(autoGain, targetLevelDb);
    return this.#highPass.isHeard || this.#autoGain.isHeard;
  }

  /**
   * Before {@link process}, once for each stretch: what it was mixed from, planes that begin with its first sample.
   * @param limitDb the attenuation limit that the enhanced samples were made with
   * @param isEnhanced false where dry samples stand for enhanced ones: nothing is known of a voice then
   */
  listen(
    dry: readonly Float32Array[],
    enhanced: readonly Float32Array[],
    limitDb: Decibels,
    isEnhanced: boolean,
  ): void {
    this.#autoGain.listen(dry, enhanced, limitDb, isEnhanced);
  }

  /** Shapes samples `start` to `start + length` of the first `channels` planes. {@link limit} follows. */
  process(planes: readonly Float32Array[], channels: number, start: number, length: Samples): void {
    if (this.#highPass.isHeard) this.#highPass.process(planes, channels, start, length);
    this.#shareBefore = this.#autoGain.share;
    if (this.#autoGain.isHeard) this.#autoGain.process(planes, channels, start, length);
  }

  /** Keeps the same samples below full scale, where the automatic gain is on. */
  limit(planes: readonly Float32Array[], channels: number, start: number, length: Samples): void {
    const { share } = this.#autoGain;
    if (share > 0 || this.#shareBefore > 0)
      this.#limiter.process(planes, channels, start, length, this.#shareBefore, share);
    else this.#limiter.reset();
  }

  /** A new speaker: the automatic gain begins anew, without a click. */
  reset(): void {
    this.#autoGain.reset();
  }
}
