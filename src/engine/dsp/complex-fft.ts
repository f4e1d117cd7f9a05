/**
 * In:     complex values, from fft.ts
 * Out:    their discrete Fourier transform
 * Thread: [worker], or whoever runs the engine
 *
 * Mixed radix, any length, no allocation after construction. Float64: as fast as Float32 in JavaScript, and the error
 * stays far below one float32 step.
 */
import { radix2, radix3, radix4, radix5, radixAny } from './fft-butterflies.ts';
import { makeStages, type Stage } from './fft-stage.ts';

/**
 * Complex transform, decimation in frequency, self-sorting (Stockham), so there is no bit-reversal pass for mixed
 * radices. Fill `re` and `im`, call {@link transform}, read `outRe` and `outIm`; the input is destroyed. All arrays
 * belong to the object. C. Van Loan, Computational Frameworks for the Fast Fourier Transform, 1992, section 1.7.
 */
export class ComplexFft {
  readonly re: Float64Array;
  readonly im: Float64Array;
  readonly outRe: Float64Array;
  readonly outIm: Float64Array;
  readonly #stages: readonly Stage[];
  readonly #spareRe: Float64Array;
  readonly #spareIm: Float64Array;

  constructor(length: number) {
    this.re = new Float64Array(length);
    this.im = new Float64Array(length);
    this.#stages = makeStages(length);
    this.#spareRe = new Float64Array(length);
    this.#spareIm = new Float64Array(length);
    // Each stage goes from one pair of arrays to the other.
    const endsInSpare = this.#stages.length % 2 === 1;
    this.outRe = endsInSpare ? this.#spareRe : this.re;
    this.outIm = endsInSpare ? this.#spareIm : this.im;
  }

  /** X[k] = Σ x[n]·e^(−2πi·kn/N), unnormalised. */
  transform(): void {
    const stages = this.#stages;
    let xr = this.re;
    let xi = this.im;
    let yr = this.#spareRe;
    let yi = this.#spareIm;
    for (let s = 0; s < stages.length; s++) {
      const stage = stages[s];
      switch (stage.radix) {
        case 2:
          radix2(stage, xr, xi, yr, yi);
          break;
        case 3:
          radix3(stage, xr, xi, yr, yi);
          break;
        case 4:
          radix4(stage, xr, xi, yr, yi);
          break;
        case 5:
          radix5(stage, xr, xi, yr, yi);
          break;
        default:
          radixAny(stage, xr, xi, yr, yi);
      }
      const tr = xr;
      const ti = xi;
      xr = yr;
      xi = yi;
      yr = tr;
      yi = ti;
    }
  }
}
