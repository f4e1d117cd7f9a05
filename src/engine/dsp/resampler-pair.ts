/**
 * In:     the rates of a context and of a model, and the delay of the model's path
 * Out:    the resamplers on both sides of the path, to denoiser-stream.ts
 * Thread: [worker], or whoever runs the engine
 */
import type { Hertz, Samples } from '../../shared/units.ts';
import { filterReach, Resampler, rateRatio } from './resampler.ts';

export interface ResamplerPair {
  /** From the context's rate to the model's; undefined where the rates are equal. */
  readonly down: Resampler | undefined;
  /** From the model's rate to the context's. */
  readonly up: Resampler | undefined;
  /** Delay of the whole path, in context samples. */
  readonly delaySamples: Samples;
}

/**
 * Resamplers that make the delay of the whole path whole. The way up has the least delay that its filter allows; the
 * phase of the way down makes up the rest. With context:model = down:up in lowest terms
 *
 *   delay·up = (delay of the way down, in 1/up context samples)
 *            + (delay of the way up + delay of the path, in model samples)·down
 *
 * @param pathDelaySamples between the resamplers, at the model's rate
 */
export function resamplerPair(contextRateHz: Hertz, modelRateHz: Hertz, pathDelaySamples: Samples): ResamplerPair {
  if (contextRateHz === modelRateHz) return { down: undefined, up: undefined, delaySamples: pathDelaySamples };
  const { up, down } = rateRatio(contextRateHz, modelRateHz);
  const upDelay = filterReach(modelRateHz, contextRateHz);
  const fixedPhases = (upDelay + pathDelaySamples) * down;
  const leastPhases = filterReach(contextRateHz, modelRateHz) * up;
  const delaySamples = Math.ceil((leastPhases + fixedPhases) / up);
  return {
    down: new Resampler(contextRateHz, modelRateHz, delaySamples * up - fixedPhases),
    up: new Resampler(modelRateHz, contextRateHz, upDelay * down),
    delaySamples,
  };
}
