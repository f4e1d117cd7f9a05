/**
 * In:     noisy samples of one stream at its context's rate, any number at a time (step-loop.ts, files/)
 * Out:    as many enhanced samples, a fixed number of samples later
 * Thread: [worker], or whoever runs the engine: no thread and no clock in here
 *
 *   push:        noisy → clean → resampler ↓ → noisy queue
 *   analyse:     noisy queue → path → features
 *   synthesise:  estimates → path → resampler ↑ → enhanced queue
 *   pull:        enhanced queue →
 */
import { CONTEXT_RATE_HZ, type Decibels, type Hertz, type Samples } from '../shared/units.ts';
import { NO_LIMIT_DB } from './attenuation-limit.ts';
import { cleanSample } from './dsp/clean-sample.ts';
import type { Resampler } from './dsp/resampler.ts';
import { resamplerPair } from './dsp/resampler-pair.ts';
import { SampleQueue } from './dsp/sample-queue.ts';
import type { Model } from './graph/model.ts';
import type { StreamState } from './graph/stream-state.ts';
import { algorithmicDelaySamples, type Manifest } from './manifest/manifest.ts';
import type { StreamPath, StreamPaths } from './stream-path.ts';

/** What streams of one model share; `advance` is free between two calls. */
export interface SharedParts {
  readonly manifest: Manifest;
  readonly model: Model;
  readonly paths: StreamPaths;
  /** Room for the enhanced samples of one step. */
  readonly advance: Float32Array;
}

/** Advances that the queues of a stream hold before they grow: live sound comes one or two at a time. */
const QUEUE_ADVANCES = 2;

/** One channel on its way through a Denoiser: enhanced sample j is noisy sample j − {@link delaySamples}. */
export class DenoiserStream {
  /** Samples per second on both sides. A fraction is rounded inside, where it cancels out between the resamplers. */
  readonly contextRateHz: Hertz;
  /** Delay inside the engine, in whole context samples: the overlap of synthesis or blocks, and both resamplers. */
  readonly delaySamples: Samples;
  /** Recurrent memory, for the Denoiser alone. @internal */
  readonly state: StreamState;

  readonly #shared: SharedParts;
  readonly #down: Resampler | undefined;
  readonly #up: Resampler | undefined;
  readonly #noisy: SampleQueue;
  readonly #enhanced: SampleQueue;
  readonly #path: StreamPath;
  #limitDb: Decibels = NO_LIMIT_DB;
  #disposed = false;

  /** Streams are made by Denoiser.createStream. @internal */
  constructor(shared: SharedParts, contextRateHz: Hertz) {
    const [least, most] = CONTEXT_RATE_HZ;
    if (!(contextRateHz >= least && contextRateHz <= most)) {
      throw new RangeError(`Denoiser.createStream contextRateHz: expected ${least} to ${most}, got ${contextRateHz}.`);
    }
    const { manifest, model, paths } = shared;
    this.#shared = shared;
    this.contextRateHz = contextRateHz;
    this.state = model.createState();
    this.#path = paths.createPath();
    const contextRate = Math.round(contextRateHz);
    const pair = resamplerPair(contextRate, manifest.sampleRateHz, algorithmicDelaySamples(manifest.framing));
    this.#down = pair.down;
    this.#up = pair.up;
    this.delaySamples = pair.delaySamples;
    this.#noisy = new SampleQueue(QUEUE_ADVANCES * paths.advanceSamples);
    const advanceSamples = Math.ceil((paths.advanceSamples * contextRate) / manifest.sampleRateHz);
    this.#enhanced = new SampleQueue(QUEUE_ADVANCES * advanceSamples);
  }

  /**
   * The most that noise is turned down, dB: 0 (not at all) to 100 (no limit, the default). Takes effect at the next
   * step. RangeError otherwise.
   */
  get attenuationLimitDb(): Decibels {
    return this.#limitDb;
  }

  set attenuationLimitDb(limit: Decibels) {
    if (!(limit >= 0 && limit <= NO_LIMIT_DB))
      throw new RangeError(`attenuationLimitDb: expected 0 to ${NO_LIMIT_DB}, got ${limit}.`);
    this.#limitDb = limit;
  }

  /** Takes noisy samples, any number. NaN, infinities and anything below −300 dBFS count as 0. */
  push(noisy: Float32Array, start: number, length: number): void {
    const down = this.#down;
    const queue = this.#noisy;
    const end = start + length;
    // Two loops: to choose for each sample takes longer than all the rest.
    if (down === undefined) for (let i = start; i < end; i++) queue.push(cleanSample(noisy[i]));
    else for (let i = start; i < end; i++) down.push(cleanSample(noisy[i]), queue);
  }

  /** True when the samples of a step wait for Denoiser.step: a hop, or the advance of a block. */
  get hopReady(): boolean {
    return !this.#disposed && this.#noisy.length >= this.#shared.paths.advanceSamples;
  }

  /** Context samples still to be pushed until {@link hopReady}; 0 when it is. */
  get samplesToHop(): Samples {
    const missing = Math.max(0, this.#shared.paths.advanceSamples - this.#noisy.length);
    return this.#down === undefined ? missing : this.#down.inputsUntil(missing);
  }

  /** Enhanced samples that are ready. */
  get available(): Samples {
    return this.#enhanced.length;
  }

  /** Moves the oldest enhanced samples out, at most `length`; returns how many there were. */
  pull(into: Float32Array, start: number, length: number): number {
    return this.#enhanced.take(into, start, length);
  }

  /** Back to a new stream: memory, filters and queues are empty. The attenuation limit stays. */
  reset(): void {
    this.state.reset();
    this.#path.reset();
    this.#down?.reset();
    this.#up?.reset();
    this.#noisy.clear();
    this.#enhanced.clear();
  }

  /** No further step takes this stream; what is enhanced can still be pulled. Idempotent. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.state.reset();
  }

  /**
   * First half of a step, for the Denoiser alone: noisy queue → `features` from `offset` on. False where there is
   * nothing to ask the model.
   * @internal
   */
  analyse(features: Float32Array, offset: number): boolean {
    return this.#path.analyse(this.#noisy, features, offset);
  }

  /**
   * Second half of a step, for the Denoiser alone: the model's estimate from `offset` on → enhanced queue.
   * @internal
   */
  synthesise(estimates: Float32Array, offset: number): void {
    const { advance } = this.#shared;
    const finite = this.#path.synthesise(estimates, offset, this.#limitDb, advance);
    // Anything that is not a number would return at every step through the memory.
    if (!finite) this.state.reset();
    const up = this.#up;
    const enhanced = this.#enhanced;
    if (up === undefined) enhanced.pushAll(advance, 0, advance.length);
    else for (let i = 0; i < advance.length; i++) up.push(advance[i], enhanced);
  }
}
