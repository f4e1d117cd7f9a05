import { DenoiseError } from '../errors.ts';
import { CONTEXT_RATE_HZ, type Decibels, type Hertz, type Samples } from '../shared/units.ts';
import { Analysis, makeSpectrum, type Spectrum } from './analysis.ts';
import { BandMap } from './bands.ts';
import { cleanSample } from './clean-sample.ts';
import { applyEstimate, estimatePlanes, NO_LIMIT_DB } from './estimate.ts';
import { CompressedComplex, FEATURE_PLANES } from './features/compressed-complex.ts';
import { RealFft } from './fft.ts';
import { graphColumns, type StreamingManifest, takesBlocks } from './manifest.ts';
import { Model, type StreamState } from './model.ts';
import { loadModelFiles } from './model-files.ts';
import { filterReach, Resampler, rateRatio } from './resampler.ts';
import { SampleQueue } from './sample-queue.ts';
import { Synthesis } from './synthesis.ts';
import { asymmetricSqrtHann, type WindowPair } from './window.ts';

/**
 * In:     noisy samples of any number of streams at their context rates, any number at a time (hop-loop.ts, files/)
 * Out:    as many enhanced samples, a fixed number of samples later
 * Thread: [worker], or whoever runs the engine: no thread and no clock in here
 *
 *   push:  noisy → clean → resampler ↓ → noisy queue
 *   step:  noisy queue → analysis → features → bands ┐                        ┌ bands → estimate → synthesis → resampler ↑ → enhanced queue
 *          … the same for every stream               ┴→ model, one batch for all ┴ …
 *   pull:  enhanced queue →
 */

/** Where a model comes from. */
export interface DenoiserSource {
  /** URL of a folder with manifest.json, or of a variant's manifest in one (`….json`); in Node also a path. */
  readonly modelUrl: string | URL;
  /** Folder with the `tfjs-backend-wasm*.wasm` files. Default: `wasm/` beside this module; in Node the backend package's own. */
  readonly wasmUrl?: string | URL | undefined;
  /** Used instead of the global fetch for everything that is not on disk. */
  readonly fetch?: typeof fetch | undefined;
}

/** A rate that needs both resamplers, and hops enough for the compiler to have seen every loop. */
const WARM_UP_RATE_HZ = 44100;
const WARM_UP_HOPS = 6;

/** A loaded model and everything that its streams share. */
export class Denoiser {
  readonly manifest: StreamingManifest;
  private readonly model: Model;
  private readonly shared: SharedParts;
  private readonly states: StreamState[] = [];
  /** `[streams, 3, columns]` and `[streams, planes, columns]`, as long as the largest batch that has occurred. */
  private features = new Float32Array();
  private estimates = new Float32Array();
  private disposed = false;

  private constructor(model: Model, manifest: StreamingManifest) {
    this.model = model;
    this.manifest = manifest;
    const fft = new RealFft(manifest.framing.fftSamples);
    this.shared = {
      manifest,
      model,
      fft,
      windows: asymmetricSqrtHann(manifest.framing),
      features: new CompressedComplex(manifest.features),
      bands: manifest.bands === undefined ? undefined : new BandMap(manifest.bands, fft.bins),
      binFeatures: new Float32Array(FEATURE_PLANES * fft.bins),
      binEstimate: new Float32Array(estimatePlanes(manifest.estimate) * fft.bins),
      enhanced: makeSpectrum(fft.bins),
      hop: new Float32Array(manifest.framing.hopSamples),
    };
  }

  /**
   * Fetches, verifies and starts a model. Throws DenoiseError 'model-load', 'model-corrupt', 'model-mismatch', 'wasm' or 'unsupported'.
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
    if (takesBlocks(manifest)) {
      throw new DenoiseError(
        'model-mismatch',
        `${files.manifestUrl}: field "framing.kind": expected "streaming", found "block", which this version cannot run yet.`,
      );
    }
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
   * One hop for each of the first `count` streams, in as few runs of the model as pay. Every one must be `hopReady` and in the list once; Error otherwise.
   * Allocates nothing that outlives it once a batch size has occurred.
   */
  step(streams: readonly DenoiserStream[], count: number = streams.length): void {
    this.requireAlive();
    if (count === 0) return;
    for (let i = 0; i < count; i++) {
      if (!streams[i].hopReady) throw new Error(`Denoiser.step: expected a whole hop in every stream, stream ${i} misses ${streams[i].samplesToHop} samples.`);
      if (streams.indexOf(streams[i]) !== i) throw new Error(`Denoiser.step: expected every stream once, stream ${i} is there before.`);
    }
    const inputs = FEATURE_PLANES * graphColumns(this.manifest);
    const outputs = estimatePlanes(this.manifest.estimate) * graphColumns(this.manifest);
    if (this.features.length < count * inputs) {
      this.features = new Float32Array(count * inputs);
      this.estimates = new Float32Array(count * outputs);
    }
    const { features, estimates } = this;
    this.states.length = count;
    for (let i = 0; i < count; i++) {
      streams[i].analyse(features, i * inputs);
      this.states[i] = streams[i].state;
    }
    this.model.step(this.states, count, features, estimates);
    for (let i = 0; i < count; i++) streams[i].synthesise(estimates, i * outputs);
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
    const streams = [0, 1, 2].map(() => this.createStream(WARM_UP_RATE_HZ));
    const silence = new Float32Array(WARM_UP_RATE_HZ);
    for (let hop = 0; hop < WARM_UP_HOPS; hop++) {
      for (const stream of streams) stream.push(silence, 0, stream.samplesToHop);
      this.step(streams);
      for (const stream of streams) stream.pull(silence, 0, stream.available);
    }
  }

  private requireAlive(): void {
    if (this.disposed) throw new Error('Denoiser: expected a live denoiser, this one is disposed.');
  }
}

/** What streams of one model share; scratch arrays are free between two calls. */
interface SharedParts {
  readonly manifest: StreamingManifest;
  readonly model: Model;
  readonly fft: RealFft;
  readonly windows: WindowPair;
  readonly features: CompressedComplex;
  /** None: the model works on bins. */
  readonly bands: BandMap | undefined;
  readonly binFeatures: Float32Array;
  readonly binEstimate: Float32Array;
  readonly enhanced: Spectrum;
  readonly hop: Float32Array;
}

/** One channel on its way through a {@link Denoiser}: enhanced sample j is noisy sample j − {@link delaySamples}. */
export class DenoiserStream {
  /** Samples per second on both sides. A fraction is rounded off inside: it cancels out between the two resamplers. */
  readonly contextRateHz: Hertz;
  /** Delay inside the engine at the context rate, whole: overlap of the synthesis plus both resamplers. */
  readonly delaySamples: Samples;
  /** Recurrent memory, for {@link Denoiser.step} alone. */
  readonly state: StreamState;

  private readonly shared: SharedParts;
  private readonly down: Resampler | undefined;
  private readonly up: Resampler | undefined;
  private readonly noisy: SampleQueue;
  private readonly enhanced: SampleQueue;
  private readonly analysis: Analysis;
  private readonly spectrum: Spectrum;
  private readonly synthesis: Synthesis;
  private limitDb: Decibels = NO_LIMIT_DB;
  private disposed = false;

  /** Streams are made by {@link Denoiser.createStream}. */
  constructor(shared: SharedParts, contextRateHz: Hertz) {
    const [least, most] = CONTEXT_RATE_HZ;
    if (!(contextRateHz >= least && contextRateHz <= most)) {
      throw new RangeError(`Denoiser.createStream contextRateHz: expected ${least} to ${most}, got ${contextRateHz}.`);
    }
    const { manifest, model, fft, windows } = shared;
    const { hopSamples, windowSamples, overlapSamples } = manifest.framing;
    this.shared = shared;
    this.contextRateHz = contextRateHz;
    this.state = model.createState();
    this.analysis = new Analysis(hopSamples, windows.analysis, fft);
    this.spectrum = makeSpectrum(fft.bins);
    this.synthesis = new Synthesis(hopSamples, windowSamples, windows.synthesis, fft);
    const contextRate = Math.round(contextRateHz);
    const pair = resamplerPair(contextRate, manifest.sampleRateHz, overlapSamples);
    this.down = pair.down;
    this.up = pair.up;
    this.delaySamples = pair.delaySamples;
    this.noisy = new SampleQueue(4 * hopSamples);
    this.enhanced = new SampleQueue(4 * Math.ceil((hopSamples * contextRate) / manifest.sampleRateHz));
  }

  /** Most that noise is turned down, dB, 0 (not at all) to 100 (no limit, the default). Takes effect at the next hop. RangeError otherwise. */
  get attenuationLimitDb(): Decibels {
    return this.limitDb;
  }

  set attenuationLimitDb(limit: Decibels) {
    if (!(limit >= 0 && limit <= NO_LIMIT_DB)) throw new RangeError(`attenuationLimitDb: expected 0 to ${NO_LIMIT_DB}, got ${limit}.`);
    this.limitDb = limit;
  }

  /** Takes noisy samples, any number. NaN, infinities and what is below −300 dBFS count as 0. */
  push(noisy: Float32Array, start: number, length: number): void {
    const { down } = this;
    for (let i = start; i < start + length; i++) {
      const sample = cleanSample(noisy[i]);
      if (down === undefined) this.noisy.push(sample);
      else down.push(sample, this.noisy);
    }
  }

  /** True when a hop waits for {@link Denoiser.step}. */
  get hopReady(): boolean {
    return !this.disposed && this.noisy.length >= this.shared.manifest.framing.hopSamples;
  }

  /** Context samples still to be pushed until {@link hopReady}; 0 when it is. */
  get samplesToHop(): Samples {
    const missing = Math.max(0, this.shared.manifest.framing.hopSamples - this.noisy.length);
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
    this.shared.model.resetState(this.state);
    this.analysis.reset();
    this.synthesis.reset();
    this.down?.reset();
    this.up?.reset();
    this.noisy.clear();
    this.enhanced.clear();
  }

  /** No further step takes this stream; what is enhanced can still be pulled. Idempotent. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.shared.model.resetState(this.state);
  }

  /** First half of a hop, for {@link Denoiser.step} alone: noisy queue → spectrum → `features` from `offset` on. */
  analyse(features: Float32Array, offset: number): void {
    const { bands, binFeatures, features: extractor, fft } = this.shared;
    this.analysis.step(this.noisy, this.spectrum);
    if (bands === undefined) {
      extractor.extract(this.spectrum, features, offset);
      return;
    }
    extractor.extract(this.spectrum, binFeatures, 0);
    for (let plane = 0; plane < FEATURE_PLANES; plane++) bands.gather(binFeatures, plane * fft.bins, features, offset + plane * bands.bands);
  }

  /** Second half of a hop, for {@link Denoiser.step} alone: the model's rows from `offset` on → enhanced queue. */
  synthesise(estimates: Float32Array, offset: number): void {
    const { model, enhanced, hop } = this.shared;
    const finite = this.applyEstimate(estimates, offset);
    // What is not a number now would come back at every hop through the memory.
    if (!finite) model.resetState(this.state);
    this.synthesis.step(enhanced, hop);
    for (let i = 0; i < hop.length; i++) {
      if (this.up === undefined) this.enhanced.push(hop[i]);
      else this.up.push(hop[i], this.enhanced);
    }
  }

  private applyEstimate(estimates: Float32Array, offset: number): boolean {
    const { manifest, bands, binEstimate, enhanced, fft } = this.shared;
    if (bands === undefined) return applyEstimate(manifest.estimate, estimates, offset, this.limitDb, this.spectrum, enhanced);
    for (let plane = 0; plane < estimatePlanes(manifest.estimate); plane++) {
      bands.spread(estimates, offset + plane * bands.bands, binEstimate, plane * fft.bins);
    }
    return applyEstimate(manifest.estimate, binEstimate, 0, this.limitDb, this.spectrum, enhanced);
  }
}

/**
 * The resamplers before and after a model and the delay of the whole path in context samples. The way up has the least delay its filter
 * allows; the phase of the way down is chosen so that the sum is whole. With context:model = down:up in lowest terms
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
