/**
 * In:     enhanced half spectrum of one frame, from estimate.ts
 * Out:    one hop of finished enhanced samples at the model's rate, to the stream's queue or its resampler
 * Thread: [worker], or whoever runs the engine
 *
 * Inverse FFT, synthesis window, overlap-add. After the hop whose newest sample is number e, the samples
 * e − hop − overlap … e − overlap are final: the delay is the overlap.
 */
import type { Spectrum } from './analysis.ts';
import { cleanSample } from './clean-sample.ts';
import type { RealFft } from './fft.ts';

/** One for each stream: it holds the end of the last frame until the next completes it. */
export class Synthesis {
  /** [overlap] The end of the last frame, not yet complete. */
  readonly #tail: Float64Array;
  readonly #offset: number;
  readonly #hopSamples: number;
  readonly #window: Float64Array;
  readonly #fft: RealFft;

  /** @param window covers the last hop + overlap samples of a frame of `windowSamples`, see window.ts */
  constructor(hopSamples: number, windowSamples: number, window: Float64Array, fft: RealFft) {
    this.#hopSamples = hopSamples;
    this.#window = window;
    this.#fft = fft;
    this.#tail = new Float64Array(window.length - hopSamples);
    this.#offset = windowSamples - window.length;
  }

  /** Writes `hopSamples` samples. Does not allocate. */
  step(spectrum: Spectrum, enhanced: Float32Array): void {
    const samples = this.#fft.scratch;
    const tail = this.#tail;
    const window = this.#window;
    const offset = this.#offset;
    const hopSamples = this.#hopSamples;
    this.#fft.inverse(spectrum.re, spectrum.im, samples);
    for (let n = 0; n < hopSamples; n++) {
      const carried = n < tail.length ? tail[n] : 0;
      enhanced[n] = cleanSample(carried + samples[offset + n] * window[n]);
    }
    for (let n = 0; n < tail.length; n++) tail[n] = samples[offset + hopSamples + n] * window[hopSamples + n];
  }

  reset(): void {
    this.#tail.fill(0);
  }
}
