/**
 * In:     whole recordings, planar, at their own rate (cli/, demo, apps)
 * Out:    the same length, enhanced, with the engine's delay taken out
 * Thread: any; computes on the thread that calls
 */
import { NO_LIMIT_DB } from '../engine/attenuation-limit.ts';
import type { Denoiser, DenoiserStream } from '../engine/denoiser.ts';
import { SampleQueue } from '../engine/dsp/sample-queue.ts';
import { advanceSamples } from '../engine/manifest/manifest.ts';
import { advanceWaitSamples } from '../shared/latency.ts';
import { PARAMETERS } from '../shared/parameters.ts';
import { quoted } from '../shared/quoted.ts';
import { Shaper, type ShaperSettings } from '../shared/shaping/shaper.ts';
import type { Decibels, Hertz, Samples } from '../shared/units.ts';
import { nextTask } from './next-task.ts';

/** Longest stretch that is worked on at once. */
const PIECE: Samples = 512;

/** How strongly a recording is enhanced. */
export interface EnhanceSettings {
  /** 0 (dry) … 1 (wet, the default). RangeError otherwise. */
  readonly mix?: number | undefined;
  /** The most that noise is turned down, dB, 0 … 100 (no limit, the default). RangeError otherwise. */
  readonly attenuationLimitDb?: Decibels | undefined;
  /** Cutoff of a high-pass, Hz, 0 (off, the default) … 400. RangeError otherwise. */
  readonly highPassHz?: Hertz | undefined;
  /** Brings voices to the target level. Default false. */
  readonly autoGain?: boolean | undefined;
  /** That level, dBFS, −40 … −10, default −20. RangeError otherwise. */
  readonly targetLevelDb?: Decibels | undefined;
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
  readonly #limitDb: Decibels;
  readonly #settings: ShaperSettings;
  readonly #shaper: Shaper;
  /** A piece as it came in, and as it was enhanced; the latter only where high-pass or automatic gain follow. */
  readonly #noisy: readonly Float32Array[];
  readonly #enhanced: readonly Float32Array[] | undefined;
  /** Samples of the engine's delay still to be thrown away. */
  #delayLeft: Samples;
  readonly #latency: Samples;

  /** @param sampleRateHz 3000 … 768000, RangeError otherwise. The denoiser stays the caller's. */
  constructor(denoiser: Denoiser, channelCount: number, sampleRateHz: Hertz, settings: EnhanceSettings = {}) {
    const { mix, attenuationLimitDb = NO_LIMIT_DB } = settings;
    this.#denoiser = denoiser;
    this.#mix = inRange('mix', PARAMETERS.mix, mix);
    this.#limitDb = attenuationLimitDb;
    this.#settings = shaperSettings(settings);
    this.#streams = Array.from({ length: channelCount }, () => denoiser.createStream(sampleRateHz));
    for (const stream of this.#streams) stream.attenuationLimitDb = attenuationLimitDb;
    this.#shaper = new Shaper(sampleRateHz, channelCount);
    const planes = (): Float32Array[] => this.#streams.map(() => new Float32Array(PIECE));
    this.#noisy = planes();
    this.#enhanced = this.#settings.highPassHz > 0 || this.#settings.autoGain ? planes() : undefined;
    this.#delayLeft = this.#streams[0]?.delaySamples ?? 0;
    const { framing, sampleRateHz: modelRateHz } = denoiser.manifest;
    this.#latency = this.#delayLeft + advanceWaitSamples(advanceSamples(framing), modelRateHz, sampleRateHz);
    this.#dry = this.#streams.map(() => new SampleQueue(this.#latency + PIECE));
  }

  /** Samples that are ready in every channel. */
  get available(): Samples {
    const [stream] = this.#streams;
    return stream === undefined ? 0 : Math.min(stream.available, this.#dry[0].length);
  }

  /** Samples of a recording by which {@link available} may lag behind what was pushed, at most. */
  get latencySamples(): Samples {
    return this.#latency;
  }

  /** The streams of its channels, for who steps several recordings in one batch: see {@link put}. */
  get streams(): readonly DenoiserStream[] {
    return this.#streams;
  }

  /** Takes `length` samples of every channel from `start` on, and enhances as many as make whole steps. */
  push(channels: readonly Float32Array[], start: number, length: number): void {
    this.put(channels, start, length);
    this.#run();
  }

  /**
   * {@link push} without the steps: where {@link streams} have those of one, the caller takes them, and says so by
   * {@link stepped}.
   */
  put(channels: readonly Float32Array[], start: number, length: number): void {
    for (let c = 0; c < this.#streams.length; c++) {
      this.#streams[c].push(channels[c], start, length);
      this.#dry[c].pushAll(channels[c], start, length);
    }
  }

  /** Whether {@link streams} have the samples of a step. */
  get isDue(): boolean {
    return this.#streams[0]?.hopReady ?? false;
  }

  /** After steps that others took with {@link streams}. */
  stepped(): void {
    const [first] = this.#streams;
    while (first !== undefined && this.#delayLeft > 0) {
      const count = Math.min(this.#delayLeft, first.available, PIECE);
      if (count === 0) return;
      this.#streams.forEach((stream, c) => stream.pull(this.#noisy[c], 0, count));
      this.#delayLeft -= count;
    }
  }

  /** Makes everything that was pushed available. Nothing may be pushed afterwards. */
  finish(): void {
    const silence = new Float32Array(PIECE);
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
    for (let done = 0; done < total; done += PIECE)
      this.#pullPiece(into, start + done, Math.min(PIECE, total - done), noisy);
    return total;
  }

  /** Frees the streams. Idempotent. */
  dispose(): void {
    for (const stream of this.#streams) stream.dispose();
  }

  #run(): void {
    this.#denoiser.stepAll(this.#streams);
    this.stepped();
  }

  #pullPiece(into: readonly Float32Array[], at: number, count: number, noisy?: readonly Float32Array[]): void {
    const mix = this.#mix;
    for (let c = 0; c < this.#streams.length; c++) {
      const [wet, dry] = [into[c], this.#noisy[c]];
      this.#streams[c].pull(wet, at, count);
      this.#dry[c].take(dry, 0, count);
      noisy?.[c].set(dry.subarray(0, count), at);
      this.#enhanced?.[c].set(wet.subarray(at, at + count));
      if (mix !== 1) for (let i = 0; i < count; i++) wet[at + i] = mix * wet[at + i] + (1 - mix) * dry[i];
    }
    if (this.#enhanced !== undefined) this.#shape(into, at, count, this.#enhanced);
  }

  #shape(into: readonly Float32Array[], at: number, count: number, enhanced: readonly Float32Array[]): void {
    const { highPassHz, autoGain, targetLevelDb } = this.#settings;
    this.#shaper.aim(highPassHz, autoGain, targetLevelDb);
    this.#shaper.listen(this.#noisy, enhanced, this.#limitDb, true);
    this.#shaper.process(into, into.length, at, count);
    this.#shaper.limit(into, into.length, at, count);
  }
}

/** {@link ShaperSettings} with defaults filled in and every value checked. */
function shaperSettings({ highPassHz, autoGain = false, targetLevelDb }: EnhanceSettings): ShaperSettings {
  if (typeof autoGain !== 'boolean')
    throw new TypeError(`Enhancer autoGain: expected true or false, got ${quoted(autoGain)}.`);
  return {
    highPassHz: inRange('highPassHz', PARAMETERS.highPass, highPassHz),
    autoGain,
    targetLevelDb: inRange('targetLevelDb', PARAMETERS.targetLevel, targetLevelDb),
  };
}

/** A setting, or its default. RangeError where it is out of range. */
function inRange(
  name: keyof EnhanceSettings,
  { default: usual, range: [least, most] }: { readonly default: number; readonly range: readonly [number, number] },
  value: unknown = usual,
): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw new RangeError(`Enhancer ${name}: expected ${least} to ${most}, got ${quoted(value)}.`);
}
