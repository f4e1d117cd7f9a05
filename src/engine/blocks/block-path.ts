/**
 * In:     one advance of noisy samples at the model's rate: a block without its overlap
 * Out:    as many enhanced samples, `overlapSamples` later
 * Thread: [worker], or whoever runs the engine
 *
 *   analyse:     noisy queue → block → spectrum → image → normalised → graph
 *   synthesise:  graph → estimate in the image's units → rebuild → crossfade with the block before →
 */
import type { Decibels, Samples } from '../../shared/units.ts';
import { noisyShare } from '../attenuation-limit.ts';
import { Crossfade } from '../dsp/crossfade.ts';
import type { SampleQueue } from '../dsp/sample-queue.ts';
import { type BlockManifest, imageRows } from '../manifest/block-manifest.ts';
import { advanceSamples } from '../manifest/manifest.ts';
import type { StreamPath, StreamPaths } from '../stream-path.ts';
import { type BlockRebuild, makeBlockRebuild, type NoisyBlock } from './block-rebuild.ts';
import { BlockStft, makeBlockSpectrum } from './block-stft.ts';
import { type ImageExtractor, makeImageExtractor } from './image.ts';
import { Normaliser } from './normalisation.ts';

/** The path of one stream through a block model. */
class BlockPath implements StreamPath {
  /** The last `blockSamples` samples; zeros before the stream. */
  readonly #history: Float32Array;
  readonly #crossfade: Crossfade;
  /** Blocks between analysis and synthesis, oldest first; a live stream never has more than one. */
  readonly #blocks: BlockUnderWay[] = [];
  #analysed = 0;
  #synthesised = 0;
  readonly #shared: BlockPaths;

  constructor(shared: BlockPaths) {
    this.#shared = shared;
    const { blockSamples, overlapSamples } = shared.manifest.framing;
    this.#history = new Float32Array(blockSamples);
    this.#crossfade = new Crossfade(shared.advanceSamples, overlapSamples);
  }

  analyse(noisy: SampleQueue, features: Float32Array, offset: number): boolean {
    const history = this.#history;
    const { advanceSamples: advance, stft, images, normaliser } = this.#shared;
    history.copyWithin(0, advance);
    noisy.take(history, history.length - advance, advance);
    this.#blocks[this.#analysed] ??= new BlockUnderWay(this.#shared);
    const block = this.#blocks[this.#analysed++];
    block.samples.set(history);
    block.isSilent = history.every(isZero);
    if (block.isSilent) return false;
    stft.forward(block.samples, block.spectrum);
    images.extract(block.spectrum, block.image);
    normaliser.apply(block.image, features, offset, block.range);
    return true;
  }

  synthesise(estimates: Float32Array, offset: number, attenuationLimitDb: Decibels, enhanced: Float32Array): boolean {
    const { normaliser, rebuild, estimate, wave } = this.#shared;
    const block = this.#blocks[this.#synthesised++];
    if (this.#synthesised === this.#analysed) this.#analysed = this.#synthesised = 0;
    const finite = block.isSilent || normaliser.restore(estimates, offset, block.range, estimate);
    // Silence stays silence; an estimate that is not finite lets the noisy signal through.
    if (block.isSilent || !finite) wave.set(block.samples);
    else rebuild.run(estimate, block, noisyShare(attenuationLimitDb), wave);
    this.#crossfade.join(wave, enhanced);
    return finite;
  }

  reset(): void {
    this.#history.fill(0);
    this.#crossfade.reset();
    this.#analysed = this.#synthesised = 0;
  }
}

function isZero(sample: number): boolean {
  return sample === 0;
}

/** A block between analysis and synthesis. */
class BlockUnderWay implements NoisyBlock {
  readonly samples: Float32Array;
  readonly spectrum: NoisyBlock['spectrum'];
  readonly image: Float32Array;
  /** Least and largest value of the image, where its normalisation needs them. */
  readonly range = new Float64Array(2);
  isSilent = true;

  constructor({ manifest, stft }: BlockPaths) {
    this.samples = new Float32Array(manifest.framing.blockSamples);
    this.spectrum = makeBlockSpectrum(stft.frames, stft.bins);
    this.image = new Float32Array(imageRows(manifest) * stft.frames);
  }
}

/** Blocks of one stream that go through the graph together where all are there, as only in recordings. */
const BLOCKS_AT_ONCE = 2;

/** What the streams of one model share; scratch arrays are free between two calls. */
export class BlockPaths implements StreamPaths {
  readonly advanceSamples: Samples;
  readonly depth = BLOCKS_AT_ONCE;
  readonly stft: BlockStft;
  readonly images: ImageExtractor;
  readonly normaliser: Normaliser;
  readonly rebuild: BlockRebuild;
  readonly estimate: Float32Array;
  readonly wave: Float64Array;

  constructor(readonly manifest: BlockManifest) {
    const { framing, normalisation } = manifest;
    this.advanceSamples = advanceSamples(framing);
    this.stft = new BlockStft(framing);
    this.images = makeImageExtractor(manifest);
    this.normaliser = new Normaliser(normalisation, this.stft.frames);
    this.rebuild = makeBlockRebuild(manifest, this.stft);
    this.estimate = new Float32Array(imageRows(manifest) * this.stft.frames);
    this.wave = new Float64Array(framing.blockSamples);
  }

  createPath(): StreamPath {
    return new BlockPath(this);
  }

  dispose(): void {}
}
