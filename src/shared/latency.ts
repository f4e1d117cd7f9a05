import type { Hertz, Samples } from './units.ts';

/**
 * The one place where delay is added up. All counts are samples at the context rate and whole numbers, so that the dry
 * path can be delayed by exactly the same amount.
 *
 *   total = engine delay                     overlap of synthesis (of blocks, where the model takes blocks) + resamplers, made whole by the engine
 *         + hop wait                         a sample waits until its hop is full, or what a block is advanced by
 *         + prefill                          what the model may be late by before anyone hears it
 *
 *   ring delay = hop wait + prefill          what the worklet sees: enhanced sample j is played when noisy sample
 *                                            j + ringDelay arrives
 */
export interface LatencyParts {
  /** Delay inside the engine: enhanced sample j is noisy sample j − engineDelay. */
  readonly engineDelaySamples: Samples;
  /** Noisy samples per hop (or block), rounded up. */
  readonly hopWaitSamples: Samples;
  /** Slack for the model's computing time. */
  readonly prefillSamples: Samples;
}

/** Delay between a noisy sample entering the node and the same sample leaving it enhanced. */
export function totalLatencySamples(parts: LatencyParts): Samples {
  return parts.engineDelaySamples + ringDelaySamples(parts);
}

/** Delay between pushing a noisy sample and playing the enhanced sample of the same index. */
export function ringDelaySamples(parts: LatencyParts): Samples {
  return parts.hopWaitSamples + parts.prefillSamples;
}

/** Samples at the context rate that complete one hop of the model, rounded up. */
export function hopWaitSamples(hopSamples: Samples, modelRateHz: Hertz, contextRateHz: Hertz): Samples {
  return Math.ceil((hopSamples * contextRateHz) / modelRateHz);
}

/**
 * The prefill of a model that takes blocks is at least this share of what a block is advanced by: so long may its computing take, all of
 * which comes at once. A hop's is part of the hint.
 */
const BLOCK_SHARE = 1 / 4;

/** Prefill in a realtime context. `hintSamples`: what the latency hint asks for. */
export function realtimePrefillSamples(hintSamples: Samples, hopWait: Samples, takesBlocks: boolean): Samples {
  return takesBlocks ? Math.max(hintSamples, Math.ceil(BLOCK_SHARE * hopWait)) : hintSamples;
}

/** What the prefill may be raised to after underruns: twice what it is, 0.1 s, or all the time that a block leaves for computing. */
export function mostPrefillSamples(prefill: Samples, hopWait: Samples, takesBlocks: boolean, contextRateHz: Hertz): Samples {
  return Math.max(2 * prefill, prefillSamples(MOST_PREFILL_SECONDS, contextRateHz), takesBlocks ? hopWait : 0);
}

const MOST_PREFILL_SECONDS = 0.1;

/** Prefill of a latency hint in seconds, rounded up to whole samples. */
export function prefillSamples(prefillSeconds: number, contextRateHz: Hertz): Samples {
  return Math.ceil(prefillSeconds * contextRateHz);
}

/**
 * Total latency to expect before a model has said anything: hops of 10 ms and 5 ms of overlap, which is what `base` has.
 * The dry signal is delayed by this much until the exact figure is known.
 */
export function expectedLatencySamples(prefillSeconds: number, contextRateHz: Hertz): Samples {
  return Math.ceil(0.015 * contextRateHz) + prefillSamples(prefillSeconds, contextRateHz);
}
