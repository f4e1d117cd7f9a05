import { RealFft } from '../../engine/dsp/fft.ts';

/** Short enough for syllables, long enough for the pitch of a voice: 2048 samples at 48 kHz. */
const WINDOW_SECONDS = 0.043;
/** How far back spectra reach, and so how late a frame may be without a gap in the picture: 8192 samples at 48 kHz. */
const MEMORY_SECONDS = 0.17;

/**
 * Spectra of an AnalyserNode at any moment of the last tenth of a second. The analyser's own spectrum is always that of
 * now, so a picture drawn from it would show how punctual the page is. These are of the moment that is asked for.
 */
export class RecentSpectra {
  readonly analyser: AnalyserNode;
  /** Frequencies of a spectrum, from 0 up to half the sample rate. */
  readonly bins: number;
  readonly #fft: RealFft;
  readonly #memory: Float32Array<ArrayBuffer>;
  readonly #window: Float64Array;
  readonly #windowed: Float64Array;
  readonly #re: Float64Array;
  readonly #im: Float64Array;
  #end = 0;

  /** Sets the analyser's transform size, which is how much it remembers. */
  constructor(analyser: AnalyserNode) {
    const { sampleRate } = analyser.context;
    const length = powerOfTwoNear(WINDOW_SECONDS * sampleRate);
    this.analyser = analyser;
    analyser.fftSize = Math.min(32768, Math.max(4 * length, powerOfTwoNear(MEMORY_SECONDS * sampleRate)));
    this.#fft = new RealFft(length);
    this.bins = length / 2;
    this.#memory = new Float32Array(analyser.fftSize);
    // Hann, scaled so that a tone at full scale has power 1.
    this.#window = Float64Array.from(
      { length },
      (_, i) => (2 / length) * (1 - Math.cos((2 * Math.PI * (i + 0.5)) / length)),
    );
    this.#windowed = new Float64Array(length);
    this.#re = new Float64Array(this.#fft.bins);
    this.#im = new Float64Array(this.#fft.bins);
  }

  /** Takes what the analyser holds now. */
  listen(): void {
    this.#end = Math.round(this.analyser.context.currentTime * this.analyser.context.sampleRate);
    this.analyser.getFloatTimeDomainData(this.#memory);
  }

  /**
   * Fills in the power of each bin, 0 to 1, of the window that ended at a time of the context. Returns false where that
   * is not remembered.
   */
  powerAt(seconds: number, power: Float32Array): boolean {
    const { length } = this.#windowed;
    const start = this.#memory.length - (this.#end - Math.round(seconds * this.analyser.context.sampleRate)) - length;
    if (start < 0 || start + length > this.#memory.length) return false;
    for (let i = 0; i < length; i++) this.#windowed[i] = this.#window[i] * this.#memory[start + i];
    this.#fft.forward(this.#windowed, this.#re, this.#im);
    for (let k = 0; k < this.bins; k++) power[k] = this.#re[k] * this.#re[k] + this.#im[k] * this.#im[k];
    return true;
  }
}

function powerOfTwoNear(samples: number): number {
  return Math.max(32, 2 ** Math.round(Math.log2(samples)));
}
