import { DENORMAL_FLOOR } from '../dsp/clean-sample.ts';

/** What a graph carries from one step of a stream to the next. */
export interface StreamMemory {
  /** One array for each state of the graph. */
  readonly values: readonly Float32Array[];
}

/**
 * Steps of a stream between two looks at its memory for values that would stay there: NaN, infinities, and values that
 * decay towards denormals. About 0.3 s for base.
 */
const STATE_CHECK_STEPS = 31;

/** Recurrent memory of one stream, zeros at first. Belongs to the stream; only model.ts reads or writes it. */
export class StreamState implements StreamMemory {
  readonly values: readonly Float32Array[];
  #stepsToCheck = STATE_CHECK_STEPS;

  /** @param sizes elements of each state */
  constructor(sizes: readonly number[]) {
    this.values = sizes.map((size) => new Float32Array(size));
  }

  /** Back to the memory of a new stream. */
  reset(): void {
    for (const values of this.values) values.fill(0);
  }

  /** Counts a step, and looks through the memory when it is time to. */
  afterStep(): void {
    this.#stepsToCheck -= 1;
    if (this.#stepsToCheck > 0) return;
    this.#stepsToCheck = STATE_CHECK_STEPS;
    this.#check();
  }

  /**
   * A memory that holds NaN or infinities starts over, even if the output hides them (an activation may map NaN to 0).
   * Values below {@link DENORMAL_FLOOR} become 0.
   */
  #check(): void {
    const memory = this.values;
    for (let s = 0; s < memory.length; s++) {
      if (!areFinite(memory[s])) {
        this.reset();
        return;
      }
    }
    for (let s = 0; s < memory.length; s++) {
      const values = memory[s];
      for (let i = 0; i < values.length; i++) if (Math.abs(values[i]) < DENORMAL_FLOOR) values[i] = 0;
    }
  }
}

/** A loop: `every` makes an object of each value. */
function areFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}
