/**
 * In:     what a model's streams share (hop-path.ts), and kernels of our own (graph/kernels/load-kernels.ts)
 * Out:    analysis, features and bands as one program, and bands, estimate and synthesis as another, to
 *         kernel-hop-path.ts
 * Thread: [worker], or whoever runs the engine
 *
 * What a stream remembers stays its own and is copied in and out: less than 1 µs for a hop of base.
 */
import type { RealFft } from '../dsp/fft.ts';
import { makeStages, type Stage } from '../dsp/fft-stage.ts';
import type { WindowPair } from '../dsp/window.ts';
import type { Kernels } from '../graph/kernels/load-kernels.ts';
import { encoded, type Instruction, OPERATION } from '../graph/kernels/program.ts';
import { PlanMemory } from '../graph/plan-memory.ts';
import { wasmBackend } from '../graph/wasm-backend.ts';
import type { StreamingManifest } from '../manifest/streaming-manifest.ts';
import type { BandMap } from './bands.ts';
import { type CompressedComplex, FEATURE_PLANES } from './compressed-complex.ts';
import { estimatePlanes } from './estimate.ts';

/** What both programs are made of. */
export interface HopParts {
  readonly manifest: StreamingManifest;
  readonly fft: RealFft;
  readonly windows: WindowPair;
  readonly features: CompressedComplex;
  readonly bands: BandMap | undefined;
}

/** What the programs read and write, as views of the heap; others after it has grown. */
interface Views {
  readonly frame: Float32Array;
  readonly features: Float32Array;
  /** Real parts, then imaginary ones. */
  readonly spectrum: Float64Array;
  readonly mask: Float32Array;
  /** The share of the noisy signal; then 0 if the mask was finite. */
  readonly settings: Float64Array;
  readonly tail: Float64Array;
  readonly enhanced: Float32Array;
}

/** Whether our kernels know all that stands around a model's network. */
export function hasHopProgram({ manifest, fft, bands }: HopParts): boolean {
  return (
    bands !== undefined &&
    manifest.estimate.kind === 'complex-mask' &&
    fft.length % 4 === 0 &&
    makeStages(fft.length / 2).every(isKnown)
  );
}

/** See kernels/transform.ts. */
function isKnown({ radix, groups, stride }: Stage): boolean {
  return stride % 2 === 0 ? radix <= 4 : radix === 4 && groups % 2 === 0;
}

/** The two programs of one model; its streams take turns. */
export class HopProgram {
  readonly #kernels: Kernels;
  readonly #memory = new PlanMemory(wasmBackend());
  readonly #analysis: { readonly at: number; readonly count: number };
  readonly #synthesis: { readonly at: number; readonly count: number };
  /** Addresses and lengths of what the views show. */
  readonly #places: Readonly<Record<keyof Views, readonly [at: number, length: number]>>;
  #views: Views | undefined;

  /** @param parts of which {@link hasHopProgram} is true */
  constructor(parts: HopParts, kernels: Kernels) {
    this.#kernels = kernels;
    const { manifest, fft, windows, features } = parts;
    const bands = parts.bands as BandMap;
    const { hopSamples, windowSamples } = manifest.framing;
    const { bins, length } = fft;
    const half = length / 2;
    const tailSamples = windows.synthesis.length - hopSamples;
    const doubles = (values: Float64Array): number => this.#memory.constants(new Float32Array(values.buffer));
    const room = (count: number): number => doubles(new Float64Array(count));

    const frame = room(half);
    const spectrum = room(2 * bins);
    const enhancedSpectrum = room(2 * bins);
    const featureRows = room(FEATURE_PLANES * bands.bands);
    const mask = room(estimatePlanes(manifest.estimate) * bands.bands);
    const settings = room(2);
    const tail = room(tailSamples);
    const enhanced = room(hopSamples);
    const pairs = { re: room(half), im: room(half) };
    const spare = { re: room(half), im: room(half) };
    const turns = [doubles(fft.cos), doubles(fft.sin)];
    const window = new Float64Array(length);
    window.set(windows.analysis);
    const below = this.#memory.constants(new Float32Array(bands.below.buffer));
    const above = this.#memory.constants(bands.above);
    const scale = this.#memory.constants(bands.scale);
    const { octaves, mantissas } = features.power;
    const floor = doubles(Float64Array.of(features.squaredFloor));

    const passes = makeStages(half).map(({ radix, groups, stride, cos, sin }, s): Instruction => {
      const [from, to] = s % 2 === 0 ? [pairs, spare] : [spare, pairs];
      const twiddles = [doubles(cos), doubles(sin)];
      return [OPERATION.pass, radix, from.re, from.im, to.re, to.im, ...twiddles, groups, stride];
    });
    const transformed = passes.length % 2 === 0 ? pairs : spare;
    const [noisyRe, noisyIm] = [spectrum, spectrum + 8 * bins];
    const [enhancedRe, enhancedIm] = [enhancedSpectrum, enhancedSpectrum + 8 * bins];
    const powers = [doubles(octaves), doubles(mantissas), floor];
    this.#analysis = this.#programOf([
      [OPERATION.weigh, frame, doubles(window), pairs.re, pairs.im, half],
      ...passes,
      [OPERATION.spectrum, transformed.re, transformed.im, ...turns, noisyRe, noisyIm, half],
      [OPERATION.features, noisyRe, noisyIm, bins, ...powers, below, above, scale, bands.bands, featureRows],
    ]);
    const synthesis = [doubles(windows.synthesis), tail, tailSamples, windowSamples - windows.synthesis.length];
    this.#synthesis = this.#programOf([
      [OPERATION.masked, noisyRe, noisyIm, bins, mask, bands.bands, below, above, settings, enhancedRe, enhancedIm],
      [OPERATION.pairs, enhancedRe, enhancedIm, ...turns, pairs.re, pairs.im, half],
      ...passes,
      [
        OPERATION.overlapped,
        transformed.re,
        transformed.im,
        ...synthesis,
        hopSamples,
        doubles(Float64Array.of(1 / length)),
        enhanced,
      ],
    ]);
    this.#places = {
      frame: [frame, windowSamples],
      features: [featureRows, FEATURE_PLANES * bands.bands],
      spectrum: [spectrum, 2 * bins],
      mask: [mask, estimatePlanes(manifest.estimate) * bands.bands],
      settings: [settings, 2],
      tail: [tail, tailSamples],
      enhanced: [enhanced, hopSamples],
    };
  }

  /** A frame of noisy samples → its `spectrum`, real parts first, and `features` from `offset` on. */
  analyse(frame: Float32Array, spectrum: Float64Array, features: Float32Array, offset: number): void {
    const heap = this.#heap();
    heap.frame.set(frame);
    this.#kernels.run(this.#analysis.at, this.#analysis.count);
    spectrum.set(heap.spectrum);
    features.set(heap.features, offset);
  }

  /**
   * A mask for `spectrum`, from `offset` on → a hop of `enhanced` samples; `tail` is the end of the frame before, and
   * becomes that of this one. Returns false where the mask is not finite, and lets the noisy signal through.
   */
  synthesise(
    spectrum: Float64Array,
    masks: Float32Array,
    offset: number,
    noisyShare: number,
    tail: Float64Array,
    enhanced: Float32Array,
  ): boolean {
    const heap = this.#heap();
    const { mask, settings } = heap;
    heap.spectrum.set(spectrum);
    for (let i = 0; i < mask.length; i++) mask[i] = masks[offset + i];
    settings[0] = noisyShare;
    heap.tail.set(tail);
    this.#kernels.run(this.#synthesis.at, this.#synthesis.count);
    tail.set(heap.tail);
    enhanced.set(heap.enhanced);
    return settings[1] === 0;
  }

  /** Frees what both programs hold on the heap. */
  dispose(): void {
    this.#memory.dispose();
  }

  #programOf(instructions: readonly Instruction[]): { at: number; count: number } {
    return { at: this.#memory.numbers(encoded(instructions)), count: instructions.length };
  }

  #heap(): Views {
    const { buffer } = this.#memory.floats();
    if (this.#views?.frame.buffer === buffer) return this.#views;
    const { frame, features, spectrum, mask, settings, tail, enhanced } = this.#places;
    this.#views = {
      frame: new Float32Array(buffer, ...frame),
      features: new Float32Array(buffer, ...features),
      spectrum: new Float64Array(buffer, ...spectrum),
      mask: new Float32Array(buffer, ...mask),
      settings: new Float64Array(buffer, ...settings),
      tail: new Float64Array(buffer, ...tail),
      enhanced: new Float32Array(buffer, ...enhanced),
    };
    return this.#views;
  }
}
