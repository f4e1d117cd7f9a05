import type { Decibels, Hertz, Samples } from '../../shared/units.ts';
import {
  MOST_BLOCK_VALUES,
  MOST_MELS,
  MOST_REBUILD_VALUES,
  MOST_STATES,
  mostBlockSamples,
  mostWindowSamples,
} from './ceilings.ts';
import type { Field, Range } from './manifest-field.ts';
import type { ModelHead } from './model-head.ts';

/** A model whose step takes a whole spectrogram image, and which carries no memory to the next. */
export interface BlockManifest extends ModelHead {
  readonly framing: BlockFraming;
  readonly features: ImageFeatures;
  readonly normalisation: Normalisation;
  readonly estimate: ImageEstimate;
  readonly rebuild: Rebuild;
}

/**
 * A block is transformed as by librosa.stft(center=True): frames around samples 0, hop, 2·hop …, a periodic window,
 * centred in the FFT where it is shorter. The last `overlapSamples` of a block are crossfaded with the first of the
 * next; with 0, blocks follow each other without.
 */
export interface BlockFraming {
  readonly kind: 'block';
  readonly blockSamples: Samples;
  readonly overlapSamples: Samples;
  readonly hopSamples: Samples;
  readonly windowSamples: Samples;
  /** May be odd. */
  readonly fftSamples: Samples;
  readonly window: 'hann';
  /** What goes before and after a block: zeros, or its mirror image without the sample at the end itself. */
  readonly padding: 'constant' | 'reflect';
}

/** The rows of the image, lowest frequency first. */
export type ImageFeatures = MagnitudeFeatures | LogMagnitudeFeatures | MelFeatures | MelMfccFeatures;

/** |X|^exponent of each bin; the Nyquist bin may be left out of the image. */
export interface MagnitudeFeatures {
  readonly kind: 'magnitude';
  readonly exponent: number;
}

/** 20·lg max(amin, |X|) of each bin, at most `topDb` below the image's maximum; the Nyquist bin may be left out. */
export interface LogMagnitudeFeatures {
  readonly kind: 'log-magnitude-db';
  readonly amin: number;
  readonly topDb: Decibels | null;
}

/** 10·lg max(amin, power) of each mel band: Slaney's scale, triangles of equal area. */
export interface MelFeatures {
  readonly kind: 'mel';
  readonly mels: number;
  readonly lowHz: Hertz;
  readonly highHz: Hertz;
  readonly amin: number;
  readonly topDb: Decibels | null;
}

/** The mel rows, and after them their first `mfccs` cepstral coefficients (DCT-II, orthonormal). */
export interface MelMfccFeatures extends Omit<MelFeatures, 'kind'> {
  readonly kind: 'mel-mfcc';
  readonly mfccs: number;
}

/** How the image is scaled to the range that the network knows, and its estimate back. */
export type Normalisation =
  | { readonly kind: 'none' }
  /** By the smallest and largest value of the noisy image, for input and estimate alike. */
  | { readonly kind: 'image'; readonly to: Range }
  /** By ranges that training fixed, clipped to `to`. */
  | { readonly kind: 'fixed'; readonly to: Range; readonly rows: readonly RowRange[] };

/** The next `rows` rows of the image: `inputRange` becomes `to`, and `to` in the estimate becomes `outputRange`. */
export interface RowRange {
  readonly rows: number;
  readonly inputRange: Range;
  readonly outputRange: Range;
}

/** What the graph gives, in the units of the features; a mask is a gain already and is not normalised. */
export interface ImageEstimate {
  readonly kind: 'noise-magnitude' | 'clean-magnitude' | 'clean-features' | 'mask';
}

/** How an estimate becomes sound again. */
export type Rebuild =
  /** A real gain in 0 … `gainLimit` on the noisy spectrum. */
  | { readonly kind: 'noisy-phase'; readonly gainLimit: number }
  /** The same from mel bands, spread over the bins: `gainFloor` … 1. */
  | { readonly kind: 'mel-gain'; readonly gainFloor: number }
  /** A phase found by iteration, see griffin-lim.ts. */
  | GriffinLimRebuild;

export interface GriffinLimRebuild {
  readonly kind: 'griffin-lim';
  /** The most iterations. */
  readonly iterations: number;
  /**
   * Spectral convergence, dB, at which it ends; it also ends where iterations gain too little. −Infinity runs them all.
   */
  readonly convergenceDb: number;
  readonly momentum: number;
  readonly seed: number;
  /** Phases to begin with: random, those of the noisy block, or summed up from the peaks (peak-phases.ts). */
  readonly init: 'random' | 'noisy-phase' | 'peaks';
}

/** Frames of a block: columns of its image. */
export function blockFrames({
  blockSamples,
  fftSamples,
  hopSamples,
}: Pick<BlockFraming, 'blockSamples' | 'fftSamples' | 'hopSamples'>): number {
  return 1 + Math.floor((blockSamples + 2 * Math.floor(fftSamples / 2) - fftSamples) / hopSamples);
}

/** Bins of one frame's half spectrum. */
export function blockBins({ fftSamples }: Pick<BlockFraming, 'fftSamples'>): number {
  return Math.floor(fftSamples / 2) + 1;
}

/** Rows of the image. In images of bins the graph decides: with the Nyquist bin or without. */
export function imageRows({ features, graph }: Pick<BlockManifest, 'features' | 'graph'>): number {
  if (features.kind === 'mel') return features.mels;
  if (features.kind === 'mel-mfcc') return features.mels + features.mfccs;
  return graph.input.shape[1];
}

/** Decibels below the maximum beyond which nothing is audible, for limits of `topDb`. */
const MOST_TOP_DB: Decibels = 400;

/** What a listener could wait for; fewer where blocks are large. */
const MOST_ITERATIONS = 1000;

/** Reads and checks what the manifest of a block model states besides its head. */
export function readBlock(root: Field, sampleRateHz: Hertz): Omit<BlockManifest, keyof ModelHead> {
  const framing = readFraming(root.at('framing'), sampleRateHz);
  const features = readFeatures(root.at('features'), sampleRateHz, blockBins(framing));
  const onMels = features.kind === 'mel' || features.kind === 'mel-mfcc';
  const estimate: ImageEstimate = {
    kind: root
      .at('estimate')
      .at('kind')
      .oneOf(onMels ? ['clean-features'] : ['noise-magnitude', 'clean-magnitude', 'mask']),
  };
  const rows = readShapes(root.at('graph'), framing, features);
  return {
    framing,
    features,
    normalisation: readNormalisation(root.at('normalisation'), features, rows),
    estimate,
    rebuild: readRebuild(root.at('rebuild'), onMels, blockFrames(framing) * blockBins(framing)),
  };
}

function readFraming(field: Field, sampleRateHz: Hertz): BlockFraming {
  const most = mostWindowSamples(sampleRateHz);
  const hopSamples = field.at('hopSamples').whole(1, Math.floor((most - 1) / 2));
  // Every sample must lie well inside a window, or the inverse transform would divide by nothing.
  const windowSamples = field.at('windowSamples').whole(2 * hopSamples + 1, most);
  const fftSamples = field.at('fftSamples').fftLength(windowSamples, most);
  const blockSamples = field.at('blockSamples').whole(fftSamples, mostBlockSamples(sampleRateHz));
  const sizes = { blockSamples, fftSamples, hopSamples };
  const frames = blockFrames(sizes);
  const bins = blockBins(sizes);
  if (frames * bins > MOST_BLOCK_VALUES)
    field.at('blockSamples').fail(`at most ${MOST_BLOCK_VALUES} values in frames × bins (here ${frames} × ${bins})`);
  return {
    kind: 'block',
    blockSamples,
    // A sample belongs to two blocks at most.
    overlapSamples: field.at('overlapSamples').whole(0, Math.floor(blockSamples / 2)),
    hopSamples,
    windowSamples,
    fftSamples,
    window: field.at('window').oneOf(['hann']),
    padding: field.at('padding').oneOf(['constant', 'reflect']),
  };
}

function readFeatures(field: Field, sampleRateHz: Hertz, bins: number): ImageFeatures {
  const kind = field.at('kind').oneOf(['magnitude', 'log-magnitude-db', 'mel', 'mel-mfcc']);
  if (kind === 'magnitude')
    return { kind, exponent: field.at('exponent').missing() ? 1 : field.at('exponent').number(0.01, 2) };
  const amin = field.at('amin').number(1e-30, 1);
  const topDb = field.at('topDb').missing() ? null : field.at('topDb').number(1, MOST_TOP_DB);
  if (kind === 'log-magnitude-db') return { kind, amin, topDb };
  const mels = field.at('mels').whole(1, Math.min(MOST_MELS, bins));
  const lowHz = field.at('lowHz').number(0, sampleRateHz / 2);
  const highHz = field.at('highHz').number(lowHz + 1, sampleRateHz / 2);
  const shared = { mels, lowHz, highHz, amin, topDb };
  return kind === 'mel' ? { kind, ...shared } : { kind, ...shared, mfccs: field.at('mfccs').whole(1, mels) };
}

/** The rows of the image. Throws where the graph's shapes do not follow from framing and features. */
function readShapes(graph: Field, framing: BlockFraming, features: ImageFeatures): number {
  const bins = blockBins(framing);
  const frames = blockFrames(framing);
  const shape = graph.at('input').at('shape');
  const sizes = shape.batchedShape();
  const choices =
    features.kind === 'mel'
      ? [features.mels]
      : features.kind === 'mel-mfcc'
        ? [features.mels + features.mfccs]
        : [bins, bins - 1];
  shape.shape(...choices.map((rows) => [-1, rows, frames, 1]));
  graph.at('output').at('shape').shape(sizes);
  if (graph.at('states').list(MOST_STATES).length > 0) graph.at('states').fail('[], as blocks carry no memory');
  return sizes[1];
}

function readNormalisation(field: Field, features: ImageFeatures, rows: number): Normalisation {
  const kind = field.at('kind').oneOf(['none', 'image', 'fixed']);
  if (kind === 'none') return { kind };
  const to = field.at('to').range();
  if (kind === 'image') return { kind, to };
  if (features.kind === 'mel-mfcc')
    return { kind, to, rows: readRowRanges(field.at('rows'), [features.mels, features.mfccs]) };
  return { kind, to, rows: [{ rows, ...readRanges(field) }] };
}

/** Mel rows and cepstral rows have ranges of their own. */
function readRowRanges(field: Field, expected: readonly number[]): RowRange[] {
  const list = field.list(expected.length);
  if (list.length !== expected.length) field.fail(`${expected.length} groups of ${expected.join(' and ')} rows`);
  return list.map((group, i) => ({ rows: group.at('rows').whole(expected[i], expected[i]), ...readRanges(group) }));
}

function readRanges(field: Field): { inputRange: Range; outputRange: Range } {
  const inputRange = field.at('inputRange').range();
  return { inputRange, outputRange: field.at('outputRange').missing() ? inputRange : field.at('outputRange').range() };
}

/** @param values frames × bins of a block */
function readRebuild(field: Field, onMels: boolean, values: number): Rebuild {
  const kind = field.at('kind').oneOf(onMels ? ['mel-gain', 'griffin-lim'] : ['noisy-phase', 'griffin-lim']);
  if (kind === 'mel-gain')
    return { kind, gainFloor: field.at('gainFloor').missing() ? 0 : field.at('gainFloor').number(0, 1) };
  if (kind === 'noisy-phase')
    return { kind, gainLimit: field.at('gainLimit').missing() ? 1 : field.at('gainLimit').number(1, 100) };
  return {
    kind,
    iterations: field.at('iterations').whole(1, Math.min(MOST_ITERATIONS, Math.floor(MOST_REBUILD_VALUES / values))),
    convergenceDb: field.at('convergenceDb').missing()
      ? Number.NEGATIVE_INFINITY
      : field.at('convergenceDb').number(-200, 0),
    momentum: field.at('momentum').number(0, 1),
    seed: field.at('seed').whole(0, 0xffffffff),
    init: field.at('init').oneOf(['random', 'noisy-phase', 'peaks']),
  };
}
