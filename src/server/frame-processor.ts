/**
 * In:     frames of a call's sound, one after the other, from LiveKit's SDK for Node
 * Out:    the same frames with enhanced samples, later by a fixed latency
 * Thread: that of the app, on which it computes
 */

import { SampleQueue } from '../engine/dsp/sample-queue.ts';
import type { Denoiser } from '../engine/index.ts';
import { Enhancer, type EnhanceSettings } from '../files/enhance.ts';
import { decodeFrames, encodeFrames } from '../files/sample-format.ts';
import type { Seconds } from '../shared/units.ts';
import { loadModel } from './load-model.ts';
import { type DenoiseSettings, type ModelOption, requireObject, resolveModel, resolveSettings } from './options.ts';

/** What LiveKit's AudioFrame is, as far as it is used here. */
export interface LiveKitFrame {
  /** Interleaved. */
  readonly data: Int16Array;
  readonly sampleRate: number;
  readonly channels: number;
}

/** Settings of a {@link DenoiseFrameProcessor}. */
export interface FrameProcessorOptions extends DenoiseSettings, ModelOption {}

/** Sound of one rate and number of channels on its way through. */
interface Course {
  readonly enhancer: Enhancer;
  readonly sampleRate: number;
  readonly planes: readonly SampleQueue[];
}

/**
 * A `FrameProcessor<AudioFrame>` for LiveKit's SDK for Node, `@livekit/rtc-node`: the option `noiseCancellation` of its
 * AudioStream takes one. One for each stream at a time; after the end of a stream it may serve another.
 */
export class DenoiseFrameProcessor {
  /** By which LiveKit knows its processors. */
  readonly symbol: symbol = Symbol.for('lk.frame-processor');
  readonly #denoiser: Denoiser;
  readonly #settings: EnhanceSettings;
  #isEnabled = true;
  #course: Course | undefined;

  private constructor(denoiser: Denoiser, settings: EnhanceSettings) {
    this.#denoiser = denoiser;
    this.#settings = settings;
  }

  /**
   * Loads the model, once for all processors of the thread. Rejects with a TypeError or RangeError for bad options, a
   * DenoiseError where the model cannot be loaded.
   */
  static async load(options: FrameProcessorOptions = {}): Promise<DenoiseFrameProcessor> {
    const what = 'DenoiseFrameProcessor.load';
    requireObject(options, what);
    const settings = resolveSettings(options, what);
    return new DenoiseFrameProcessor(await loadModel(resolveModel(options, what)), settings);
  }

  /** By how much frames come later, seconds; 0 before the first. */
  get latency(): Seconds {
    return this.#course === undefined ? 0 : this.#course.enhancer.latencySamples / this.#course.sampleRate;
  }

  /** For LiveKit: where not, it passes frames by. */
  isEnabled(): boolean {
    return this.#isEnabled;
  }

  /** Switched on again it begins anew: with as much silence as its latency is long. */
  setEnabled(enabled: boolean): void {
    this.#isEnabled = enabled;
    if (!enabled) this.close();
  }

  /** For LiveKit: puts enhanced samples in the place of those of the frame, and gives it back. */
  process<F extends LiveKitFrame>(frame: F): F {
    const { data, channels, sampleRate } = frame;
    const course = this.#courseFor(sampleRate, channels);
    const frames = Math.floor(data.length / channels);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const planes = Array.from({ length: channels }, () => new Float32Array(frames));
    decodeFrames(bytes, 'int16', planes, frames);
    course.enhancer.push(planes, 0, frames);
    const ready = course.enhancer.available;
    const enhanced = Array.from({ length: channels }, () => new Float32Array(ready));
    course.enhancer.pull(enhanced, 0, ready);
    course.planes.forEach((queue, c) => {
      queue.pushAll(enhanced[c], 0, ready);
      queue.take(planes[c], 0, frames);
    });
    encodeFrames(planes, 'int16', bytes, frames);
    return frame;
  }

  /** For LiveKit: the stream has ended. */
  close(): void {
    this.#course?.enhancer.dispose();
    this.#course = undefined;
  }

  /** For LiveKit. */
  onStreamInfoUpdated(_info: object): void {}
  /** For LiveKit. */
  onStreamInfoCleared(): void {}
  /** For LiveKit. */
  onCredentialsUpdated(_credentials: object): void {}
  /** For LiveKit. */
  onCredentialsCleared(): void {}

  #courseFor(sampleRate: number, channels: number): Course {
    const present = this.#course;
    if (present?.sampleRate === sampleRate && present.planes.length === channels) return present;
    this.close();
    const enhancer = new Enhancer(this.#denoiser, channels, sampleRate, this.#settings);
    const { latencySamples } = enhancer;
    const silence = new Float32Array(latencySamples);
    const planes = Array.from({ length: channels }, () => new SampleQueue(2 * latencySamples));
    for (const queue of planes) queue.pushAll(silence, 0, latencySamples);
    this.#course = { enhancer, sampleRate, planes };
    return this.#course;
  }
}
