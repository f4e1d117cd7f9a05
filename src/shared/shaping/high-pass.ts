/**
 * In:     dry and enhanced sound, already mixed, from shaper.ts
 * Out:    the same without what lies below a cutoff, in place and without delay
 * Thread: [audio] in a node, any in files
 *
 * Butterworth, 4th order, 24 dB for each octave below the cutoff: two state variable filters in a row. With the
 * trapezoidal rule they have the response of the bilinear transform, and unlike a biquad in its direct form they stay
 * stable, and free of clicks, while the cutoff moves: V. Zavalishin, The Art of VA Filter Design, §3.10 and §4.4.
 */
import { LinearRamp, SlewLimiter } from '../ramp.ts';
import type { Hertz, Samples } from '../units.ts';
import { settled } from './settled.ts';

/** Damping of the two sections, 2·cos of the angles of a Butterworth filter's poles: π/8 and 3π/8. */
const DAMPINGS = [2 * Math.cos(Math.PI / 8), 2 * Math.cos((3 * Math.PI) / 8)] as const;
const STATES_PER_SECTION = 2;
const STATES = DAMPINGS.length * STATES_PER_SECTION;

/** Long enough that neither a switch nor a jump of the cutoff clicks. */
const RAMP_SECONDS = 0.02;

/** A high-pass over planes that share a cutoff. Nothing but the constructor allocates. */
export class HighPass {
  readonly #contextRateHz: Hertz;
  readonly #channels: number;
  readonly #states: Float64Array;
  /** 0: off, the sound passes bit for bit; 1: on. In between the two are blended. */
  readonly #share: SlewLimiter;
  readonly #cutoff: LinearRamp;
  #tangent = 0;
  readonly #scales = new Float64Array(DAMPINGS.length);
  #isOn = false;
  #started = false;

  /** @param channels most that will ever come */
  constructor(contextRateHz: Hertz, channels: number) {
    this.#contextRateHz = contextRateHz;
    this.#channels = channels;
    this.#states = new Float64Array(channels * STATES);
    this.#share = new SlewLimiter(0, Math.ceil(RAMP_SECONDS * contextRateHz));
    this.#cutoff = new LinearRamp(0, Math.ceil(RAMP_SECONDS * contextRateHz));
  }

  /** It is on, or still fading away. */
  get isHeard(): boolean {
    return this.#isOn || this.#share.value > 0;
  }

  /** Sets the cutoff from the next sample on; 0 switches it off. Before {@link process}, once for each stretch. */
  aim(cutoffHz: Hertz): void {
    this.#isOn = cutoffHz > 0;
    // Off, it has nothing to glide from. A node begins with its settings, it does not ramp to them.
    if (this.#isOn && this.#share.value === 0) this.#cutoff.jump(cutoffHz);
    else if (this.#isOn) this.#cutoff.aim(cutoffHz);
    if (!this.#started) this.#share.value = this.#isOn ? 1 : 0;
    this.#started = true;
  }

  /** Filters `length` samples from `start` on, in the first `channels` planes. */
  process(planes: readonly Float32Array[], channels: number, start: number, length: Samples): void {
    const share = this.#share;
    const cutoff = this.#cutoff;
    const target = this.#isOn ? 1 : 0;
    this.#tune(cutoff.value);
    for (let i = start; i < start + length; i++) {
      const weight = share.next(target);
      if (!cutoff.resting) this.#tune(cutoff.next());
      for (let channel = 0; channel < channels; channel++) {
        const sample = planes[channel][i];
        const filtered = this.#filter(sample, channel * STATES);
        planes[channel][i] = weight === 1 ? filtered : sample + weight * (filtered - sample);
      }
    }
    this.#settle(share.value === 0 ? 0 : channels);
  }

  #tune(cutoffHz: Hertz): void {
    const tangent = Math.tan((Math.PI * cutoffHz) / this.#contextRateHz);
    this.#tangent = tangent;
    for (let section = 0; section < DAMPINGS.length; section++)
      this.#scales[section] = 1 / (1 + tangent * (tangent + DAMPINGS[section]));
  }

  #filter(sample: number, at: number): number {
    const states = this.#states;
    const tangent = this.#tangent;
    let high = sample;
    for (let section = 0; section < DAMPINGS.length; section++) {
      const s = at + section * STATES_PER_SECTION;
      const band = (states[s] + tangent * (high - states[s + 1])) * this.#scales[section];
      const low = states[s + 1] + tangent * band;
      states[s] = 2 * band - states[s];
      states[s + 1] = 2 * low - states[s + 1];
      high = high - DAMPINGS[section] * band - low;
    }
    return high;
  }

  /** Forgets the past of planes that are not there, and what nobody can hear of the others. */
  #settle(channels: number): void {
    const states = this.#states;
    for (let s = 0; s < channels * STATES; s++) states[s] = settled(states[s]);
    for (let s = channels * STATES; s < this.#channels * STATES; s++) states[s] = 0;
  }
}
