/**
 * The one place where delay is added up. All counts are samples at the context's rate and whole numbers, so that the
 * dry path can be delayed by exactly the same amount.
 *
 *   total = engine delay     overlap of synthesis, or of blocks; and the resamplers, made whole by the engine
 *         + advance wait     a sample waits until there are enough for one step of the model
 *         + prefill          how late the model may be before anyone hears it; at least a burst of the device
 *
 *   ring delay = advance wait + prefill
 *                            what the worklet sees: enhanced sample j is played when noisy sample j + ringDelay arrives
 */
import type { ModelKind } from './protocol.ts';
import type { Hertz, Samples, Seconds } from './units.ts';

export interface LatencyParts {
  /** Delay inside the engine: enhanced sample j is noisy sample j − engineDelay. */
  readonly engineDelaySamples: Samples;
  /** Samples that one step of the model takes, rounded up: the longest that a sample waits for the others. */
  readonly advanceWaitSamples: Samples;
  /** Slack for the model's computing time. */
  readonly prefillSamples: Samples;
}

/** Delay between a noisy sample entering the node and the same sample leaving it enhanced. */
export function totalLatencySamples(parts: LatencyParts): Samples {
  return parts.engineDelaySamples + ringDelaySamples(parts);
}

/** Delay between pushing a noisy sample and playing the enhanced sample of the same index. */
export function ringDelaySamples(parts: Omit<LatencyParts, 'engineDelaySamples'>): Samples {
  return parts.advanceWaitSamples + parts.prefillSamples;
}

/** Samples at the context's rate that make `advanceSamples` at the model's rate, rounded up. */
export function advanceWaitSamples(advanceSamples: Samples, modelRateHz: Hertz, contextRateHz: Hertz): Samples {
  return Math.ceil((advanceSamples * contextRateHz) / modelRateHz);
}

/** What a prefill depends on, besides the wishes of the app. */
export interface ModelTiming {
  readonly kind: ModelKind;
  readonly advanceWaitSamples: Samples;
  /** Share of that time which the computing of one step may take, for up to two channels. */
  readonly computingShare: number;
}

/** Channels for which the share of a model's computing is stated. */
const SHARED_BY_CHANNELS = 2;

/**
 * Prefill in a realtime context. The hint allows for the computing of a streaming model. That of a block comes all at
 * once and has a share of the advance: the stated one for two channels, growing with the channels that there may be, up
 * to all the time there is.
 * @param hintSeconds what the latency hint asks for
 */
export function realtimePrefillSamples(
  { kind, advanceWaitSamples, computingShare }: ModelTiming,
  hintSeconds: Seconds,
  channels: number,
  contextRateHz: Hertz,
): Samples {
  const hinted = prefillSamples(hintSeconds, contextRateHz);
  if (kind === 'streaming') return hinted;
  const share = Math.min(1, computingShare * Math.max(1, channels / SHARED_BY_CHANNELS));
  return Math.max(hinted, Math.ceil(share * advanceWaitSamples));
}

/** Spare time beyond the longest burst of the device: the model's own, and the fade before samples run out. */
const BURST_SPARE_SECONDS = 0.005;
/**
 * Longest burst that is bridged. Browsers ask for 8192 samples at the most, a second at 8 kHz; rings for more would
 * cost every node of such a context megabytes.
 */
const MOST_BURST_SECONDS = 1.5;

/**
 * Prefill that a device needs which asks for its sound in bursts: a whole burst is pushed before the model can answer
 * any of it. 0 for a device of which nothing is known (0, NaN or undefined).
 */
export function burstPrefillSeconds(burstSeconds: Seconds | undefined): Seconds {
  if (!(burstSeconds !== undefined && burstSeconds > 0)) return 0;
  return Math.min(burstSeconds, MOST_BURST_SECONDS) + BURST_SPARE_SECONDS;
}

const MOST_PREFILL_SECONDS = 0.1;

/**
 * What the prefill may be raised to after underruns: twice what it is, 0.1 s, or all the time that a block leaves for
 * computing.
 */
export function mostPrefillSamples(
  { kind, advanceWaitSamples }: ModelTiming,
  prefill: Samples,
  contextRateHz: Hertz,
): Samples {
  const most = Math.max(2 * prefill, prefillSamples(MOST_PREFILL_SECONDS, contextRateHz));
  return kind === 'block' ? Math.max(most, advanceWaitSamples) : most;
}

/**
 * Steps by which an offline rendering may run ahead of the worker, so that both compute at the same time instead of in
 * turn. The sound is the same, later by as much. None for block models, whose steps are seconds long.
 */
const OFFLINE_STEPS_AHEAD = { streaming: 1, block: 0 } as const;

/** Prefill in an offline context whose worklet waits for the worker. */
export function offlinePrefillSamples({ kind, advanceWaitSamples }: ModelTiming): Samples {
  return OFFLINE_STEPS_AHEAD[kind] * advanceWaitSamples;
}

/** Prefill of a latency hint in seconds, rounded up to whole samples. */
export function prefillSamples(prefillSeconds: Seconds, contextRateHz: Hertz): Samples {
  return Math.ceil(prefillSeconds * contextRateHz);
}

/** What `base`, the model of a node that asks for no other, states in its manifest; a test compares them. */
const EXPECTED_MODEL = { rateHz: 48000, advanceSamples: 480, overlapSamples: 240 } as const;

/**
 * Total latency to expect before a model has said anything. The dry signal is delayed by this much until the exact
 * figure is known.
 */
export function expectedLatencySamples(prefillSeconds: Seconds, contextRateHz: Hertz): Samples {
  const { rateHz, advanceSamples, overlapSamples } = EXPECTED_MODEL;
  const algorithmicSamples = advanceWaitSamples(advanceSamples + overlapSamples, rateHz, contextRateHz);
  return algorithmicSamples + prefillSamples(prefillSeconds, contextRateHz);
}
