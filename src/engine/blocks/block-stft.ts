/**
 * In:     one block of samples at the model's rate, from block-path.ts
 * Out:    the half spectra of all its frames, and back
 * Thread: [worker], or whoever runs the engine
 *
 * The same as librosa.stft(center=True) and librosa.istft(length=blockSamples): frame f is centred on sample f·hop,
 * everything outside the block is padding, and the inverse divides by the sum of the squared windows, so that an
 * unchanged spectrum gives the block back.
 */
import { makeSpectrum, type Spectrum } from '../dsp/analysis.ts';
import { RealFft } from '../dsp/fft.ts';
import { type BlockFraming, blockBins, blockFrames } from '../manifest/block-manifest.ts';

/**
 * Half spectra of all frames of a block: all of them in `re` and `im`, frame by frame, and `frames` as views of those.
 */
export interface BlockSpectrum extends Spectrum {
  readonly frames: readonly Spectrum[];
}

/** A spectrum of zeros. */
export function makeBlockSpectrum(frames: number, bins: number): BlockSpectrum {
  const { re, im } = makeSpectrum(frames * bins);
  const view = (f: number): Spectrum => ({
    re: re.subarray(f * bins, (f + 1) * bins),
    im: im.subarray(f * bins, (f + 1) * bins),
  });
  return { re, im, frames: Array.from({ length: frames }, (_, f) => view(f)) };
}

/** Not reentrant; one object serves any number of streams. */
export class BlockStft {
  readonly frames: number;
  readonly bins: number;
  readonly #hopSamples: number;
  readonly #isMirrored: boolean;
  readonly #fft: RealFft;
  readonly #window: Float64Array;
  /** One over the sum of all squared windows at each sample of the block. */
  readonly #unweighted: Float64Array;
  /** The padded block on its way to spectra, and the sums of its frames on their way back. */
  readonly #padded: Float64Array;
  readonly #sums: Float64Array;
  /** Of one frame. */
  readonly #spectrum: Spectrum;
  readonly #pad: number;
  readonly #frame: Float64Array;

  constructor(readonly framing: BlockFraming) {
    const { blockSamples, fftSamples, hopSamples, windowSamples, padding } = framing;
    this.frames = blockFrames(framing);
    this.bins = blockBins(framing);
    this.#hopSamples = hopSamples;
    this.#isMirrored = padding === 'reflect';
    this.#fft = new RealFft(fftSamples);
    this.#window = periodicHann(windowSamples, fftSamples);
    this.#pad = Math.floor(fftSamples / 2);
    this.#padded = new Float64Array(blockSamples + 2 * this.#pad);
    this.#sums = new Float64Array(this.#padded.length);
    this.#spectrum = makeSpectrum(this.bins);
    this.#frame = new Float64Array(fftSamples);
    for (let f = 0; f < this.frames; f++) {
      for (let n = 0; n < fftSamples; n++) this.#padded[f * hopSamples + n] += this.#window[n] ** 2;
    }
    this.#unweighted = this.#padded.slice(this.#pad, this.#pad + blockSamples).map((sum) => 1 / sum);
  }

  /** Writes the spectra of `block`'s frames. Does not allocate. */
  forward(block: Float32Array | Float64Array, spectrum: BlockSpectrum): void {
    this.#surround(block);
    for (let f = 0; f < this.frames; f++) this.#analyse(f, spectrum.frames[f]);
  }

  /** Writes the samples whose spectra come nearest to `spectrum`, in least squares. Does not allocate. */
  inverse(spectrum: BlockSpectrum, block: Float64Array): void {
    this.#sums.fill(0);
    for (let f = 0; f < this.frames; f++) this.#synthesise(f, spectrum.frames[f]);
    this.#finish(block);
  }

  /**
   * {@link forward}, then `change` for each frame in turn, then {@link inverse}, but with the spectrum of one frame at
   * a time: those of all frames do not fit into a cache. `change` alters the spectrum that it is given. Does not
   * allocate.
   */
  throughSpectrum(block: Float64Array, change: (spectrum: Spectrum, frame: number) => void): void {
    const spectrum = this.#spectrum;
    this.#surround(block);
    this.#sums.fill(0);
    for (let f = 0; f < this.frames; f++) {
      this.#analyse(f, spectrum);
      change(spectrum, f);
      this.#synthesise(f, spectrum);
    }
    this.#finish(block);
  }

  #surround(block: Float32Array | Float64Array): void {
    const padded = this.#padded;
    const pad = this.#pad;
    const end = pad + block.length;
    padded.set(block, pad);
    for (let n = 0; n < pad; n++) {
      padded[pad - 1 - n] = this.#isMirrored ? block[n + 1] : 0;
      padded[end + n] = this.#isMirrored ? block[block.length - 2 - n] : 0;
    }
  }

  #analyse(f: number, { re, im }: Spectrum): void {
    const padded = this.#padded;
    const frame = this.#frame;
    const window = this.#window;
    const start = f * this.#hopSamples;
    for (let n = 0; n < frame.length; n++) frame[n] = padded[start + n] * window[n];
    this.#fft.forward(frame, re, im);
  }

  #synthesise(f: number, { re, im }: Spectrum): void {
    const sums = this.#sums;
    const frame = this.#frame;
    const window = this.#window;
    const start = f * this.#hopSamples;
    this.#fft.inverse(re, im, frame);
    for (let n = 0; n < frame.length; n++) sums[start + n] += frame[n] * window[n];
  }

  #finish(block: Float64Array): void {
    const sums = this.#sums;
    const pad = this.#pad;
    const unweighted = this.#unweighted;
    for (let n = 0; n < block.length; n++) block[n] = sums[pad + n] * unweighted[n];
  }
}

/** Hann window of one period, in the middle of `length` values. */
function periodicHann(windowSamples: number, length: number): Float64Array {
  const window = new Float64Array(length);
  const before = Math.floor((length - windowSamples) / 2);
  for (let n = 0; n < windowSamples; n++) window[before + n] = Math.sin((Math.PI * n) / windowSamples) ** 2;
  return window;
}
