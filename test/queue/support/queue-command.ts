/** `denoise-node queue` in processes of its own. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { type Finished, finished, startIn } from '../../support/command-line.ts';

/** How far a queue is, as `queue status --json` tells. */
export interface Status {
  readonly done: number;
  readonly underWay: number;
  readonly waiting: number;
  readonly failed: number;
  readonly seconds: number;
  readonly failures: readonly { readonly source: string; readonly attempts: number; readonly reason: string }[];
}

/** The command for one queue. */
export class QueueCommand {
  readonly #redis: string;
  readonly #queue: string;
  readonly #env: Readonly<Record<string, string>>;

  constructor(redis: string, queue: string, env: Readonly<Record<string, string>> = {}) {
    this.#redis = redis;
    this.#queue = queue;
    this.#env = env;
  }

  start(action: string, ...args: string[]): Promise<ChildProcess> {
    const where = ['--redis', this.#redis, '--queue', this.#queue];
    return startIn({ env: this.#env }, 'queue', action, ...where, ...args);
  }

  async run(action: string, ...args: string[]): Promise<Finished> {
    return finished(await this.start(action, ...args));
  }

  /** Works until nothing is left. */
  work(...args: string[]): Promise<Finished> {
    return this.run('work', '--until-empty', ...args);
  }

  async status(): Promise<Status> {
    return JSON.parse((await this.run('status', '--json')).stdout);
  }
}

/** Resolves once a stream of a process has said this. Rejects where the process ends before. */
export async function said(child: ChildProcess, stream: 'stdout' | 'stderr', what: RegExp): Promise<string> {
  let text = '';
  const found = new Promise<string>((resolve) => {
    child[stream]?.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
      if (what.test(text)) resolve(text);
    });
  });
  const ended = once(child, 'close').then(([status]) => {
    throw new Error(`expected ${what}, got the end with ${status} after:\n${text}`);
  });
  ended.catch(() => {});
  return Promise.race([found, ended]);
}

/** Resolves once something is so. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Names of what is not whole yet, in a folder and below. */
export async function partsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  return names.filter((name) => name.endsWith('.part'));
}
