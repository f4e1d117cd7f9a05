/**
 * In:     real samples of one frame (analysis.ts) or a half spectrum (synthesis.ts), Float64
 * Out:    half spectrum, or real samples
 * Thread: [worker], or whoever runs the engine
 */
import { ComplexFft } from './complex-fft.ts';

/**
 * Transform between `length` real samples and the `bins` = ⌊length/2⌋ + 1 non-negative frequencies of their spectrum.
 * An even length is done as a complex transform of half that length. Not reentrant; one object serves any number of
 * streams.
 */
export class RealFft {
  readonly length: number;
  readonly bins: number;
  /** Room for the samples of a frame, free between two calls of those that share the transform. */
  readonly scratch: Float64Array;
  readonly #even: boolean;
  readonly #complex: ComplexFft;
  /** e^(−2πi·k/length): turns the half-length transform of an even length into the spectrum. */
  readonly cos: Float64Array;
  readonly sin: Float64Array;

  /** @param length any whole number from 1; RangeError otherwise. Fast where its prime factors are 2, 3 and 5. */
  constructor(length: number) {
    if (!Number.isInteger(length) || length < 1)
      throw new RangeError(`RealFft length: expected a whole number from 1, got ${length}.`);
    this.length = length;
    this.bins = Math.floor(length / 2) + 1;
    this.scratch = new Float64Array(length);
    this.#even = length % 2 === 0;
    this.#complex = new ComplexFft(this.#even ? length / 2 : length);
    this.cos = new Float64Array(this.#even ? this.bins : 0);
    this.sin = new Float64Array(this.cos.length);
    for (let k = 0; k < this.cos.length; k++) {
      this.cos[k] = Math.cos((-2 * Math.PI * k) / length);
      this.sin[k] = Math.sin((-2 * Math.PI * k) / length);
    }
  }

  /**
   * Writes the unnormalised spectrum of `samples[0 … length)` to `re[0 … bins)` and `im[0 … bins)`, and leaves
   * `samples` as they are.
   */
  forward(samples: Float64Array, re: Float64Array, im: Float64Array): void {
    const z = this.#complex;
    if (!this.#even) {
      z.re.set(samples.length === this.length ? samples : samples.subarray(0, this.length));
      z.im.fill(0);
      z.transform();
      for (let k = 0; k < this.bins; k++) {
        re[k] = z.outRe[k];
        im[k] = z.outIm[k];
      }
      return;
    }
    const half = this.length / 2;
    for (let k = 0, n = 0; k < half; k++, n += 2) {
      z.re[k] = samples[n];
      z.im[k] = samples[n + 1];
    }
    z.transform();
    const { outRe, outIm } = z;
    const cos = this.cos;
    const sin = this.sin;
    re[0] = outRe[0] + outIm[0];
    im[0] = 0;
    re[half] = outRe[0] - outIm[0];
    im[half] = 0;
    // Spectra of the even and odd samples: E = (Z[k] + Z*[h − k])/2 and O = (Z[k] − Z*[h − k])/2i.
    // X[k] = E + w·O and X[h − k] = (E − w·O)*.
    for (let k = 1, m = half - 1; k <= m; k++, m--) {
      const er = 0.5 * (outRe[k] + outRe[m]);
      const ei = 0.5 * (outIm[k] - outIm[m]);
      const or = 0.5 * (outIm[k] + outIm[m]);
      const oi = 0.5 * (outRe[m] - outRe[k]);
      const tr = or * cos[k] - oi * sin[k];
      const ti = or * sin[k] + oi * cos[k];
      re[k] = er + tr;
      im[k] = ei + ti;
      re[m] = er - tr;
      im[m] = ti - ei;
    }
  }

  /**
   * Writes the samples of a half spectrum, scaled by 1/length so that it undoes {@link forward}, and leaves `re` and
   * `im` as they are.
   */
  inverse(re: Float64Array, im: Float64Array, samples: Float64Array): void {
    const z = this.#complex;
    const scale = 1 / this.length;
    // The inverse transform is the forward one with real and imaginary parts exchanged on both sides.
    if (!this.#even) {
      z.im[0] = re[0];
      z.re[0] = 0;
      for (let k = 1; k < this.bins; k++) {
        z.im[k] = re[k];
        z.re[k] = im[k];
        z.im[this.length - k] = re[k];
        z.re[this.length - k] = -im[k];
      }
      z.transform();
      for (let n = 0; n < this.length; n++) samples[n] = z.outIm[n] * scale;
      return;
    }
    const half = this.length / 2;
    const cos = this.cos;
    const sin = this.sin;
    z.im[0] = re[0] + re[half];
    z.re[0] = re[0] - re[half];
    for (let k = 1, m = half - 1; k <= m; k++, m--) {
      const er = re[k] + re[m];
      const ei = im[k] - im[m];
      const dr = re[k] - re[m];
      const di = im[k] + im[m];
      const or = dr * cos[k] + di * sin[k];
      const oi = di * cos[k] - dr * sin[k];
      z.im[k] = er - oi;
      z.re[k] = ei + or;
      z.im[m] = er + oi;
      z.re[m] = or - ei;
    }
    z.transform();
    for (let k = 0, n = 0; k < half; k++, n += 2) {
      samples[n] = z.outIm[k] * scale;
      samples[n + 1] = z.outRe[k] * scale;
    }
  }
}
