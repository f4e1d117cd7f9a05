import type { DenoiseError } from '../shared/errors.ts';
import type { KernelName } from '../shared/kernel-names.ts';

/**
 * What the listener gets.
 * 'loading'    delayed dry signal; worklet, worker or model are still being fetched
 * 'running'    enhanced signal
 * 'overloaded' delayed dry signal because the machine cannot keep up; returns to 'running' by itself
 * 'recovering' delayed dry signal while a crashed worker is replaced
 * 'failed'     delayed dry signal for good; `error` says why
 * 'disposed'   nothing: the node is taken apart
 */
export type DenoiseState = 'loading' | 'running' | 'overloaded' | 'recovering' | 'failed' | 'disposed';

/** How samples travel to the model; 'passthrough' until they do. */
export type DenoiseMode = 'shared' | 'message' | 'passthrough';

/** Figures about the last moments, see {@link DenoiseNode.getMetrics}. Cheap to read at display rate. */
export interface DenoiseMetrics {
  /**
   * Time of the context (`currentTime`, seconds) up to which these figures hold; 0 where no sound has run yet. Without
   * shared memory, up to a quarter of a second ago.
   */
  readonly time: number;
  /** The model that runs, or is being loaded for want of any; with the model `'auto'` the one that was chosen. */
  readonly model: string | URL;
  readonly state: DenoiseState;
  readonly mode: DenoiseMode;
  /** Total latency, seconds. */
  readonly latency: number;
  /** Steps of the model (hops, or blocks) since the node became ready. */
  readonly hops: number;
  /** This node's share of the time of one step, milliseconds, over the last 128: median and 95th percentile. */
  readonly hopMsP50: number;
  readonly hopMsP95: number;
  /**
   * What the network runs on: kernels of our own with a fused multiply-add ('relaxed-simd') or without ('simd'), those
   * of TensorFlow.js ('tensorflow'), or its GraphModel ('graph'); 'unknown' until the node has been ready for a moment.
   */
  readonly kernels: KernelName;
  /** Share of real time that the worker computes for all nodes with this model, 0 … 1 (more: it cannot keep up). */
  readonly load: number;
  /** Times the enhanced signal came too late and dry was heard instead, and how much of it in seconds. */
  readonly underruns: number;
  readonly underrunSeconds: number;
  /** Times the worker stood still for so long that noisy samples were thrown away. */
  readonly overruns: number;
  /** Enhanced sound that lies ready beyond what is due, seconds, smallest in the last second. */
  readonly slack: number;
  /** Samples that arrived as NaN or infinity and were replaced by silence. */
  readonly nonFiniteSamples: number;
  /** Root-mean-square levels, dBFS (−Infinity for silence), smoothed over about 100 ms. */
  readonly inputLevel: number;
  readonly outputLevel: number;
  /** Level of the enhanced signal before mixing. */
  readonly enhancedLevel: number;
  /**
   * Noise reduction now, dB, 0 or more: how much quieter the enhanced signal is than the dry one that it lines up with,
   * before mixing.
   */
  readonly reduction: number;
  /**
   * Voice activity, 0 (none) … 1 (certain): what the model keeps of the last moment. Also 0 while it is unknown (no
   * enhanced sound, a limit below 1 dB).
   */
  readonly voice: number;
}

/** Name → event. All are dispatched on the node itself, on the main thread. */
export interface DenoiseEventMap {
  /** `state` has changed. `detail.reason` is one sentence for a person. An app may show it. */
  statechange: CustomEvent<{ readonly state: DenoiseState; readonly reason: string }>;
  /** `mode` has changed: once when the node becomes ready, and again if it has to fall back. */
  modechange: CustomEvent<{ readonly mode: DenoiseMode }>;
  /**
   * Another model runs, by `setModel`, or because the model is `'auto'`. `detail.model` is the one that runs, as in
   * {@link DenoiseMetrics.model}, `detail.reason` one sentence for a person.
   */
  modelchange: CustomEvent<{ readonly model: string | URL; readonly reason: string }>;
  /**
   * `latency` has changed (by `setModel`, after an underrun, or when calm gave it back). Apps that align video should
   * follow. At most four a second.
   */
  latencychange: CustomEvent<{ readonly latency: number }>;
  /** Enhanced sound came too late since the last event. At most four a second. */
  underrun: CustomEvent<{ readonly count: number; readonly seconds: number }>;
  /** The node went to dry because the machine cannot carry it, or came back. */
  overload: CustomEvent<{ readonly load: number }>;
  recover: CustomEvent<{ readonly load: number }>;
  /**
   * Somebody has begun to speak, after 0.3 s of voice, or has been silent for `voiceHoldMs`: what the model keeps
   * tells, whatever the app does with the output, so that it can say "you are muted". `detail.time` is when the voice
   * began or ended, on the context's clock, at the output. At most three a second.
   */
  voicestart: CustomEvent<{ readonly time: number }>;
  voiceend: CustomEvent<{ readonly time: number }>;
  /** Something failed; the dry signal goes on. One event for each failure. */
  error: CustomEvent<{ readonly error: DenoiseError }>;
}
