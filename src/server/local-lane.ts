/**
 * In:     planar samples of one recording (sound-path.ts)
 * Out:    the same, enhanced, at once
 * Thread: that of its caller, on which it computes
 */
import type { Denoiser } from '../engine/index.ts';
import { Enhancer } from '../files/enhance.ts';
import type { Samples } from '../shared/units.ts';
import type { Lane, LaneOutput } from './lane.ts';
import type { ResolvedSound } from './options.ts';
import type { Piece } from './pcm-codec.ts';

/** An enhancer, which has always room. */
export class LocalLane implements Lane {
  readonly hasRoom = true;
  readonly #enhancer: Enhancer;
  /** As long as the longest piece so far. */
  #planes: readonly Float32Array[];
  readonly #output: LaneOutput;

  constructor(denoiser: Denoiser, { sampleRateHz, channels, settings }: ResolvedSound, output: LaneOutput) {
    this.#enhancer = new Enhancer(denoiser, channels, sampleRateHz, settings);
    this.#planes = Array.from({ length: channels }, () => new Float32Array());
    this.#output = output;
  }

  get latencySamples(): Samples {
    return this.#enhancer.latencySamples;
  }

  push({ planes, frames }: Piece): void {
    this.#enhancer.push(planes, 0, frames);
    this.#drain();
  }

  finish(): void {
    this.#enhancer.finish();
    this.#drain();
    this.#output.ended();
  }

  close(): void {
    this.#enhancer.dispose();
  }

  #drain(): void {
    const frames = this.#enhancer.available;
    if (frames === 0) return;
    if (this.#planes[0].length < frames) this.#planes = this.#planes.map(() => new Float32Array(frames));
    this.#enhancer.pull(this.#planes, 0, frames);
    this.#output.sound({ planes: this.#planes, frames });
  }
}
