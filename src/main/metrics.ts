import { Word, wordToFloat } from '../shared/control-block.ts';
import { KERNEL_NAMES } from '../shared/kernel-names.ts';
import { gainToDecibels, type Hertz, type Samples, type Seconds } from '../shared/units.ts';
import type { DenoiseMetrics } from './events.ts';

/** Counters that begin at 0 with every new route, summed up over those of a node. */
export interface Totals {
  readonly hops: number;
  readonly underruns: number;
  readonly underrunSamples: Samples;
  readonly overruns: number;
  readonly nonFiniteSamples: Samples;
}

export const NO_TOTALS: Totals = { hops: 0, underruns: 0, underrunSamples: 0, overruns: 0, nonFiniteSamples: 0 };

/** The counters of routes that have ended, plus those of the present one. */
export function addTotals(before: Totals, words: Int32Array): Totals {
  return {
    hops: before.hops + unsigned(words, Word.STEPS),
    underruns: before.underruns + unsigned(words, Word.UNDERRUNS),
    underrunSamples: before.underrunSamples + unsigned(words, Word.UNDERRUN_SAMPLES),
    overruns: before.overruns + unsigned(words, Word.OVERRUNS),
    nonFiniteSamples: before.nonFiniteSamples + unsigned(words, Word.NON_FINITE_SAMPLES),
  };
}

/** What the control words mean to an app. [main] */
export function metricsOf(
  words: Int32Array,
  before: Totals,
  { currentTime, sampleRate: sampleRateHz }: Pick<BaseAudioContext, 'currentTime' | 'sampleRate'>,
  node: Pick<DenoiseMetrics, 'model' | 'state' | 'mode' | 'latency'>,
): DenoiseMetrics {
  // Read first because it is stored last: nothing else is older.
  const time = timeOf(Atomics.load(words, Word.FRAME), currentTime, sampleRateHz);
  const { underrunSamples, ...counts } = addTotals(before, words);
  return {
    time,
    model: node.model,
    state: node.state,
    mode: node.mode,
    latency: node.latency,
    ...counts,
    underrunSeconds: underrunSamples / sampleRateHz,
    hopMsP50: Atomics.load(words, Word.STEP_MICROS_P50) / 1000,
    hopMsP95: Atomics.load(words, Word.STEP_MICROS_P95) / 1000,
    kernels: KERNEL_NAMES[Atomics.load(words, Word.KERNELS)] ?? 'unknown',
    load: loadOf(words),
    slack: Atomics.load(words, Word.SLACK_SAMPLES) / sampleRateHz,
    inputLevel: level(words, Word.INPUT_RMS),
    outputLevel: level(words, Word.OUTPUT_RMS),
    enhancedLevel: level(words, Word.ENHANCED_RMS),
    reduction: wordToFloat(Atomics.load(words, Word.REDUCTION_DB)),
    voice: wordToFloat(Atomics.load(words, Word.VOICE)),
  };
}

const RESTING = [
  Word.INPUT_RMS,
  Word.OUTPUT_RMS,
  Word.ENHANCED_RMS,
  Word.LOAD_PERMILLE,
  Word.SLACK_SAMPLES,
  Word.REDUCTION_DB,
  Word.VOICE,
] as const;

/**
 * What is left of a route that has ended: its counters and its speed. Nothing is heard through it any more, so levels
 * and load are at rest.
 */
export function restingWords(words: Int32Array): Int32Array {
  const resting = Int32Array.from(words);
  for (const word of RESTING) resting[word] = 0;
  return resting;
}

/** Share of real time that the worker computes. */
export function loadOf(words: Int32Array): number {
  return Atomics.load(words, Word.LOAD_PERMILLE) / 1000;
}

function level(words: Int32Array, word: number): number {
  return gainToDecibels(wordToFloat(Atomics.load(words, word)));
}

/** A frame whose upper bits are lost, as a time about `currentTime`. */
function timeOf(frame: number, currentTime: Seconds, sampleRateHz: Hertz): Seconds {
  const now = Math.round(currentTime * sampleRateHz);
  return (now - ((now - frame) | 0)) / sampleRateHz;
}

function unsigned(words: Int32Array, word: number): number {
  return Atomics.load(words, word) >>> 0;
}
