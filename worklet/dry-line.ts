/**
 * In:     clean noisy samples, from live-path.ts
 * Out:    the same samples later, to tap.ts
 * Thread: [audio]
 */
import type { Samples } from '../src/shared/units.ts';
import { DelayLine } from './delay-line.ts';

/** The past of the noisy signal, and how much of it is known. Nothing but the constructor and `lengthen` allocates. */
export class DryLine {
  /** Samples heard since birth: the position of the next one. */
  now = 0;
  #line: DelayLine;
  /** First position that the line knows: birth, or a later one after it had to be replaced by a longer line. */
  #from = 0;
  readonly #unheardSamples: Samples;

  /** @param unheardSamples see live-path.ts */
  constructor(channels: number, pastSamples: Samples, unheardSamples: Samples) {
    this.#line = new DelayLine(channels, pastSamples);
    this.#unheardSamples = unheardSamples;
  }

  get line(): DelayLine {
    return this.#line;
  }

  /** Stores the next `length` samples of every plane, at `now`, which the caller moves on when they were played. */
  write(planes: readonly Float32Array[], length: Samples): void {
    for (let channel = 0; channel < this.#line.channels; channel++)
      this.#line.write(channel, this.now, planes[channel], 0, length);
  }

  /** Makes room for a longer past, keeping what there is. Allocates where it has to. */
  lengthen(pastSamples: Samples): void {
    const { pastSamples: present, channels } = this.#line;
    if (pastSamples <= present) return;
    const longer = new DelayLine(channels, pastSamples);
    longer.copyFrom(this.#line, this.now);
    this.#from = Math.max(this.#from, this.now - present);
    this.#line = longer;
  }

  /** Whether the line goes back this far, or will by the time that anyone hears it. */
  reaches(delay: Samples): boolean {
    return this.now - delay >= this.#from || (this.#from === 0 && delay <= this.#unheardSamples);
  }
}
