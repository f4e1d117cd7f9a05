/**
 * In:     sound that comes from one place, and from another after {@link Seam.open}
 * Out:    the same without a jump where it changes, in place
 * Thread: any
 */
import type { Piece } from '../pcm-codec.ts';

/** What is heard after a change begins where the sound before it ended, and glides to itself. */
export class Seam {
  /** The last sample of every channel. */
  readonly #last: Float32Array;
  /** What is added at the change, and frames for which some of it still is. */
  readonly #step: Float32Array;
  readonly #glideFrames: number;
  #left = 0;
  #isOpen = false;

  /** @param glideFrames from 1 */
  constructor(channels: number, glideFrames: number) {
    this.#last = new Float32Array(channels);
    this.#step = new Float32Array(channels);
    this.#glideFrames = glideFrames;
  }

  /** The next sample comes from elsewhere. */
  open(): void {
    this.#isOpen = true;
  }

  pass({ planes, frames }: Piece): void {
    if (frames === 0) return;
    if (this.#isOpen) {
      for (let c = 0; c < planes.length; c++) this.#step[c] = this.#last[c] - planes[c][0];
      this.#left = this.#glideFrames;
      this.#isOpen = false;
    }
    const gliding = Math.min(frames, this.#left);
    for (let c = 0; c < planes.length; c++) {
      for (let n = 0; n < gliding; n++) planes[c][n] += this.#step[c] * ((this.#left - n) / this.#glideFrames);
      this.#last[c] = planes[c][frames - 1];
    }
    this.#left -= gliding;
  }
}
