/**
 * In:     sound at any level, from shaper.ts
 * Out:    the same, below full scale, in place and without delay
 * Thread: [audio] in a node, any in files
 *
 *   output = sample · bend(peak) / peak     peak: of all planes, rises at once and falls slowly
 *
 * No sample is larger than the peak at it, so none of the output is larger than bend(peak), which never reaches
 * CEILING. It looks at nothing ahead, because that would be a delay.
 */
import { decibelsToGain, type Hertz, type Samples } from '../units.ts';
import { settled } from './settled.ts';

/** Up to here nothing is changed. */
const KNEE = decibelsToGain(-6);
/** What the output stays below: −1 dBFS, which leaves room for what resamplers and codecs put on top of a peak. */
const CEILING = decibelsToGain(-1);
/** Time in which the peak falls by 20 dB: longer than the period of a voice, which would be distorted otherwise. */
const RELEASE_SECONDS = 0.25;

/** Holds peaks down. Nothing but the constructor allocates. */
export class Limiter {
  readonly #release: number;
  #peak = 0;

  constructor(contextRateHz: Hertz) {
    this.#release = decibelsToGain(-20 / (RELEASE_SECONDS * contextRateHz));
  }

  /**
   * Limits samples `start` to `start + length` of the first `channels` planes.
   * @param shareFrom how much of it is heard at the first sample, 0 to 1, and `shareTo`, at the last
   */
  process(
    planes: readonly Float32Array[],
    channels: number,
    start: number,
    length: Samples,
    shareFrom: number,
    shareTo: number,
  ): void {
    let peak = this.#peak;
    for (let i = 0; i < length; i++) {
      peak *= this.#release;
      for (let channel = 0; channel < channels; channel++) {
        const size = Math.abs(planes[channel][start + i]);
        if (size > peak) peak = size;
      }
      if (!(peak > KNEE)) continue;
      const share = shareFrom + (shareTo - shareFrom) * ((i + 1) / length);
      const gain = 1 + share * (bend(peak) / peak - 1);
      for (let channel = 0; channel < channels; channel++) planes[channel][start + i] *= gain;
    }
    this.#peak = settled(peak);
  }

  /** Knows nothing of the past. */
  reset(): void {
    this.#peak = 0;
  }
}

/** The identity up to the knee, from there on smoothly towards the ceiling. */
function bend(peak: number): number {
  return KNEE + (CEILING - KNEE) * Math.tanh((peak - KNEE) / (CEILING - KNEE));
}
