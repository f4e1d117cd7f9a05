/**
 * In:     a noisy image in its own units (image.ts); later the graph's estimate
 * Out:    the image in the range that the network knows, to model.ts; the estimate in the image's units, to
 *         image-gains.ts
 * Thread: [worker], or whoever runs the engine
 *
 * Min–max scaling, row by row. Input beyond a fixed range, which training never saw, is clipped to its ends. Estimates
 * are not clipped, since gains are limited anyway.
 */
import type { Normalisation } from '../manifest/block-manifest.ts';
import type { Range } from '../manifest/manifest-field.ts';

/** The scaling that a manifest asks for; shared by the streams of a model. */
export class Normaliser {
  /** Consecutive rows that share a range; the last ends with the image. */
  readonly #groups: readonly {
    readonly rows: number;
    readonly inputRange: Range;
    readonly outputRange: Range;
  }[];
  readonly #settings: Normalisation;
  readonly #frames: number;

  /** @param frames values in each row */
  constructor(settings: Normalisation, frames: number) {
    this.#settings = settings;
    this.#frames = frames;
    this.#groups = settings.kind === 'fixed' ? settings.rows : [];
  }

  /**
   * Writes the normalised image into `features` from `offset` on. Does not allocate.
   * @param range receives the image's least and largest value, which {@link restore} may need
   */
  apply(image: Float32Array, features: Float32Array, offset: number, range: Float64Array): void {
    const settings = this.#settings;
    const frames = this.#frames;
    if (settings.kind === 'none') {
      for (let i = 0; i < image.length; i++) features[offset + i] = image[i];
      return;
    }
    const [low, high] = settings.to;
    if (settings.kind === 'image') {
      findRange(image, range);
      const least = range[0];
      // An image with the same value everywhere has no range: all of it becomes the low end.
      const scale = range[1] > least ? (high - low) / (range[1] - least) : 0;
      for (let i = 0; i < image.length; i++) features[offset + i] = low + (image[i] - least) * scale;
      return;
    }
    let i = 0;
    for (let g = 0; g < this.#groups.length; g++) {
      const { rows, inputRange } = this.#groups[g];
      const least = inputRange[0];
      const scale = (high - low) / (inputRange[1] - least);
      for (const end = i + rows * frames; i < end; i++)
        features[offset + i] = Math.min(high, Math.max(low, low + (image[i] - least) * scale));
    }
  }

  /**
   * Reads the graph's output from `offset` on and writes the `estimate` in the image's units. Returns false where any
   * value is not finite. Does not allocate.
   * @param range what {@link apply} found in the same block's image
   */
  restore(output: Float32Array, offset: number, range: Float64Array, estimate: Float32Array): boolean {
    const settings = this.#settings;
    const frames = this.#frames;
    // 0·x is NaN only for infinities and NaN, so one sum finds them all.
    let probe = 0;
    for (let i = 0; i < estimate.length; i++) {
      const value = output[offset + i];
      probe += 0 * value;
      estimate[i] = value;
    }
    if (probe !== 0) return false;
    if (settings.kind === 'none') return true;
    const [low, high] = settings.to;
    if (settings.kind === 'image') {
      const scale = (range[1] - range[0]) / (high - low);
      for (let i = 0; i < estimate.length; i++) estimate[i] = range[0] + (estimate[i] - low) * scale;
      return true;
    }
    let i = 0;
    for (let g = 0; g < this.#groups.length; g++) {
      const { rows, outputRange } = this.#groups[g];
      const scale = (outputRange[1] - outputRange[0]) / (high - low);
      for (const end = i + rows * frames; i < end; i++) estimate[i] = outputRange[0] + (estimate[i] - low) * scale;
    }
    return true;
  }
}

function findRange(image: Float32Array, range: Float64Array): void {
  let least = image[0];
  let most = image[0];
  for (let i = 1; i < image.length; i++) {
    const value = image[i];
    if (value < least) least = value;
    if (value > most) most = value;
  }
  range[0] = least;
  range[1] = most;
}
