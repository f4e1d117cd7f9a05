import type { Hertz, Samples } from './units.ts';

/**
 * The one place where delay is added up. All counts are samples at the context rate and whole numbers, so that the dry
 * path can be delayed by exactly the same amount.
 *
 *    total = engine delay                     overlap of synthesis (of blocks, where the model takes blocks) +
 *   resamplers, made whole by the engine
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
  readonly advanceWaitSamples: Samples;
  /** Slack for the model's computing time. */
  readonly prefillSamples: Samples;
}

/** Delay between a noisy sample entering the node and the same sample leaving it enhanced. */
export function totalLatencySamples(parts: LatencyParts): Samples {
  return parts.engineDelaySamples + ringDelaySamples(parts);
}

/** Delay between pushing a noisy sample and playing the enhanced sample of the same index. */
export function ringDelaySamples(parts: LatencyParts): Samples {
  return parts.advanceWaitSamples + parts.prefillSamples;
}

/** Samples at the context rate that complete one hop of the model, rounded up. */
export function advanceWaitSamples(hopSamples: Samples, modelRateHz: Hertz, contextRateHz: Hertz): Samples {
  return Math.ceil((hopSamples * contextRateHz) / modelRateHz);
}

/** Channels for which the share of a model's computing is stated. */
const SHARED_BY_CHANNELS = 2;

/**
 * Prefill in a realtime context.
 * @param hintSamples what the latency hint asks for
 * @param advanceWait samples of a hop, or of what a block is advanced by
 * @param computingShare share of that time which the computing of a block may take, all of which comes at once; 0 for a
 *   model of hops, whose computing is part
 *   of the hint. Counts for two channels, and grows with the channels that there may be up to all the time there is.
 */
export function realtimePrefillSamples(
  hintSamples: Samples,
  advanceWait: Samples,
  computingShare: number,
  channels: number,
): Samples {
  const share = Math.min(1, computingShare * Math.max(1, channels / SHARED_BY_CHANNELS));
  return Math.max(hintSamples, Math.ceil(share * advanceWait));
}

/**
 * What the prefill may be raised to after underruns: twice what it is, 0.1 s, or all the time that a block leaves for
 * computing.
 */
export function mostPrefillSamples(
  prefill: Samples,
  advanceWait: Samples,
  computingShare: number,
  contextRateHz: Hertz,
): Samples {
  return Math.max(
    2 * prefill,
    prefillSamples(MOST_PREFILL_SECONDS, contextRateHz),
    computingShare > 0 ? advanceWait : 0,
  );
}

const MOST_PREFILL_SECONDS = 0.1;

/** Prefill of a latency hint in seconds, rounded up to whole samples. */
export function prefillSamples(prefillSeconds: number, contextRateHz: Hertz): Samples {
  return Math.ceil(prefillSeconds * contextRateHz);
}

/**
 * Total latency to expect before a model has said anything: hops of 10 ms and 5 ms of overlap, which is what `base`
 * has. The dry signal is delayed by this much until the exact figure is known.
 */
export function expectedLatencySamples(prefillSeconds: number, contextRateHz: Hertz): Samples {
  return Math.ceil(0.015 * contextRateHz) + prefillSamples(prefillSeconds, contextRateHz);
}
