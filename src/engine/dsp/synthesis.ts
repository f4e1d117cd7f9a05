import type { Spectrum } from './analysis.ts';
import { cleanSample } from './clean-sample.ts';
import type { RealFft } from './fft.ts';

/**
 * In:     enhanced half spectrum of one frame, from estimate.ts
 * Out:    one hop of finished enhanced samples, model rate, to the stream's queue or its resampler
 * Thread: [worker], or whoever runs the engine
 *
 * Inverse FFT, synthesis window, overlap-add. After the hop whose newest sample is number e, the samples
 * e − hop − overlap … e − overlap are final: the delay is the overlap.
 */
export class Synthesis {
  private readonly samples: Float64Array;
  /** Second half of the last frame, not yet complete. [overlap] */
  private readonly tail: Float64Array;
  private readonly offset: number;

  /** `window` covers the last hop + overlap samples of a frame of `windowSamples`, see window.ts. */
  constructor(
    private readonly hopSamples: number,
    windowSamples: number,
    private readonly window: Float64Array,
    private readonly fft: RealFft,
  ) {
    this.samples = new Float64Array(fft.length);
    this.tail = new Float64Array(window.length - hopSamples);
    this.offset = windowSamples - window.length;
  }

  /** Writes `hopSamples` samples. Does not allocate. */
  step(spectrum: Spectrum, enhanced: Float32Array): void {
    const { samples, tail, window, offset, hopSamples } = this;
    this.fft.inverse(spectrum.re, spectrum.im, samples);
    for (let n = 0; n < hopSamples; n++) {
      const carried = n < tail.length ? tail[n] : 0;
      enhanced[n] = cleanSample(carried + samples[offset + n] * window[n]);
    }
    for (let n = 0; n < tail.length; n++) tail[n] = samples[offset + hopSamples + n] * window[hopSamples + n];
  }

  reset(): void {
    this.tail.fill(0);
  }
}
