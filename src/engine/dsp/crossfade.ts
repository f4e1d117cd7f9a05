/**
 * In:     one enhanced block at the model's rate, from block-rebuild.ts
 * Out:    one advance of finished samples, to the stream's queue or its resampler (denoiser-stream.ts)
 * Thread: [worker], or whoever runs the engine
 *
 *   block before   ───────────╲ tail
 *   this block                ╱──────────────╲ kept as the next tail
 *   out                      │ advance        │
 *
 * The slopes are raised cosines that add up to one: both blocks hold the same voice, so amplitudes add.
 */
import { cleanSample } from './clean-sample.ts';

/** One for each stream: it holds the end of the last block, zeros at the start. */
export class Crossfade {
  readonly #rise: Float64Array;
  readonly #tail: Float64Array;
  readonly #advanceSamples: number;

  constructor(advanceSamples: number, overlapSamples: number) {
    this.#advanceSamples = advanceSamples;
    this.#rise = Float64Array.from(
      { length: overlapSamples },
      (_, n) => Math.sin(((Math.PI / 2) * (n + 0.5)) / overlapSamples) ** 2,
    );
    this.#tail = new Float64Array(overlapSamples);
  }

  /** Writes `advanceSamples` samples and keeps the rest of the block. Does not allocate. */
  join(block: Float64Array, enhanced: Float32Array): void {
    const rise = this.#rise;
    const tail = this.#tail;
    const advanceSamples = this.#advanceSamples;
    for (let n = 0; n < tail.length; n++) enhanced[n] = cleanSample(tail[n] + (block[n] - tail[n]) * rise[n]);
    for (let n = tail.length; n < advanceSamples; n++) enhanced[n] = cleanSample(block[n]);
    for (let n = 0; n < tail.length; n++) tail[n] = block[advanceSamples + n];
  }

  reset(): void {
    this.#tail.fill(0);
  }
}
