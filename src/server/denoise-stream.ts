/**
 * In:     PCM that an app writes or pipes, in chunks of any length
 * Out:    as many bytes in the same format, enhanced, for it to read or pipe
 * Thread: any of Node's; computes on the one that calls, or in a pool
 */
import { Duplex } from 'node:stream';
import type { Seconds } from '../shared/units.ts';
import type { OpenLane } from './lane.ts';
import type { ResolvedSound } from './options.ts';
import type { PcmFormat } from './pcm-format.ts';
import { SoundPath } from './sound-path.ts';

/**
 * A Duplex for PCM: byte j out is byte j in, enhanced. What is written before the model is there waits. Errors are
 * `'error'` events: a DenoiseError where the model cannot be loaded.
 */
export class DenoiseStream extends Duplex {
  /** Resolves when the model is there. Rejects with the reason where the stream ends before. */
  readonly ready: Promise<void>;
  readonly #path: SoundPath;
  /** What is under way; everything waits for what came before. */
  #work: Promise<void> = Promise.resolve();
  /** Bytes that have been worked on, and positions among the bytes at which another recording begins. */
  #takenBytes = 0;
  readonly #resets: number[] = [];
  #wantsMore = true;
  #onWanted: (() => void) | undefined;
  #readied: { resolve: () => void; reject: (error: Error) => void } | undefined;

  /** Streams are made by createDenoiseStream and DenoisePool.stream. @internal */
  constructor(open: OpenLane, format: PcmFormat, sound: ResolvedSound) {
    super();
    this.ready = new Promise((resolve, reject) => {
      this.#readied = { resolve, reject };
    });
    // Who does not ask hears of it by the event.
    this.ready.catch(() => {});
    this.#path = new SoundPath(open, format, sound, {
      bytes: (bytes) => {
        this.#wantsMore = this.push(bytes);
      },
      failed: (error) => this.destroy(error),
    });
    this.#start();
  }

  /**
   * How long a sample may wait for those that the model needs beside it, seconds; 0 until {@link ready}. Nothing of it
   * is in the sound: the first byte out is the first byte in.
   */
  get latency(): Seconds {
    return this.#path.latency;
  }

  /**
   * Another recording, or another speaker, begins with what is written from now on: the model forgets. What was written
   * before comes out to its last sample, so nothing moves.
   */
  reset(): void {
    if (this.writableLength > 0) this.#resets.push(this.#takenBytes + this.writableLength);
    else this.#then(() => this.#path.restart()).catch((error) => this.destroy(error));
  }

  /** @internal */
  override _write(chunk: Uint8Array, _encoding: string, callback: (error?: Error | null) => void): void {
    this.#then(() => this.#take(chunk)).then(() => {
      this.#takenBytes += chunk.length;
      callback();
    }, callback);
  }

  /** @internal */
  override _final(callback: (error?: Error | null) => void): void {
    this.#then(() => this.#path.finish()).then(() => {
      this.push(null);
      callback();
    }, callback);
  }

  /** @internal */
  override _read(): void {
    this.#wantsMore = true;
    this.#onWanted?.();
  }

  /** @internal */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#path.close();
    this.#onWanted?.();
    this.#readied?.reject(error ?? new Error('The stream was destroyed before its model was there.'));
    callback(error);
  }

  async #start(): Promise<void> {
    try {
      await this.#then(() => this.#path.open());
      this.#readied?.resolve();
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  async #take(bytes: Uint8Array): Promise<void> {
    const begin = this.#takenBytes;
    for (let at = 0; at < bytes.length || this.#resets[0] === begin + at; ) {
      const end = Math.min(bytes.length, (this.#resets[0] ?? Number.POSITIVE_INFINITY) - begin);
      await this.#path.take(end - at < bytes.length ? bytes.subarray(at, end) : bytes);
      at = end;
      if (this.#resets[0] !== begin + at) continue;
      this.#resets.shift();
      await this.#path.restart();
    }
    while (!this.#wantsMore && !this.destroyed)
      await new Promise<void>((resolve) => {
        this.#onWanted = resolve;
      });
  }

  #then(act: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(act);
    return this.#work;
  }
}
