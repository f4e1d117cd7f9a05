/**
 * For servers: streams of sound that are enhanced in Node, on the calling thread or in a pool of threads, by the same
 * code as the command line.
 */
import { DenoiseStream } from './denoise-stream.ts';
import { DenoiseTransform } from './denoise-transform.ts';
import type { LaneOutput, OpenLane } from './lane.ts';
import { loadModel } from './load-model.ts';
import { LocalLane } from './local-lane.ts';
import {
  type ModelOption,
  type PcmOptions,
  type ResolvedSound,
  resolveFormat,
  resolveModel,
  resolveSound,
  type SoundOptions,
} from './options.ts';

export { DenoiseError, type DenoiseErrorCode } from '../engine/index.ts';
export { DenoiseFrameProcessor, type FrameProcessorOptions, type LiveKitFrame } from './frame-processor.ts';
export type { DenoiseSettings, ModelOption, PcmOptions, SoundOptions } from './options.ts';
export type { PcmFormat } from './pcm-format.ts';
export {
  DenoisePool,
  type DenoisePoolOptions,
  type PoolEvents,
  type PooledStreamOptions,
  type PoolMetrics,
} from './pool/denoise-pool.ts';
export type { Quantiles } from './pool/recent-values.ts';
export type { DenoiseStream, DenoiseTransform };

/** Settings of {@link createDenoiseStream}. */
export interface DenoiseStreamOptions extends PcmOptions, ModelOption {}

/** Settings of {@link createDenoiseTransform}. */
export interface DenoiseTransformOptions extends SoundOptions, ModelOption {}

/**
 * A stream that takes noise out of speech, on the calling thread. To the bit what the command line makes of the same
 * samples, however they are cut into chunks. The model is loaded once for all streams of the thread. Throws a TypeError
 * or RangeError for bad options.
 *
 * @example
 * ```ts
 * import { createDenoiseStream } from 'denoise-node/server';
 *
 * process.stdin.pipe(createDenoiseStream({ sampleRate: 48000, format: 's16le' })).pipe(process.stdout);
 * ```
 */
export function createDenoiseStream(options: DenoiseStreamOptions): DenoiseStream {
  const what = 'createDenoiseStream';
  const sound = resolveSound(options, what);
  const format = resolveFormat(options, what);
  return new DenoiseStream(openLocally(resolveModel(options, what), sound), format, sound);
}

/**
 * The same as a web `TransformStream` of Float32Arrays, for what speaks web streams: Deno, Bun, a worker. Throws a
 * TypeError or RangeError for bad options.
 */
export function createDenoiseTransform(options: DenoiseTransformOptions): DenoiseTransform {
  const what = 'createDenoiseTransform';
  const sound = resolveSound(options, what);
  return new DenoiseTransform(openLocally(resolveModel(options, what), sound), sound);
}

function openLocally(model: string, sound: ResolvedSound): OpenLane {
  return async (output: LaneOutput) => new LocalLane(await loadModel(model), sound, output);
}
