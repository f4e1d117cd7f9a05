/**
 * In:     the mel rows of an image, dB
 * Out:    their first cepstral coefficients, one row for each
 * Thread: [worker], or whoever runs the engine
 *
 * DCT-II along the mel axis, orthonormal, the same as librosa.feature.mfcc:
 *
 *   c[k] = s·Σ x[m]·cos(π·k·(2m + 1)/2M),   s = √(1/M) for k = 0, √(2/M) above
 */

/** The coefficients of one model's images; shared by its streams. */
export class Mfcc {
  /** [mfccs, mels] */
  readonly #basis: Float64Array;
  readonly #mels: number;
  readonly #mfccs: number;

  constructor(mels: number, mfccs: number) {
    this.#mels = mels;
    this.#mfccs = mfccs;
    this.#basis = new Float64Array(mfccs * mels);
    for (let k = 0; k < mfccs; k++) {
      const scale = Math.sqrt((k === 0 ? 1 : 2) / mels);
      for (let m = 0; m < mels; m++)
        this.#basis[k * mels + m] = scale * Math.cos((Math.PI * k * (2 * m + 1)) / (2 * mels));
    }
  }

  /**
   * Reads the mel rows at the beginning of `image`, each of `frames` values, and writes the coefficients' rows after
   * them. Does not allocate.
   */
  append(image: Float32Array, frames: number): void {
    const basis = this.#basis;
    const mels = this.#mels;
    const mfccs = this.#mfccs;
    for (let k = 0; k < mfccs; k++) {
      const row = (mels + k) * frames;
      for (let f = 0; f < frames; f++) {
        let sum = 0;
        for (let m = 0; m < mels; m++) sum += basis[k * mels + m] * image[m * frames + f];
        image[row + f] = sum;
      }
    }
  }
}
