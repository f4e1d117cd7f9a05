/**
 * In:     whole recordings, planar, at their own rate (cli/, demo, apps)
 * Out:    the same length, enhanced, with the engine's delay taken out
 * Thread: any; computes on the thread that calls
 */
import { NO_LIMIT_DB } from '../engine/attenuation-limit.ts';
import type { Denoiser, DenoiserStream } from '../engine/denoiser.ts';
import { SampleQueue } from '../engine/dsp/sample-queue.ts';
import { quoted } from '../shared/quoted.ts';
import type { Decibels, Hertz, Samples } from '../shared/units.ts';
import { nextTask } from './next-task.ts';

/** How strongly a recording is enhanced. */
export interface EnhanceSettings {
  /** 0 (dry) … 1 (wet, the default). RangeError otherwise. */
  readonly mix?: number | undefined;
  /** The most that noise is turned down, dB, 0 … 100 (no limit, the default). RangeError otherwise. */
  readonly attenuationLimitDb?: Decibels | undefined;
}

/** {@link EnhanceSettings}, and what a caller needs while it waits. */
export interface EnhanceOptions extends EnhanceSettings {
  /** Gets the share that is done, 0 … 1, after every second of sound and at the end. */
  readonly onProgress?: ((share: number) => void) | undefined;
  /** Aborting rejects the promise with the signal's reason, within a second of sound. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Enhances a whole recording. Channels are streams of one batch. The result has the length of the input and lines up
 * with it; the input is left as it is. Lets other tasks run after every second of sound.
 *
 * @param channels one array for each channel, all of one length; RangeError otherwise
 */
export async function enhanceChannels(
  denoiser: Denoiser,
  channels: readonly Float32Array[],
  sampleRateHz: Hertz,
  options: EnhanceOptions = {},
): Promise<Float32Array[]> {
  const length = channels[0]?.length ?? 0;
  if (channels.some((channel) => channel.length !== length)) {
    throw new RangeError(
      `enhanceChannels: expected channels of one length, got ${channels.map((channel) => channel.length).join(', ')}.`,
    );
  }
  const enhanced = channels.map(() => new Float32Array(length));
  const enhancer = new Enhancer(denoiser, channels.length, sampleRateHz, options);
  try {
    const piece = Math.ceil(sampleRateHz);
    let done = 0;
    for (let start = 0; start < length; start += piece) {
      options.signal?.throwIfAborted();
      enhancer.push(channels, start, Math.min(piece, length - start));
      if (start + piece >= length) enhancer.finish();
      done += enhancer.pull(enhanced, done, length - done);
      options.onProgress?.(done / length);
      await nextTask();
    }
  } finally {
    enhancer.dispose();
  }
  return enhanced;
}

/**
 * The same piece by piece, for recordings that do not fit into memory: push pieces of any length, pull what is
 * available, `finish` after the last, pull the rest. As many samples come out as went in: sample j out is sample j in,
 * enhanced.
 */
export class Enhancer {
  readonly #denoiser: Denoiser;
  readonly #mix: number;
  readonly #streams: readonly DenoiserStream[];
  readonly #dry: readonly SampleQueue[];
  readonly #scratch = new Float32Array(4096);
  /** Samples of the engine's delay still to be thrown away. */
  #delayLeft: Samples;

  /** @param sampleRateHz 3000 … 768000, RangeError otherwise. The denoiser stays the caller's. */
  constructor(denoiser: Denoiser, channelCount: number, sampleRateHz: Hertz, settings: EnhanceSettings = {}) {
    const { mix = 1, attenuationLimitDb = NO_LIMIT_DB } = settings;
    if (!(typeof mix === 'number' && mix >= 0 && mix <= 1))
      throw new RangeError(`Enhancer mix: expected 0 to 1, got ${quoted(mix)}.`);
    this.#denoiser = denoiser;
    this.#mix = mix;
    this.#streams = Array.from({ length: channelCount }, () => denoiser.createStream(sampleRateHz));
    for (const stream of this.#streams) stream.attenuationLimitDb = attenuationLimitDb;
    this.#dry = this.#streams.map(() => new SampleQueue(4096));
    this.#delayLeft = this.#streams[0]?.delaySamples ?? 0;
  }

  /** Samples that are ready in every channel. */
  get available(): Samples {
    const [stream] = this.#streams;
    return stream === undefined ? 0 : Math.min(stream.available, this.#dry[0].length);
  }

  /** Takes `length` samples of every channel from `start` on, and enhances as many as make whole steps. */
  push(channels: readonly Float32Array[], start: number, length: number): void {
    this.#streams.forEach((stream, c) => {
      stream.push(channels[c], start, length);
      this.#dry[c].pushAll(channels[c], start, length);
    });
    this.#run();
  }

  /** Makes everything that was pushed available. Nothing may be pushed afterwards. */
  finish(): void {
    const silence = new Float32Array(4096);
    while (this.#streams.length > 0 && this.available < this.#dry[0].length) {
      for (const stream of this.#streams) stream.push(silence, 0, Math.min(silence.length, stream.samplesToHop));
      this.#run();
    }
  }

  /**
   * Moves the oldest samples out of every channel, at most `length`; returns how many there were.
   * @param noisy receives the same samples as they came in, at the same places
   */
  pull(into: readonly Float32Array[], start: number, length: number, noisy?: readonly Float32Array[]): number {
    const total = Math.min(length, this.available);
    const mix = this.#mix;
    const scratch = this.#scratch;
    for (let done = 0; done < total; ) {
      const count = Math.min(scratch.length, total - done);
      const at = start + done;
      for (let c = 0; c < this.#streams.length; c++) {
        const wet = into[c];
        this.#streams[c].pull(wet, at, count);
        const dry = noisy === undefined ? scratch : noisy[c];
        const from = noisy === undefined ? 0 : at;
        this.#dry[c].take(dry, from, count);
        if (mix !== 1) for (let i = 0; i < count; i++) wet[at + i] = mix * wet[at + i] + (1 - mix) * dry[from + i];
      }
      done += count;
    }
    return total;
  }

  /** Frees the streams. Idempotent. */
  dispose(): void {
    for (const stream of this.#streams) stream.dispose();
  }

  #run(): void {
    this.#denoiser.stepAll(this.#streams);
    const [first] = this.#streams;
    while (first !== undefined && this.#delayLeft > 0) {
      const count = Math.min(this.#delayLeft, first.available, this.#scratch.length);
      if (count === 0) return;
      for (const stream of this.#streams) stream.pull(this.#scratch, 0, count);
      this.#delayLeft -= count;
    }
  }
}
