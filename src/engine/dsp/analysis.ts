/**
 * In:     one hop of noisy samples at the model's rate, from the stream's queue (denoiser-stream.ts)
 * Out:    half spectrum of the frame that ends with them, to compressed-complex.ts and estimate.ts
 * Thread: [worker], or whoever runs the engine
 */
import type { RealFft } from './fft.ts';
import type { SampleQueue } from './sample-queue.ts';

/** Half spectrum of one frame: `bins` real and `bins` imaginary parts, unnormalised, of samples in −1 … 1. */
export interface Spectrum {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** A spectrum of zeros. */
export function makeSpectrum(bins: number): Spectrum {
  return { re: new Float64Array(bins), im: new Float64Array(bins) };
}

/** One for each stream: it remembers the samples before the hop, which are zeros at the start. */
export class Analysis {
  readonly #frame: Float32Array;
  readonly #hopSamples: number;
  readonly #window: Float64Array;
  readonly #fft: RealFft;

  /** @param window oldest sample first; where the FFT is longer, zeros follow the frame */
  constructor(hopSamples: number, window: Float64Array, fft: RealFft) {
    this.#hopSamples = hopSamples;
    this.#window = window;
    this.#fft = fft;
    this.#frame = new Float32Array(window.length);
  }

  /** Takes one hop, which must be there, and writes the spectrum. Does not allocate. */
  step(noisy: SampleQueue, spectrum: Spectrum): void {
    const frame = this.#frame;
    const window = this.#window;
    const windowed = this.#fft.scratch;
    const hopSamples = this.#hopSamples;
    frame.copyWithin(0, hopSamples);
    noisy.take(frame, frame.length - hopSamples, hopSamples);
    for (let n = 0; n < frame.length; n++) windowed[n] = frame[n] * window[n];
    windowed.fill(0, frame.length);
    this.#fft.forward(windowed, spectrum.re, spectrum.im);
  }

  reset(): void {
    this.#frame.fill(0);
  }
}
