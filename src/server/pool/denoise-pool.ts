/**
 * In:     streams that an app wants (index.ts)
 * Out:    each in the thread that carries least
 * Thread: that of the app
 */
import { EventEmitter } from 'node:events';
import { availableParallelism } from 'node:os';
import type { DenoiseError } from '../../engine/index.ts';
import type { Milliseconds } from '../../shared/units.ts';
import { DenoiseStream } from '../denoise-stream.ts';
import {
  inRange,
  type ModelOption,
  type PcmOptions,
  requireObject,
  resolveFormat,
  resolveModel,
  resolveSound,
  unexpected,
} from '../options.ts';
import { PoolThread, type ThreadOwner } from './pool-thread.ts';
import { PooledLane } from './pooled-lane.ts';
import { type Quantiles, quantilesOf } from './recent-values.ts';
import { IS_POOL_THREAD, servePool } from './serve-pool.ts';

const MOST_THREADS = 64;

/** Settings of a {@link DenoisePool}. */
export interface DenoisePoolOptions extends ModelOption {
  /**
   * Threads, each with a model of its own. Default: one less than there are processors, at least one. @min 1 @max 64
   */
  readonly threads?: number | undefined;
}

/** Settings of a stream of a pool. */
export interface PooledStreamOptions extends PcmOptions {
  /**
   * True, the default: sound as it happens. Where its thread cannot keep up, the stream gives dry sound for a while
   * rather than be late. False: recordings, which have what time is left, and wait.
   */
  readonly realtime?: boolean | undefined;
}

/** How a pool does. */
export interface PoolMetrics {
  /** Threads that have their model. */
  readonly threads: number;
  /** Streams that have not ended, and how many of them give dry sound. */
  readonly streams: number;
  readonly dry: number;
  /** Share of their time that the threads compute, on average. */
  readonly load: number;
  /** Time of one step of one channel, of the latest 1024 of each thread. */
  readonly stepMs: Quantiles;
  /** How long after its last sample was written a step was done, of the latest 1024 of each thread; realtime only. */
  readonly latenessMs: Quantiles & { readonly p50: Milliseconds };
}

/** What the events of a {@link DenoisePool} bring. */
export interface PoolEvents {
  /** Threads cannot keep up: streams were turned to dry sound. Take no more, or start more threads elsewhere. */
  overload: [state: { readonly streams: number; readonly dry: number }];
  /** All streams are enhanced again. */
  recover: [state: { readonly streams: number }];
  /** A thread ended, and is replaced: its streams give dry sound until then. */
  crash: [error: DenoiseError];
}

/** An EventEmitter of these events. Its own type takes none in declarations of Node before 22. */
interface PoolEmitter extends EventEmitter {
  on<E extends keyof PoolEvents>(event: E, listener: (...args: PoolEvents[E]) => void): this;
  once<E extends keyof PoolEvents>(event: E, listener: (...args: PoolEvents[E]) => void): this;
  off<E extends keyof PoolEvents>(event: E, listener: (...args: PoolEvents[E]) => void): this;
  emit<E extends keyof PoolEvents>(event: E, ...args: PoolEvents[E]): boolean;
}
const PoolEmitter = EventEmitter as new () => PoolEmitter;

/**
 * Many streams on several threads. Each stream stays in one thread, where those whose samples are there take their step
 * of the model, whoever has waited longest first. Throws a TypeError or RangeError for bad options.
 *
 * @example
 * ```ts
 * import { DenoisePool } from 'denoise-node/server';
 *
 * const pool = new DenoisePool({ threads: 4 });
 * const stream = pool.stream({ sampleRate: 8000, format: 'mulaw' });
 * pool.on('overload', ({ dry, streams }) => console.warn(`${dry} of ${streams} calls are not denoised`));
 * ```
 */
export class DenoisePool extends PoolEmitter {
  /** Resolves when every thread has its model. Rejects with a DenoiseError where one could not load it. */
  readonly ready: Promise<void>;
  readonly #threads: readonly PoolThread[];
  readonly #streams = new Set<DenoiseStream>();
  #closing: Promise<void> | undefined;
  #onEmpty: (() => void) | undefined;

  constructor(options: DenoisePoolOptions = {}) {
    super();
    requireObject(options, 'DenoisePool');
    const usual = Math.min(MOST_THREADS, Math.max(1, availableParallelism() - 1));
    const threads = inRange(options.threads ?? usual, [1, MOST_THREADS], 'threads', 'DenoisePool');
    if (!Number.isInteger(threads))
      throw new TypeError(unexpected('DenoisePool', 'threads', 'a whole number', threads));
    const model = resolveModel(options, 'DenoisePool');
    if (IS_POOL_THREAD)
      throw new Error(
        'DenoisePool: expected a thread of the app, this is one of a pool. Leave denoise-node out of the bundle of ' +
          'the app (as external): its threads start from its own files.',
      );
    const owner: ThreadOwner = {
      crashed: (error) => void this.emit('crash', error),
      shed: () => void this.emit('overload', { streams: this.#streams.size, dry: this.#dry }),
      returned: () => {
        if (this.#dry === 0) this.emit('recover', { streams: this.#streams.size });
      },
    };
    this.#threads = Array.from(
      { length: threads },
      () => new PoolThread(new URL(import.meta.url), { denoisePool: { model } }, owner),
    );
    this.ready = Promise.all(this.#threads.map((thread) => thread.ready)).then(() => {});
    // Who does not ask hears of it by the event, or by a stream.
    this.ready.catch(() => {});
  }

  /**
   * A stream in the thread that carries the fewest channels, as of createDenoiseStream. Throws a TypeError or
   * RangeError for bad options, an Error where the pool is closed.
   */
  stream(options: PooledStreamOptions): DenoiseStream {
    const what = 'DenoisePool.stream';
    const sound = resolveSound(options, what);
    const { realtime = true } = options;
    if (typeof realtime !== 'boolean') throw new TypeError(unexpected(what, 'realtime', 'true or false', realtime));
    if (this.#closing !== undefined) throw new Error(`${what}: expected an open pool, this one is closed.`);
    const format = resolveFormat(options, what);
    const stream = new DenoiseStream(
      (output) => PooledLane.open(this.#leastLoaded(), sound, realtime, output),
      format,
      sound,
    );
    this.#streams.add(stream);
    stream.once('close', () => {
      this.#streams.delete(stream);
      if (this.#streams.size === 0) this.#onEmpty?.();
    });
    return stream;
  }

  metrics(): PoolMetrics {
    const threads = this.#threads;
    const ready = threads.filter(({ isReady }) => isReady);
    return {
      threads: ready.length,
      streams: this.#streams.size,
      dry: this.#dry,
      load: ready.reduce((sum, { load }) => sum + load, 0) / Math.max(1, ready.length),
      stepMs: quantilesOf(threads.map(({ steps }) => steps)),
      latenessMs: quantilesOf(threads.map(({ lateness }) => lateness)),
    };
  }

  /** Takes no more streams; resolves when those that there are have ended, and the threads with them. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** {@link close}, which ends all streams at once: with an error where there is one. */
  async destroy(error?: Error): Promise<void> {
    const closing = this.close();
    for (const stream of this.#streams) stream.destroy(error);
    await closing;
  }

  /** {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    if (this.#streams.size > 0)
      await new Promise<void>((resolve) => {
        this.#onEmpty = resolve;
      });
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  get #dry(): number {
    return this.#threads.reduce((sum, { lanes }) => sum + [...lanes].filter(({ isDry }) => isDry).length, 0);
  }

  #leastLoaded(): PoolThread {
    return this.#threads.reduce((least, thread) => (thread.channels < least.channels ? thread : least));
  }
}

if (IS_POOL_THREAD) servePool();
