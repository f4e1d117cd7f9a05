/**
 * In:     how sure it is, stretch by stretch, that a voice sounds, from figures.ts
 * Out:    when somebody begins and ends to speak, to denoise-processor.ts
 * Thread: [audio]
 *
 *   sure    ▁▁█▁▁▁▁███▁███████▁▁▁▁▁▁▁▁▁
 *   speaks  ▁▁▁▁▁▁▁▁▁███████████████▁▁▁     a tap on a key is too short; a gap shorter than the hold ends nothing
 */
import type { Hertz, Milliseconds, Samples } from '../src/shared/units.ts';

/** From here on it is sure enough. 0.5 would find no more voices, and take half as many sounds again for one. */
const SURE = 0.75;
/**
 * Voice that must have sounded, less the gaps in it: longer than a tap on a key, a cough or a bark, shorter than what
 * anybody has to say. bench/voice-activity.mjs measures what it costs and saves.
 */
const BEGIN_SECONDS = 0.3;

/** Tells apart speech and single sounds. Nothing but the constructor allocates. */
export class VoiceWatch {
  /** Somebody speaks, or has done so less than the hold ago. */
  speaks = false;
  /** Samples since the voice began, or ended: how far back the last change lies that {@link take} has told. */
  since: Samples = 0;
  readonly #beginSamples: Samples;
  readonly #holdSamples: Samples;
  #sounded: Samples = 0;
  #silent: Samples = 0;

  constructor(contextRateHz: Hertz, holdMs: Milliseconds) {
    this.#beginSamples = BEGIN_SECONDS * contextRateHz;
    this.#holdSamples = (holdMs / 1000) * contextRateHz;
  }

  /** A stretch of sound. Returns whether {@link speaks} has changed. */
  take(voice: number, length: Samples): boolean {
    const sounds = voice >= SURE;
    this.#silent = sounds ? 0 : this.#silent + length;
    this.#sounded = Math.max(0, Math.min(this.#beginSamples, this.#sounded + (sounds ? length : -length)));
    if (!this.speaks && this.#sounded >= this.#beginSamples) {
      this.since = this.#beginSamples;
      this.speaks = true;
      return true;
    }
    if (this.speaks && this.#silent > this.#holdSamples) {
      this.since = this.#silent;
      this.speaks = false;
      this.#sounded = 0;
      return true;
    }
    return false;
  }
}
