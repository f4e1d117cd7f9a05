import { CONTEXT_RATE_HZ, type Decibels, type Hertz, type Samples } from '../shared/units.ts';
import { cleanSample } from './dsp/clean-sample.ts';
import { filterReach, Resampler, rateRatio } from './dsp/resampler.ts';
import { SampleQueue } from './dsp/sample-queue.ts';
import { NO_LIMIT_DB } from './estimate.ts';
import { elements } from './graph/graph-contract.ts';
import { Model } from './graph/model.ts';
import { loadModelFiles } from './graph/model-files.ts';
import type { StreamState } from './graph/stream-state.ts';
import { makePaths } from './make-paths.ts';
import { algorithmicDelaySamples, type Manifest, takesBlocks } from './manifest/manifest.ts';
import type { StreamPath, StreamPaths } from './stream-path.ts';

/**
 * In:     noisy samples of any number of streams at their context rates, any number at a time (hop-loop.ts, files/)
 * Out:    as many enhanced samples, a fixed number of samples later
 * Thread: [worker], or whoever runs the engine: no thread and no clock in here
 *
 *   push:  noisy → clean → resampler ↓ → noisy queue
 *   step:  noisy queue → path.analyse ┐                          ┌ path.synthesise → resampler ↑ → enhanced queue
 *          … the same for every stream ┴→ model, a batch for all ┴ …
 *   pull:  enhanced queue →
 *
 * A path is what its model needs around it: hop-path.ts for hops with a memory, block-path.ts for spectrogram images. A
 * step takes one advance of samples: a hop, or a block without its overlap. Names that say hop here mean either.
 */

/** Where a model comes from. */
export interface DenoiserSource {
  /** URL of a folder with manifest.json, or of a variant's manifest in one (`….json`); in Node also a path. */
  readonly modelUrl: string | URL;
  /**
   * Folder with the `tfjs-backend-wasm*.wasm` files. Default: `wasm/` beside this module; in Node the backend package's
   * own.
   */
  readonly wasmUrl?: string | URL | undefined;
  /** Used instead of the global fetch for everything that is not on disk. */
  readonly fetch?: typeof fetch | undefined;
}

/**
 * A rate that needs both resamplers, and steps enough for the compiler to have seen every loop: a block has thousands
 * of turns of each.
 */
const WARM_UP_RATE_HZ = 44100;
const WARM_UP_HOPS = { streams: 3, steps: 6 };
const WARM_UP_BLOCKS = { streams: 1, steps: 1 };

/** A loaded model and everything that its streams share. */
export class Denoiser {
  readonly manifest: Manifest;
  private readonly model: Model;
  private readonly paths: StreamPaths;
  private readonly shared: SharedParts;
  /** Values of one step of one stream in the two arrays below. */
  private readonly inputs: number;
  private readonly outputs: number;
  /** What the graph takes and gives, as long as the largest batch that has occurred. */
  private features = new Float32Array();
  private estimates = new Float32Array();
  private readonly states: StreamState[] = [];
  /**
   * The steps of a batch in order: whose they are, and where the estimate lies; below 0 where the graph was not asked.
   */
  private readonly steppers: DenoiserStream[] = [];
  private readonly offsets: number[] = [];
  private disposed = false;

  private constructor(model: Model, manifest: Manifest) {
    this.model = model;
    this.manifest = manifest;
    this.paths = makePaths(manifest);
    this.inputs = elements(manifest.graph.input.shape);
    this.outputs = elements(manifest.graph.output.shape);
    this.shared = { manifest, model, paths: this.paths, advance: new Float32Array(this.paths.advanceSamples) };
  }

  /**
   * Fetches, verifies and starts a model. Throws DenoiseError 'model-load', 'model-corrupt', 'model-mismatch', 'wasm'
   * or 'unsupported'.
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
    const files = await loadModelFiles(source.modelUrl, source.fetch);
    const { manifest } = files;
    const denoiser = new Denoiser(await Model.load(files, manifest, source.wasmUrl), manifest);
    denoiser.warmUp();
    return denoiser;
  }

  /**
   * A new stream: one channel of one signal. Costs memory only; the caller disposes it.
   * @param contextRateHz 3000 … 768000, RangeError otherwise; see {@link DenoiserStream.contextRateHz} about fractions.
   */
  createStream(contextRateHz: Hertz): DenoiserStream {
    this.requireAlive();
    return new DenoiserStream(this.shared, contextRateHz);
  }

  /**
   * One hop, or block, for each of the first `count` streams, in as few runs of the model as pay. Every one must be
   * `hopReady` and in the list once; Error otherwise. Allocates nothing that outlives it once a batch size has
   * occurred.
   */
  step(streams: readonly DenoiserStream[], count: number = streams.length): void {
    this.requireAlive();
    for (let i = 0; i < count; i++) {
      if (!streams[i].hopReady)
        throw new Error(
          `Denoiser.step: expected a whole hop in every stream, stream ${i} misses ${streams[i].samplesToHop} samples.`,
        );
      if (streams.indexOf(streams[i]) !== i)
        throw new Error(`Denoiser.step: expected every stream once, stream ${i} is there before.`);
    }
    this.stepUpTo(1, streams, count);
  }

  /**
   * As {@link step} until no stream has a whole hop left. Blocks of one stream share runs of the model, so whole
   * recordings are best stepped this way.
   */
  stepAll(streams: readonly DenoiserStream[]): void {
    this.requireAlive();
    while (streams.some((stream) => stream.hopReady)) this.stepUpTo(this.paths.depth, streams, streams.length);
  }

  /** At most `depth` steps of each stream that has them, in one batch. */
  private stepUpTo(depth: number, streams: readonly DenoiserStream[], count: number): void {
    this.makeRoom(depth * count);
    const { features, estimates, states, steppers, offsets } = this;
    let steps = 0;
    let asked = 0;
    for (let i = 0; i < count; i++) {
      const stream = streams[i];
      for (let d = 0; d < depth && stream.hopReady; d++) {
        const isAsked = stream.analyse(features, asked * this.inputs);
        steppers[steps] = stream;
        offsets[steps++] = isAsked ? asked * this.outputs : -1;
        if (isAsked) states[asked++] = stream.state;
      }
    }
    this.model.step(states, asked, features, estimates);
    for (let s = 0; s < steps; s++) steppers[s].synthesise(estimates, offsets[s]);
  }

  private makeRoom(steps: number): void {
    if (this.features.length >= steps * this.inputs) return;
    this.features = new Float32Array(steps * this.inputs);
    this.estimates = new Float32Array(steps * this.outputs);
  }

  /** What TensorFlow.js holds in this thread, all models together. Flat while streams run. */
  memory(): { tensors: number; bytes: number } {
    return this.model.memory();
  }

  /** Frees the model. Streams can still be pulled and disposed. Idempotent. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.model.dispose();
  }

  /** Runs the whole path, resamplers included, so that the first live hop finds it compiled: 1 ms instead of 12. */
  private warmUp(): void {
    const { streams: count, steps } = takesBlocks(this.manifest) ? WARM_UP_BLOCKS : WARM_UP_HOPS;
    const streams = Array.from({ length: count }, () => this.createStream(WARM_UP_RATE_HZ));
    // A square wave: of silence a block model would ask nothing.
    const sound = Float32Array.from({ length: streams[0].samplesToHop + 1 }, (_, n) => (n % 100 < 50 ? 0.01 : -0.01));
    for (let step = 0; step < steps; step++) {
      for (const stream of streams) stream.push(sound, 0, stream.samplesToHop);
      this.step(streams);
      for (const stream of streams) stream.pull(sound.slice(), 0, stream.available);
    }
  }

  private requireAlive(): void {
    if (this.disposed) throw new Error('Denoiser: expected a live denoiser, this one is disposed.');
  }
}

/** What streams of one model share; `advance` is free between two calls. */
interface SharedParts {
  readonly manifest: Manifest;
  readonly model: Model;
  readonly paths: StreamPaths;
  readonly advance: Float32Array;
}

/** One channel on its way through a {@link Denoiser}: enhanced sample j is noisy sample j − {@link delaySamples}. */
export class DenoiserStream {
  /** Samples per second on both sides. A fraction is rounded off inside: it cancels out between the two resamplers. */
  readonly contextRateHz: Hertz;
  /**
   * Delay inside the engine at the context rate, whole: overlap of the synthesis, or of blocks, plus both resamplers.
   */
  readonly delaySamples: Samples;
  /** Recurrent memory, for {@link Denoiser.step} alone. */
  readonly state: StreamState;

  private readonly shared: SharedParts;
  private readonly down: Resampler | undefined;
  private readonly up: Resampler | undefined;
  private readonly noisy: SampleQueue;
  private readonly enhanced: SampleQueue;
  private readonly path: StreamPath;
  private limitDb: Decibels = NO_LIMIT_DB;
  private disposed = false;

  /** Streams are made by {@link Denoiser.createStream}. */
  constructor(shared: SharedParts, contextRateHz: Hertz) {
    const [least, most] = CONTEXT_RATE_HZ;
    if (!(contextRateHz >= least && contextRateHz <= most)) {
      throw new RangeError(`Denoiser.createStream contextRateHz: expected ${least} to ${most}, got ${contextRateHz}.`);
    }
    const { manifest, model, paths } = shared;
    this.shared = shared;
    this.contextRateHz = contextRateHz;
    this.state = model.createState();
    this.path = paths.createPath();
    const contextRate = Math.round(contextRateHz);
    const pair = resamplerPair(contextRate, manifest.sampleRateHz, algorithmicDelaySamples(manifest.framing));
    this.down = pair.down;
    this.up = pair.up;
    this.delaySamples = pair.delaySamples;
    this.noisy = new SampleQueue(4 * paths.advanceSamples);
    this.enhanced = new SampleQueue(4 * Math.ceil((paths.advanceSamples * contextRate) / manifest.sampleRateHz));
  }

  /**
   * Most that noise is turned down, dB, 0 (not at all) to 100 (no limit, the default). Takes effect at the next hop.
   * RangeError otherwise.
   */
  get attenuationLimitDb(): Decibels {
    return this.limitDb;
  }

  set attenuationLimitDb(limit: Decibels) {
    if (!(limit >= 0 && limit <= NO_LIMIT_DB))
      throw new RangeError(`attenuationLimitDb: expected 0 to ${NO_LIMIT_DB}, got ${limit}.`);
    this.limitDb = limit;
  }

  /** Takes noisy samples, any number. NaN, infinities and what is below −300 dBFS count as 0. */
  push(noisy: Float32Array, start: number, length: number): void {
    const { down, noisy: queue } = this;
    const end = start + length;
    // Two loops: a choice for each sample takes longer than all the rest of it.
    if (down === undefined) for (let i = start; i < end; i++) queue.push(cleanSample(noisy[i]));
    else for (let i = start; i < end; i++) down.push(cleanSample(noisy[i]), queue);
  }

  /** True when a hop, or a block, waits for {@link Denoiser.step}. */
  get hopReady(): boolean {
    return !this.disposed && this.noisy.length >= this.shared.paths.advanceSamples;
  }

  /** Context samples still to be pushed until {@link hopReady}; 0 when it is. */
  get samplesToHop(): Samples {
    const missing = Math.max(0, this.shared.paths.advanceSamples - this.noisy.length);
    return this.down === undefined ? missing : this.down.inputsUntil(missing);
  }

  /** Enhanced samples that lie ready. */
  get available(): Samples {
    return this.enhanced.length;
  }

  /** Moves the oldest enhanced samples out, at most `length`; returns how many there were. */
  pull(into: Float32Array, start: number, length: number): number {
    return this.enhanced.take(into, start, length);
  }

  /** Back to a new stream: memory, filters and queues are empty. The attenuation limit stays. */
  reset(): void {
    this.state.reset();
    this.path.reset();
    this.down?.reset();
    this.up?.reset();
    this.noisy.clear();
    this.enhanced.clear();
  }

  /** No further step takes this stream; what is enhanced can still be pulled. Idempotent. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.state.reset();
  }

  /**
   * First half of a step, for {@link Denoiser} alone: noisy queue → `features` from `offset` on. False: there is
   * nothing to ask the model.
   */
  analyse(features: Float32Array, offset: number): boolean {
    return this.path.analyse(this.noisy, features, offset);
  }

  /** Second half of a step, for {@link Denoiser} alone: the model's estimate from `offset` on → enhanced queue. */
  synthesise(estimates: Float32Array, offset: number): void {
    const { advance } = this.shared;
    const finite = this.path.synthesise(estimates, offset, this.limitDb, advance);
    // What is not a number now would come back at every hop through the memory.
    if (!finite) this.state.reset();
    const { up, enhanced } = this;
    if (up === undefined) enhanced.pushAll(advance, 0, advance.length);
    else for (let i = 0; i < advance.length; i++) up.push(advance[i], enhanced);
  }
}

/**
 * The resamplers before and after a model and the delay of the whole path in context samples. The way up has the least
 * delay its filter allows; the phase of the way down is chosen so that the sum is whole. With context:model = down:up
 * in lowest terms
 *   delay·up = (delay of the way down in 1/up context samples) + (delay of the way up + overlap, in model samples)·down
 */
function resamplerPair(
  contextRateHz: Hertz,
  modelRateHz: Hertz,
  overlapSamples: Samples,
): { down: Resampler | undefined; up: Resampler | undefined; delaySamples: Samples } {
  if (contextRateHz === modelRateHz) return { down: undefined, up: undefined, delaySamples: overlapSamples };
  const { up, down } = rateRatio(contextRateHz, modelRateHz);
  const upDelay = filterReach(modelRateHz, contextRateHz);
  const fixedPhases = (upDelay + overlapSamples) * down;
  const leastPhases = filterReach(contextRateHz, modelRateHz) * up;
  const delaySamples = Math.ceil((leastPhases + fixedPhases) / up);
  return {
    down: new Resampler(contextRateHz, modelRateHz, delaySamples * up - fixedPhases),
    up: new Resampler(modelRateHz, contextRateHz, upDelay * down),
    delaySamples,
  };
}
