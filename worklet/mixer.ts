/**
 * In:     dry and enhanced samples that line up, and the values of the parameters, from live-path.ts
 * Out:    what is heard, into the output of the node
 * Thread: [audio]
 *
 *   output = gain · (dry · (1 − w) + enhanced · w)     w = mix · (1 − bypass), all three ramped
 *
 * With high-pass or automatic gain on, which the bypass is to leave out:
 *
 *   output = limit(gain · shape(dry · (1 − mix) + enhanced · mix)) · (1 − bypass) + gain · dry · bypass
 */
import { clampTo, PARAMETERS } from '../src/shared/parameters.ts';
import { LinearRamp, SlewLimiter } from '../src/shared/ramp.ts';
import { Shaper } from '../src/shared/shaping/shaper.ts';
import { type Decibels, decibelsToGain, type Hertz, type Samples } from '../src/shared/units.ts';
import { type ParameterValues, valueAt } from './parameter-values.ts';

/** Ramps of jumps: long enough not to click, short enough to feel immediate. */
const RAMP_SECONDS = 0.01;
const BYPASS_RAMP_SECONDS = 0.015;

type MixerValues = Omit<ParameterValues, 'attenuationLimit'>;

/**
 * Blends, bypasses and sets the level. Linear, because dry and enhanced are one voice: equal-power would swell by 3 dB
 * half way.
 */
export class Mixer {
  readonly #mix: SlewLimiter;
  readonly #bypass: SlewLimiter;
  readonly #gain: LinearRamp;
  readonly #weights: Float32Array;
  readonly #bypasses: Float32Array;
  readonly #gains: Float32Array;
  readonly #shaper: Shaper;
  #started = false;

  /** @param channels most that will ever come */
  constructor(contextRateHz: Hertz, channels: number, mostSamples: Samples) {
    this.#mix = new SlewLimiter(0, Math.ceil(RAMP_SECONDS * contextRateHz));
    this.#bypass = new SlewLimiter(0, Math.ceil(BYPASS_RAMP_SECONDS * contextRateHz));
    this.#gain = new LinearRamp(1, Math.ceil(RAMP_SECONDS * contextRateHz));
    this.#weights = new Float32Array(mostSamples);
    this.#bypasses = new Float32Array(mostSamples);
    this.#shaper = new Shaper(contextRateHz, channels);
    this.#gains = new Float32Array(mostSamples);
  }

  /** Whether the bypass is all the way on. */
  get bypassed(): boolean {
    return this.#bypass.value === 1;
  }

  /** A new speaker: the automatic gain begins anew. */
  reset(): void {
    this.#shaper.reset();
  }

  /**
   * Writes samples `start` to `start + length` of the first `channels` planes of `output`.
   * @param dry and `enhanced`: planes that begin with the sample at `start`
   * @param params values of the whole quantum, so that `start` counts in them too
   * @param limitDb and `isEnhanced`: see {@link Shaper.listen}
   */
  process(
    dry: readonly Float32Array[],
    enhanced: readonly Float32Array[],
    output: readonly Float32Array[],
    channels: number,
    start: number,
    length: Samples,
    params: MixerValues,
    limitDb: Decibels,
    isEnhanced: boolean,
  ): void {
    const shapes = this.#shaper.aim(
      clampTo(PARAMETERS.highPass.range, valueAt(params.highPass, start)),
      valueAt(params.autoGain, start) >= 0.5,
      clampTo(PARAMETERS.targetLevel.range, valueAt(params.targetLevel, start)),
    );
    const dryOnly = this.#moveWeights(start, length, params, shapes);
    const unity = this.#moveGains(start, length, params);
    for (let channel = 0; channel < channels; channel++) {
      const from = dry[channel];
      const wet = enhanced[channel];
      const to = output[channel];
      for (let i = 0; i < length; i++) {
        const sample = dryOnly ? from[i] : from[i] * (1 - this.#weights[i]) + wet[i] * this.#weights[i];
        to[start + i] = unity || shapes ? sample : sample * this.#gains[i];
      }
    }
    if (!shapes) return;
    this.#shaper.listen(dry, enhanced, limitDb, isEnhanced);
    this.#shaper.process(output, channels, start, length);
    if (!unity) this.#amplify(output, channels, start, length);
    this.#shaper.limit(output, channels, start, length);
    this.#leaveOut(dry, output, channels, start, length, unity);
  }

  #amplify(output: readonly Float32Array[], channels: number, start: number, length: Samples): void {
    for (let channel = 0; channel < channels; channel++) {
      const to = output[channel];
      for (let i = 0; i < length; i++) to[start + i] *= this.#gains[i];
    }
  }

  /** Blends what was shaped with the dry signal, as far as the bypass is on. */
  #leaveOut(
    dry: readonly Float32Array[],
    output: readonly Float32Array[],
    channels: number,
    start: number,
    length: Samples,
    unity: boolean,
  ): void {
    const bypasses = this.#bypasses;
    for (let channel = 0; channel < channels; channel++) {
      const from = dry[channel];
      const to = output[channel];
      for (let i = 0; i < length; i++) {
        const bypass = bypasses[i];
        if (bypass === 0) continue;
        const plain = unity ? from[i] : from[i] * this.#gains[i];
        to[start + i] = bypass === 1 ? plain : to[start + i] * (1 - bypass) + plain * bypass;
      }
    }
  }

  /** Returns whether the dry signal alone is to be blended. Where something `shapes` it, the bypass comes later. */
  #moveWeights(start: number, length: Samples, { mix, bypass }: MixerValues, shapes: boolean): boolean {
    const { range } = PARAMETERS.mix;
    if (!this.#started) {
      // A node begins with its settings, it does not ramp to them.
      this.#mix.value = clampTo(range, valueAt(mix, start));
      this.#bypass.value = valueAt(bypass, start) >= 0.5 ? 1 : 0;
    }
    let most = 0;
    for (let i = 0; i < length; i++) {
      const wet = this.#mix.next(clampTo(range, valueAt(mix, start + i)));
      const bypassed = this.#bypass.next(valueAt(bypass, start + i) >= 0.5 ? 1 : 0);
      this.#weights[i] = shapes ? wet : wet * (1 - bypassed);
      this.#bypasses[i] = bypassed;
      if (this.#weights[i] > most) most = this.#weights[i];
    }
    return most === 0;
  }

  /**
   * Returns whether the level stays as it is. The target is read once for each stretch, because a power of ten costs as
   * much as all the rest.
   */
  #moveGains(start: number, length: Samples, { outputGain }: MixerValues): boolean {
    const target = decibelsToGain(clampTo(PARAMETERS.outputGain.range, valueAt(outputGain, start + length - 1)));
    if (!this.#started) this.#gain.value = target;
    this.#started = true;
    this.#gain.aim(target);
    if (this.#gain.resting && this.#gain.value === 1) return true;
    for (let i = 0; i < length; i++) this.#gains[i] = this.#gain.next();
    return false;
  }
}
