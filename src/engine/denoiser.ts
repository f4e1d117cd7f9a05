/**
 * In:     streams of noisy samples (denoiser-stream.ts) and a model (graph/model.ts)
 * Out:    the same streams, enhanced step by step
 * Thread: [worker], or whoever runs the engine: no thread and no clock in here
 *
 *   stream 1:  analyse ┐                                ┌ synthesise
 *   stream 2:  analyse ┴→ features → model → estimates ─┴ synthesise
 *
 * A step takes one advance of samples from each stream: a hop, or a block without its overlap.
 */

import type { KernelName } from '../shared/kernel-names.ts';
import { shortened } from '../shared/quoted.ts';
import type { Hertz } from '../shared/units.ts';
import { DenoiserStream, type SharedParts } from './denoiser-stream.ts';
import { elements } from './graph/graph-contract.ts';
import { Model, startEngine } from './graph/model.ts';
import { loadModelFiles } from './graph/model-files.ts';
import { modelMismatch, reasonOf } from './graph/model-mismatch.ts';
import type { StreamState } from './graph/stream-state.ts';
import { makePaths } from './make-paths.ts';
import { type Manifest, takesBlocks } from './manifest/manifest.ts';
import type { StreamPaths } from './stream-path.ts';

export { DenoiserStream } from './denoiser-stream.ts';

/** Where a model comes from. */
export interface DenoiserSource {
  /**
   * URL of a folder with manifest.json, of a variant's manifest in one (`….json`) or of a packed model (`….bin`, such
   * as `denoise-node/models/base` gives); in Node also a path.
   */
  readonly modelUrl: string | URL;
  /**
   * `tfjs-backend-wasm-simd.wasm`, or a folder that holds it; in Node also a path. Default: `wasm/` beside this module.
   */
  readonly wasmUrl?: string | URL | undefined;
  /** Used instead of the global fetch for everything that is not on disk. */
  readonly fetch?: typeof fetch | undefined;
  /** Gives the load up: `load` rejects with its reason, and what is being fetched ends. */
  readonly signal?: AbortSignal | undefined;
}

/** Steps enough for the compiler to have seen every loop; one block has thousands of turns of each. */
const WARM_UP_STEPS = { streaming: 8, block: 1 } as const;
/** Streams may have twice any rate below. */
const HIGH_RATE_HZ: Hertz = 96_000;

/** A loaded model and everything that its streams share. */
export class Denoiser {
  readonly manifest: Manifest;
  readonly #model: Model;
  readonly #paths: StreamPaths;
  readonly #shared: SharedParts;
  /** Values of one step of one stream in the two arrays below. */
  readonly #inputSize: number;
  readonly #outputSize: number;
  /** What the graph takes and gives, as long as the largest batch that has occurred. */
  #features = new Float32Array();
  #estimates = new Float32Array();
  readonly #states: StreamState[] = [];
  /** The steps of a batch in order: whose they are, and where the estimate lies, −1 where the graph was not asked. */
  readonly #steppers: DenoiserStream[] = [];
  readonly #offsets: number[] = [];
  #disposed = false;

  private constructor(model: Model, manifest: Manifest, paths: StreamPaths) {
    this.#model = model;
    this.manifest = manifest;
    this.#paths = paths;
    this.#inputSize = elements(manifest.graph.input.shape);
    this.#outputSize = elements(manifest.graph.output.shape);
    const advance = new Float32Array(this.#paths.advanceSamples);
    this.#shared = { manifest, model, paths: this.#paths, advance };
  }

  /**
   * Fetches, verifies and starts a model. Throws DenoiseError 'model-load' (also where no byte comes for 30 s),
   * 'model-corrupt', 'model-mismatch', 'wasm' or 'unsupported'; and the reason of `signal` where that aborts.
   *
   * @example
   * const denoiser = await Denoiser.load({ modelUrl: 'models/base/' });
   * const stream = denoiser.createStream(48000);
   * stream.push(noisy, 0, noisy.length);
   * while (stream.hopReady) denoiser.step([stream]);
   * const enhanced = new Float32Array(stream.available);
   * stream.pull(enhanced, 0, enhanced.length);
   */
  static async load(source: DenoiserSource): Promise<Denoiser> {
    const { modelUrl, wasmUrl, signal } = source;
    const starting = startEngine(wasmUrl);
    starting.catch(() => {}); // Heard of when the files are there: where both fail, they have more to tell.
    const files = await loadModelFiles(modelUrl, source);
    const model = await Model.load(files, { starting, signal });
    const kernels = await starting;
    let denoiser: Denoiser | undefined;
    try {
      signal?.throwIfAborted();
      denoiser = new Denoiser(model, files.manifest, makePaths(files.manifest, kernels));
      denoiser.#warmUp();
      return denoiser;
    } catch (cause) {
      denoiser?.dispose();
      model.dispose();
      if (signal?.aborted) throw signal.reason;
      throw modelMismatch(
        `${shortened(files.manifestUrl)}: expected a model that runs on this device, got: ${reasonOf(cause)}`,
        cause,
      );
    }
  }

  /**
   * A new stream: one channel of one signal. Costs only memory; the caller disposes it.
   * @param contextRateHz 3000 … 768000, RangeError otherwise; see {@link DenoiserStream.contextRateHz} about fractions.
   */
  createStream(contextRateHz: Hertz): DenoiserStream {
    this.#requireAlive();
    return new DenoiserStream(this.#shared, contextRateHz);
  }

  /**
   * One step for each of the first `count` streams, in as few runs of the model as pay. Each must be `hopReady` and in
   * the list once; Error otherwise. Allocates nothing that outlives the call once a batch size has occurred.
   */
  step(streams: readonly DenoiserStream[], count: number = streams.length): void {
    this.#requireAlive();
    for (let i = 0; i < count; i++) {
      if (!streams[i].hopReady) {
        throw new Error(
          `Denoiser.step: expected the samples of a whole step in every stream, ` +
            `stream ${i} misses ${streams[i].samplesToHop} samples.`,
        );
      }
      if (streams.indexOf(streams[i]) !== i)
        throw new Error(`Denoiser.step: expected every stream once, stream ${i} is there before.`);
    }
    this.#stepUpTo(1, streams, count);
  }

  /**
   * Steps until no stream has the samples of a step left. Blocks of one stream share runs of the model, so this is the
   * best way through whole recordings.
   */
  stepAll(streams: readonly DenoiserStream[]): void {
    this.#requireAlive();
    while (streams.some((stream) => stream.hopReady)) this.#stepUpTo(this.#paths.depth, streams, streams.length);
  }

  /**
   * What the network runs on, as it proved at load to agree with the reference: kernels of our own with a fused
   * multiply-add ('relaxed-simd') or without ('simd'), those of TensorFlow.js ('tensorflow'), or GraphModel ('graph').
   */
  get kernels(): KernelName {
    return this.#model.kernels;
  }

  /** What TensorFlow.js holds in this thread, all models together. Flat while streams run. */
  memory(): { tensors: number; bytes: number } {
    return this.#model.memory();
  }

  /** Frees the model. Streams can still be pulled and disposed. Idempotent. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#paths.dispose();
    this.#model.dispose();
  }

  /** At most `depth` steps of each stream that has them, in one batch. */
  #stepUpTo(depth: number, streams: readonly DenoiserStream[], count: number): void {
    this.#makeRoom(depth * count);
    const features = this.#features;
    const estimates = this.#estimates;
    const states = this.#states;
    const steppers = this.#steppers;
    const offsets = this.#offsets;
    let steps = 0;
    let asked = 0;
    for (let i = 0; i < count; i++) {
      const stream = streams[i];
      for (let d = 0; d < depth && stream.hopReady; d++) {
        const isAsked = stream.analyse(features, asked * this.#inputSize);
        steppers[steps] = stream;
        offsets[steps++] = isAsked ? asked * this.#outputSize : -1;
        if (isAsked) states[asked++] = stream.state;
      }
    }
    this.#model.step(states, asked, features, estimates);
    for (let s = 0; s < steps; s++) steppers[s].synthesise(estimates, offsets[s]);
  }

  #makeRoom(steps: number): void {
    if (this.#features.length >= steps * this.#inputSize) return;
    this.#features = new Float32Array(steps * this.#inputSize);
    this.#estimates = new Float32Array(steps * this.#outputSize);
  }

  /** Runs the whole path, resamplers included, so that the first live step finds it compiled: 1 ms instead of 12. */
  #warmUp(): void {
    const { sampleRateHz } = this.manifest;
    // Rates of small numbers, whose filters are short to design.
    const stream = this.createStream(sampleRateHz < HIGH_RATE_HZ ? 2 * sampleRateHz : sampleRateHz / 2);
    const steps = takesBlocks(this.manifest) ? WARM_UP_STEPS.block : WARM_UP_STEPS.streaming;
    // A square wave: a block model would ask nothing of silence.
    const sound = Float32Array.from({ length: stream.samplesToHop + 1 }, (_, n) => (n % 100 < 50 ? 0.01 : -0.01));
    for (let step = 0; step < steps; step++) {
      stream.push(sound, 0, stream.samplesToHop);
      this.step([stream]);
      stream.pull(sound.slice(), 0, stream.available);
    }
  }

  #requireAlive(): void {
    if (this.#disposed) throw new Error('Denoiser: expected a live denoiser, this one is disposed.');
  }
}
