/**
 * In:     dry and enhanced sound, mixed and high-passed, and the two that it was mixed from, from shaper.ts
 * Out:    the same, at the gain that brings the voice to its target level
 * Thread: [audio] in a node, any in files
 *
 *   dry, enhanced ─▶ voice gate ─┐ only while a voice sounds
 *   sound ─▶ mean square ────────┴─▶ level of the voice ─▶ wanted gain ─▶ slew ─▶ × ─▶ sound
 *
 * Everything stands still in pauses, so that they are not pumped up. All planes share one gain, so that nothing moves
 * between left and right.
 */
import { clampTo } from '../parameters.ts';
import { SlewLimiter } from '../ramp.ts';
import { type Decibels, decibelsToGain, type Hertz, type Samples } from '../units.ts';
import { settled } from './settled.ts';
import { VoiceGate } from './voice-gate.ts';

/** The gain lies in this range, dB: what a far or a near microphone makes of a voice, and no more. */
const GAIN_DB = [-18, 24] as const;
/** Time of voice over which its level is taken: a phrase. */
const LEVEL_SECONDS = 1.5;
/** Voice that must have sounded before anything is known of its level: a word. */
const LEAST_SECONDS = 0.3;
/** Quieter than the voice by this much, it is somebody else in the room, or breath. */
const RELATIVE_GATE_DB = -20;
/** How fast the gain rises and falls. A rise within one word is not heard, and who shouts is soon turned down. */
const RISE_DB_PER_SECOND = 6;
const FALL_DB_PER_SECOND = 20;
/** Ramp of the switch, and way back to no gain after a reset. */
const RAMP_SECONDS = 0.02;
/** Samples of voice between two looks at the level. */
const LOOK_SAMPLES = 64;

const GAIN_RANGE = [decibelsToGain(GAIN_DB[0]), decibelsToGain(GAIN_DB[1])] as const;
const RELATIVE_GATE = decibelsToGain(2 * RELATIVE_GATE_DB);

/** A gain that follows the level of a voice. Nothing but the constructor allocates. */
export class AutoGain {
  readonly #gate: VoiceGate;
  readonly #levelSamples: Samples;
  readonly #leastSamples: Samples;
  readonly #rise: number;
  readonly #fall: number;
  readonly #returning: number;
  /** 0: off, the sound passes bit for bit; 1: on. */
  readonly #share: SlewLimiter;
  #isOn = false;
  #started = false;
  #target = 1;
  /** Mean square of the voice, and the samples of voice that it is known from. */
  #meanSquare = 0;
  #voiced: Samples = 0;
  /** The same of what the model keeps, which the voice gate goes by. */
  #keptMean = 0;
  #sinceLook = 0;
  #wanted = 1;
  #gain = 1;
  #dry: readonly Float32Array[] = [];
  #enhanced: readonly Float32Array[] = [];

  constructor(contextRateHz: Hertz) {
    this.#gate = new VoiceGate(contextRateHz);
    this.#levelSamples = LEVEL_SECONDS * contextRateHz;
    this.#leastSamples = Math.ceil(LEAST_SECONDS * contextRateHz);
    this.#rise = decibelsToGain(RISE_DB_PER_SECOND / contextRateHz);
    this.#fall = decibelsToGain(-FALL_DB_PER_SECOND / contextRateHz);
    this.#returning = decibelsToGain((GAIN_DB[1] - GAIN_DB[0]) / (RAMP_SECONDS * contextRateHz));
    this.#share = new SlewLimiter(0, Math.ceil(RAMP_SECONDS * contextRateHz));
  }

  /** It is on, or still fading away. */
  get isHeard(): boolean {
    return this.#isOn || this.#share.value > 0;
  }

  /** Share of the way between off and on. */
  get share(): number {
    return this.#share.value;
  }

  /** Before {@link process}, once for each stretch. `targetDb`: root mean square of the voice, dBFS. */
  aim(isOn: boolean, targetDb: Decibels): void {
    if (isOn && !this.isHeard) this.#forget(1);
    this.#isOn = isOn;
    // A node begins with its settings, it does not ramp to them.
    if (!this.#started) this.#share.value = isOn ? 1 : 0;
    this.#started = true;
    this.#target = decibelsToGain(targetDb);
  }

  /** Knows nothing of the past; the gain goes back to none without a click. */
  reset(): void {
    this.#forget(this.#gain);
  }

  /**
   * Before {@link process}, once for each stretch: what it was mixed from, planes that begin with its first sample.
   * @param limitDb and `isEnhanced`: see {@link VoiceGate.begin}
   */
  listen(
    dry: readonly Float32Array[],
    enhanced: readonly Float32Array[],
    limitDb: Decibels,
    isEnhanced: boolean,
  ): void {
    this.#dry = dry;
    this.#enhanced = enhanced;
    this.#gate.begin(limitDb, isEnhanced);
  }

  /** Sets the level of samples `start` to `start + length` in the first `channels` planes. */
  process(planes: readonly Float32Array[], channels: number, start: number, length: Samples): void {
    if (channels === 0) return;
    const gate = this.#gate;
    for (let i = 0; i < length; i++) {
      const sounds = gate.next(this.#dry, this.#enhanced, channels, i);
      if (sounds) this.#measure(planes, channels, start + i);
      this.#move(sounds);
      const share = this.#share.next(this.#isOn ? 1 : 0);
      const gain = 1 + share * (this.#gain - 1);
      for (let channel = 0; channel < channels; channel++) planes[channel][start + i] *= gain;
    }
    gate.settle();
    this.#meanSquare = settled(this.#meanSquare);
  }

  /** Takes one sample of voice into its level. */
  #measure(planes: readonly Float32Array[], channels: number, at: number): void {
    if (this.#gate.kept < RELATIVE_GATE * this.#keptMean) return;
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += planes[channel][at] * planes[channel][at];
    // A plain mean until there is enough of it, then one that forgets.
    if (this.#voiced < this.#levelSamples) this.#voiced += 1;
    this.#meanSquare += (sum / channels - this.#meanSquare) / this.#voiced;
    this.#keptMean += (this.#gate.kept - this.#keptMean) / this.#voiced;
    if (++this.#sinceLook < LOOK_SAMPLES || this.#voiced < this.#leastSamples) return;
    this.#sinceLook = 0;
    this.#wanted = clampTo(GAIN_RANGE, this.#target / Math.sqrt(this.#meanSquare));
  }

  /** Moves the gain one sample on. It rises only while a voice sounds. */
  #move(sounds: boolean): void {
    const gain = this.#gain;
    if (this.#voiced < this.#leastSamples) this.#gain = towards(gain, 1, this.#returning, 1 / this.#returning);
    else if (sounds || this.#wanted < gain) this.#gain = towards(gain, this.#wanted, this.#rise, this.#fall);
  }

  #forget(gain: number): void {
    this.#gate.reset();
    this.#meanSquare = 0;
    this.#keptMean = 0;
    this.#voiced = 0;
    this.#sinceLook = 0;
    this.#wanted = 1;
    this.#gain = gain;
  }
}

/** The next value on the way to a target, no further than one factor up or another down. */
function towards(value: number, target: number, up: number, down: number): number {
  return target > value ? Math.min(target, value * up) : Math.max(target, value * down);
}
