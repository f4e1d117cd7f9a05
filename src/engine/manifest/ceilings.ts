/**
 * The most that a manifest may ask for. A manifest is what a stranger wrote: without these a few of its digits could
 * take all memory of a page or a server. Each leaves room for several times the largest model that runs in real time.
 */
import type { Hertz, Samples, Seconds } from '../../shared/units.ts';

/** 1.4 s at 48 kHz: a longer window would smear speech over several words. */
const MOST_FFT_SAMPLES: Samples = 65_536;

/** A transform takes time and tables by its largest prime factor; the next smooth length is never far. */
export const MOST_FFT_FACTOR = 127;

/**
 * What one step may take. Ring buffers, the delay of the dry signal and the latency grow with it; `mel-latent` takes
 * 2.5 s.
 */
const MOST_STEP_SECONDS: Seconds = 10;

/** The same in samples, for high rates. */
const MOST_BLOCK_SAMPLES: Samples = 1_048_576;

/**
 * Frames × bins of a block, and rows × frames of its image. A spectrum of so many values takes 16 MB, and a path holds
 * several; ten seconds at 48 kHz with a window of 43 ms are 961,000.
 */
export const MOST_BLOCK_VALUES = 1_048_576;

/** Iterations of Griffin-Lim × frames × bins: about ten seconds of computing. */
export const MOST_REBUILD_VALUES = 268_435_456;

/** Finer bands than 128 are rare; filters take time by mels × bins. */
export const MOST_MELS = 1024;

/** Values of all states of a stream together, 16 MB; `base` has 9,216. */
export const MOST_STATE_VALUES = 4_194_304;
export const MOST_STATES = 256;

/** Sizes of a shape: TensorFlow.js knows no more. */
export const MOST_DIMENSIONS = 6;

/** Files besides the manifest, and their bytes together. Of 64 million weights a thread computes no step in time. */
export const MOST_FILES = 256;
export const MOST_MODEL_BYTES = 268_435_456;

/** A graph is parsed as a whole, which takes many times its bytes; that of `base` has 26 KB. */
export const MOST_GRAPH_BYTES = 33_554_432;

/** The manifest itself: those of the catalogue have 5 KB at most. */
export const MOST_MANIFEST_BYTES = 1_048_576;

/** Characters of a name or a description. */
export const MOST_TEXT = 4096;

/** Samples of a block at a rate. */
export function mostBlockSamples(sampleRateHz: Hertz): Samples {
  return Math.min(MOST_BLOCK_SAMPLES, MOST_STEP_SECONDS * sampleRateHz);
}

/** Samples of a window or a hop at a rate. */
export function mostWindowSamples(sampleRateHz: Hertz): Samples {
  return Math.min(MOST_FFT_SAMPLES, mostBlockSamples(sampleRateHz));
}
