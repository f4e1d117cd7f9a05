/**
 * In:     jobs of a queue (work.ts), each with a model of its own
 * Out:    files and objects, by the same threads as the command line's (../worker.ts)
 * Thread: main
 */
import { modelUrl } from '../../node/bundled-models.ts';
import type { FileResult } from '../enhance-file.ts';
import { type Enhancing, enhanceInThread } from '../worker.ts';

/** Threads that take jobs, one each at a time. A thread holds one model; one that has ended is replaced. */
export class Bench {
  readonly #entry: URL;
  readonly #size: number;
  readonly #idle: { readonly model: string; readonly thread: Enhancing }[] = [];
  #busy = 0;

  /** @param entry what a thread runs */
  constructor(entry: URL, size: number) {
    this.#entry = entry;
    this.#size = size;
  }

  /** Does one job with a model. No more than the bench has room for may be under way. */
  async enhance(
    model: string,
    signal: AbortSignal,
    ...[job, settings, onProgress]: BenchArguments
  ): Promise<FileResult> {
    this.#busy += 1;
    try {
      const thread = await this.#take(model, signal);
      try {
        return await thread.enhance(job, settings, signal, onProgress);
      } finally {
        if (thread.isAlive) this.#idle.push({ model, thread });
      }
    } finally {
      this.#busy -= 1;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map(({ thread }) => thread.close()));
  }

  async #take(model: string, signal: AbortSignal): Promise<Enhancing> {
    const at = this.#idle.findIndex((one) => one.model === model);
    if (at >= 0) return this.#idle.splice(at, 1)[0].thread;
    // Those who wait with another model give up their place.
    while (this.#idle.length > 0 && this.#idle.length + this.#busy > this.#size)
      await this.#idle.shift()?.thread.close();
    return enhanceInThread(this.#entry, modelUrl(model), signal);
  }
}

type BenchArguments = [
  Parameters<Enhancing['enhance']>[0],
  Parameters<Enhancing['enhance']>[1],
  Parameters<Enhancing['enhance']>[3],
];
