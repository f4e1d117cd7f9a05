import type { Samples } from '../../shared/units.ts';

/** The longest chunk that calls send and take as a rule. */
export const USUAL_SECONDS = 0.03;

/** One for each channel, of one length. */
export type Planes = readonly Float32Array<ArrayBuffer>[];

/** Planes that came with a message and go with the next: those of a call cross back and forth, and none are made. */
export class SparePlanes {
  readonly #channels: number;
  readonly #mostFrames: Samples;
  #planes: Planes | undefined;

  /** @param mostFrames of planes that are kept: longer ones come seldom, and would only take memory */
  constructor(channels: number, mostFrames: Samples) {
    this.#channels = channels;
    this.#mostFrames = mostFrames;
  }

  /** Nobody else may have a use for them. */
  keep(planes: Planes): void {
    if (planes[0].length <= this.#mostFrames) this.#planes = planes;
  }

  /** Planes of at least that length, which are the caller's; what they hold is anything. */
  take(frames: Samples): Planes {
    const planes = this.#planes;
    if (planes === undefined || planes[0].length < frames)
      return Array.from({ length: this.#channels }, () => new Float32Array(frames));
    this.#planes = undefined;
    return planes;
  }
}
