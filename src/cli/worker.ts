/**
 * In:     jobs, one at a time (crew.ts)
 * Out:    files (enhance-file.ts); progress and results, back to crew.ts
 * Thread: both sides of one worker: enhanceInThread on the main thread, serveJobs in the worker
 */
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { Denoiser } from '../engine/index.ts';
import type { EnhanceSettings } from '../files/enhance.ts';
import { enhanceFile, type FileResult } from './enhance-file.ts';
import type { Job } from './plan.ts';

/** How a file is enhanced. */
export interface JobSettings extends Required<EnhanceSettings> {
  readonly overwrite: boolean;
}

type ToWorker =
  /** Enhance one file; answered by 'done' or 'failed', with 'progress' in between. */
  | { readonly type: 'job'; readonly job: Job; readonly settings: JobSettings }
  /** Give up the current file; answered by 'failed'. */
  | { readonly type: 'abort' };

type FromWorker =
  /** The model is loaded. Sent once, or 'unusable' instead. */
  | { readonly type: 'ready'; readonly model: string; readonly version: string }
  | { readonly type: 'unusable'; readonly reason: string }
  | { readonly type: 'progress'; readonly share: number }
  | { readonly type: 'done'; readonly result: FileResult }
  | { readonly type: 'failed'; readonly reason: string; readonly code?: string | undefined };

/** Enhances files one after another, on this thread or on one of its own. */
export interface Enhancing {
  readonly model: string;
  readonly version: string;
  /** False once its thread has ended: it takes no more files. */
  readonly isAlive: boolean;
  /** Rejects with an Error whose message is the reason, with the `code` of the file system, store or engine. */
  enhance(
    job: Job,
    settings: JobSettings,
    signal: AbortSignal,
    onProgress: (share: number) => void,
  ): Promise<FileResult>;
  /** Frees the model, and the thread. */
  close(): Promise<void>;
}

/** Loads the model on this thread. Rejects with the engine's error, or the signal's reason. */
export async function enhanceHere(modelUrl: string, signal?: AbortSignal): Promise<Enhancing> {
  const denoiser = await Denoiser.load({ modelUrl, signal });
  return {
    model: denoiser.manifest.name,
    version: denoiser.manifest.version,
    isAlive: true,
    enhance: (job, settings, signal, onProgress) => enhanceFile(denoiser, job, { ...settings, signal, onProgress }),
    close: async () => denoiser.dispose(),
  };
}

/**
 * Starts a thread that loads a model of its own. Rejects with an Error that has the engine's message, or the signal's
 * reason.
 */
export async function enhanceInThread(entry: URL, modelUrl: string, signal: AbortSignal): Promise<Enhancing> {
  // Of named pipes Node would close what has been closed, and by then belongs to another thread.
  const thread = new Thread(new Worker(entry, { workerData: modelUrl, trackUnmanagedFds: false }));
  const end = (): void => void thread.end();
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    const first = await thread.next();
    if (first.type === 'ready') return new EnhancingThread(thread, first.model, first.version);
    throw new Error(first.type === 'unusable' ? first.reason : `expected a thread to be ready, got "${first.type}"`);
  } catch (error) {
    await thread.end();
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', end);
  }
}

class EnhancingThread implements Enhancing {
  readonly #thread: Thread;

  constructor(
    thread: Thread,
    readonly model: string,
    readonly version: string,
  ) {
    this.#thread = thread;
  }

  get isAlive(): boolean {
    return this.#thread.isAlive;
  }

  async enhance(...[job, settings, signal, onProgress]: Parameters<Enhancing['enhance']>): Promise<FileResult> {
    const thread = this.#thread;
    const abort = (): void => thread.send({ type: 'abort' });
    signal.addEventListener('abort', abort, { once: true });
    thread.send({ type: 'job', job, settings });
    if (signal.aborted) abort();
    try {
      for (;;) {
        const message = await thread.next();
        if (message.type === 'done') return message.result;
        if (message.type === 'failed') throw Object.assign(new Error(message.reason), { code: message.code });
        if (message.type === 'unusable') throw new Error(message.reason);
        if (message.type === 'progress') onProgress(message.share);
      }
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  close(): Promise<void> {
    return this.#thread.end();
  }
}

/** A worker and its mail, kept until it is asked for. Its end is the last that it has to say. */
class Thread {
  readonly #worker: Worker;
  readonly #mail: FromWorker[] = [];
  #waiting: { readonly resolve: (message: FromWorker) => void; readonly reject: (end: Error) => void } | undefined;
  #failure: unknown;
  #end: Error | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (message: FromWorker) => {
      if (this.#waiting === undefined) this.#mail.push(message);
      else this.#waiting.resolve(message);
      this.#waiting = undefined;
    });
    // The end follows.
    worker.on('error', (error) => {
      this.#failure = error;
    });
    worker.on('exit', (status) => {
      this.#end = endOf(this.#failure, status);
      this.#waiting?.reject(this.#end);
      this.#waiting = undefined;
    });
  }

  get isAlive(): boolean {
    return this.#end === undefined;
  }

  send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  /** The next message; rejects where the thread has ended. One at a time. */
  next(): Promise<FromWorker> {
    const message = this.#mail.shift();
    if (message !== undefined) return Promise.resolve(message);
    if (this.#end !== undefined) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

function endOf(failure: unknown, status: number): Error {
  const isOutOfMemory = codeOf(failure) === 'ERR_WORKER_OUT_OF_MEMORY';
  const how =
    failure === undefined ? ` with status ${status}` : `: ${isOutOfMemory ? 'out of memory' : reasonOf(failure)}`;
  return Object.assign(new Error(`the thread that worked on it ended${how}`, { cause: failure }), { code: 'THREAD' });
}

/** The other side. Runs for as long as the thread lives. */
export async function serveJobs(): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('serveJobs: expected a worker thread.');
  const send = (message: FromWorker): void => port.postMessage(message);
  let enhancing: Enhancing;
  try {
    enhancing = await enhanceHere(workerData as string);
  } catch (error) {
    send({ type: 'unusable', reason: reasonOf(error) });
    return;
  }
  let current: AbortController | undefined;
  port.on('message', async (message: ToWorker) => {
    if (message.type === 'abort') {
      current?.abort();
      return;
    }
    current = new AbortController();
    try {
      send({
        type: 'done',
        result: await enhancing.enhance(message.job, message.settings, current.signal, (share) =>
          send({ type: 'progress', share }),
        ),
      });
    } catch (error) {
      send({ type: 'failed', reason: reasonOf(error), code: codeOf(error) });
    }
  });
  send({ type: 'ready', model: enhancing.model, version: enhancing.version });
}

/** What the file system, the store or the engine calls an error; undefined for what is wrong with a recording. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** An error in one line. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
