/**
 * In:     all jobs of a run (main.ts)
 * Out:    each to whoever is free (worker.ts)
 * Thread: main
 */
import { rm } from 'node:fs/promises';
import { targetsOf } from './enhance-file.ts';
import type { Job } from './plan.ts';
import { partsOf } from './target.ts';
import { type Enhancing, enhanceHere, enhanceInThread, reasonOf } from './worker.ts';

/** How one file is worked on and told. Never rejects. */
export type Work = (enhance: Enhancing['enhance'], job: Job, index: number) => Promise<void>;

/** Those who work at once, each with a model of its own. One that ends over a file is replaced for the next. */
export class Crew {
  readonly #workers: Enhancing[];
  readonly #start: () => Promise<Enhancing>;

  private constructor(workers: Enhancing[], start: () => Promise<Enhancing>) {
    this.#workers = workers;
    this.#start = start;
  }

  /**
   * Loads the model as often as it is needed: once on this thread, or in `size` threads that run `entry`. Rejects with
   * what prevented it, or the signal's reason.
   */
  static async start(size: number, entry: URL, modelUrl: string, signal: AbortSignal): Promise<Crew> {
    const start = size === 1 ? () => enhanceHere(modelUrl, signal) : () => enhanceInThread(entry, modelUrl, signal);
    const started = await Promise.allSettled(Array.from({ length: size }, start));
    const workers = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failure = started.find((result) => result.status === 'rejected');
    if (failure === undefined) return new Crew(workers, start);
    await Promise.all(workers.map((worker) => worker.close()));
    throw failure.reason;
  }

  /** The model that they have loaded. */
  get model(): Pick<Enhancing, 'model' | 'version'> {
    return this.#workers[0];
  }

  /** Gives every job to one of them, until the signal is aborted, and lets them go. */
  async work(jobs: readonly Job[], work: Work, signal: AbortSignal): Promise<void> {
    let next = 0;
    await Promise.all(
      this.#workers.map(async (first) => {
        let worker = first;
        while (next < jobs.length && !signal.aborted) {
          const index = next++;
          const enhance: Enhancing['enhance'] = async (...args) => {
            if (!worker.isAlive) worker = await this.#replacement();
            return worker.enhance(...args);
          };
          await work(enhance, jobs[index], index);
          if (!worker.isAlive) await removeParts(jobs[index]);
        }
        await worker.close();
      }),
    );
  }

  async #replacement(): Promise<Enhancing> {
    try {
      return await this.#start();
    } catch (cause) {
      throw new Error(`no thread is left to work on it, and no other could be started: ${reasonOf(cause)}`, { cause });
    }
  }
}

/** What a thread that ended could not remove itself. */
async function removeParts(job: Job): Promise<void> {
  for (const part of partsOf(targetsOf(job))) await rm(part, { force: true });
}
