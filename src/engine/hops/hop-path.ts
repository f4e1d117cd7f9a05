/**
 * In:     one hop of noisy samples at the model's rate: the advance of a streaming model
 * Out:    one hop of enhanced samples, `overlapSamples` later
 * Thread: [worker], or whoever runs the engine
 *
 *   analyse:     noisy queue → analysis → features → bands → graph
 *   synthesise:  graph → bands → estimate → synthesis →
 */
import type { Decibels, Samples } from '../../shared/units.ts';
import { Analysis, makeSpectrum, type Spectrum } from '../dsp/analysis.ts';
import { RealFft } from '../dsp/fft.ts';
import type { SampleQueue } from '../dsp/sample-queue.ts';
import { Synthesis } from '../dsp/synthesis.ts';
import { asymmetricSqrtHann, type WindowPair } from '../dsp/window.ts';
import type { Kernels } from '../graph/kernels/load-kernels.ts';
import type { StreamingManifest } from '../manifest/streaming-manifest.ts';
import type { StreamPath, StreamPaths } from '../stream-path.ts';
import { BandMap } from './bands.ts';
import { CompressedComplex, FEATURE_PLANES } from './compressed-complex.ts';
import { applyEstimate, estimatePlanes } from './estimate.ts';
import type { HopParts, HopProgram } from './hop-program.ts';
import { KernelHopPath } from './kernel-hop-path.ts';
import { makeHopProgram } from './make-hop-program.ts';

/** The path of one stream through a streaming model. */
class HopPath implements StreamPath {
  readonly #analysis: Analysis;
  readonly #spectrum: Spectrum;
  readonly #synthesis: Synthesis;
  readonly #shared: HopPaths;

  constructor(shared: HopPaths) {
    this.#shared = shared;
    const { manifest, fft, windows } = shared;
    const { hopSamples, windowSamples } = manifest.framing;
    this.#analysis = new Analysis(hopSamples, windows.analysis, fft);
    this.#spectrum = makeSpectrum(fft.bins);
    this.#synthesis = new Synthesis(hopSamples, windowSamples, windows.synthesis, fft);
  }

  analyse(noisy: SampleQueue, features: Float32Array, offset: number): boolean {
    const { bands, binFeatures, features: extractor, fft } = this.#shared;
    this.#analysis.step(noisy, this.#spectrum);
    if (bands === undefined) {
      extractor.extract(this.#spectrum, features, offset);
      return true;
    }
    extractor.extract(this.#spectrum, binFeatures, 0);
    for (let plane = 0; plane < FEATURE_PLANES; plane++)
      bands.gather(binFeatures, plane * fft.bins, features, offset + plane * bands.bands);
    return true;
  }

  synthesise(estimates: Float32Array, offset: number, attenuationLimitDb: Decibels, enhanced: Float32Array): boolean {
    const { manifest, bands, binEstimate, enhancedSpectrum, fft } = this.#shared;
    let finite: boolean;
    if (bands === undefined) {
      finite = applyEstimate(
        manifest.estimate,
        estimates,
        offset,
        attenuationLimitDb,
        this.#spectrum,
        enhancedSpectrum,
      );
    } else {
      for (let plane = 0; plane < estimatePlanes(manifest.estimate); plane++) {
        bands.spread(estimates, offset + plane * bands.bands, binEstimate, plane * fft.bins);
      }
      finite = applyEstimate(manifest.estimate, binEstimate, 0, attenuationLimitDb, this.#spectrum, enhancedSpectrum);
    }
    this.#synthesis.step(enhancedSpectrum, enhanced);
    return finite;
  }

  reset(): void {
    this.#analysis.reset();
    this.#synthesis.reset();
  }
}

/** What the streams of one model share; scratch arrays are free between two calls. */
export class HopPaths implements StreamPaths, HopParts {
  readonly advanceSamples: Samples;
  /** A step needs the memory that the one before leaves. */
  readonly depth = 1;
  readonly fft: RealFft;
  readonly windows: WindowPair;
  readonly features: CompressedComplex;
  /** Undefined where the model works on bins. */
  readonly bands: BandMap | undefined;
  readonly binFeatures: Float32Array;
  readonly binEstimate: Float32Array;
  readonly enhancedSpectrum: Spectrum;
  /** What does all of it where our kernels can. */
  readonly #program: HopProgram | undefined;

  /** @param kernels of our own, fastest first; the first that give what this file gives are used */
  constructor(
    readonly manifest: StreamingManifest,
    kernels: readonly Kernels[] = [],
  ) {
    this.advanceSamples = manifest.framing.hopSamples;
    this.fft = new RealFft(manifest.framing.fftSamples);
    const { bins } = this.fft;
    this.windows = asymmetricSqrtHann(manifest.framing);
    this.features = new CompressedComplex(manifest.features);
    this.bands = manifest.bands === undefined ? undefined : new BandMap(manifest.bands, bins);
    this.binFeatures = new Float32Array(FEATURE_PLANES * bins);
    this.binEstimate = new Float32Array(estimatePlanes(manifest.estimate) * bins);
    this.enhancedSpectrum = makeSpectrum(bins);
    this.#program = makeHopProgram(this, kernels, () => new HopPath(this));
  }

  createPath(): StreamPath {
    return this.#program === undefined ? new HopPath(this) : new KernelHopPath(this, this.#program);
  }

  dispose(): void {
    this.#program?.dispose();
  }
}
