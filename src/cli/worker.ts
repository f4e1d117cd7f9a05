/**
 * In:     jobs, one at a time (main.ts)
 * Out:    files (enhance-file.ts); progress and results, back to main.ts
 * Thread: both sides of one worker: enhanceInThread on the main thread, serveJobs in the worker
 */
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { Denoiser } from '../engine/index.ts';
import { enhanceFile, type FileResult } from './enhance-file.ts';
import type { Job } from './plan.ts';

/** Settings that all files of a run share. */
export interface RunSettings {
  readonly modelUrl: string;
  readonly mix: number;
  readonly attenuationLimitDb: number;
  readonly overwrite: boolean;
}

type ToWorker =
  /** Enhance one file; answered by 'done' or 'failed', with 'progress' in between. */
  | { readonly type: 'job'; readonly job: Job }
  /** Give up the current file; answered by 'failed'. */
  | { readonly type: 'abort' };

type FromWorker =
  /** The model is loaded. Sent once, or 'unusable' instead. */
  | { readonly type: 'ready'; readonly model: string; readonly version: string }
  | { readonly type: 'unusable'; readonly reason: string }
  | { readonly type: 'progress'; readonly share: number }
  | { readonly type: 'done'; readonly result: FileResult }
  | { readonly type: 'failed'; readonly reason: string };

/** Enhances files one after another, on this thread or on one of its own. */
export interface Enhancing {
  readonly model: string;
  readonly version: string;
  /** Rejects with an Error whose message is the reason. */
  enhance(job: Job, signal: AbortSignal, onProgress: (share: number) => void): Promise<FileResult>;
  /** Frees the model, and the thread. */
  close(): Promise<void>;
}

/** Loads the model on this thread. Rejects with the engine's error. */
export async function enhanceHere(settings: RunSettings): Promise<Enhancing> {
  const denoiser = await Denoiser.load({ modelUrl: settings.modelUrl });
  return {
    model: denoiser.manifest.name,
    version: denoiser.manifest.version,
    enhance: (job, signal, onProgress) => enhanceFile(denoiser, job, { ...settings, signal, onProgress }),
    close: async () => denoiser.dispose(),
  };
}

/** Starts a thread that loads a model of its own. Rejects with an Error that has the engine's message. */
export async function enhanceInThread(entry: URL, settings: RunSettings): Promise<Enhancing> {
  const worker = new Worker(entry, { workerData: settings });
  const first = await nextMessage(worker);
  if (first.type !== 'ready') {
    await worker.terminate();
    throw new Error(first.type === 'unusable' ? first.reason : `expected the thread to be ready, got "${first.type}"`);
  }
  return {
    model: first.model,
    version: first.version,
    enhance: async (job, signal, onProgress) => {
      const abort = (): void => worker.postMessage({ type: 'abort' } satisfies ToWorker);
      signal.addEventListener('abort', abort, { once: true });
      worker.postMessage({ type: 'job', job } satisfies ToWorker);
      if (signal.aborted) abort();
      try {
        for (;;) {
          const message = await nextMessage(worker);
          if (message.type === 'done') return message.result;
          if (message.type === 'failed' || message.type === 'unusable') throw new Error(message.reason);
          if (message.type === 'progress') onProgress(message.share);
        }
      } finally {
        signal.removeEventListener('abort', abort);
      }
    },
    close: async () => {
      await worker.terminate();
    },
  };
}

/** The other side. Runs for as long as the thread lives. */
export async function serveJobs(): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('serveJobs: expected a worker thread.');
  const send = (message: FromWorker): void => port.postMessage(message);
  let enhancing: Enhancing;
  try {
    enhancing = await enhanceHere(workerData as RunSettings);
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
        result: await enhancing.enhance(message.job, current.signal, (share) => send({ type: 'progress', share })),
      });
    } catch (error) {
      send({ type: 'failed', reason: reasonOf(error) });
    }
  });
  send({ type: 'ready', model: enhancing.model, version: enhancing.version });
}

/** The next message of a worker, or its end as an Error. */
function nextMessage(worker: Worker): Promise<FromWorker> {
  return new Promise((resolve, reject) => {
    const settle = (action: () => void): void => {
      worker.off('message', onMessage);
      worker.off('error', onError);
      worker.off('exit', onExit);
      action();
    };
    const onMessage = (message: FromWorker): void => settle(() => resolve(message));
    const onError = (error: unknown): void => settle(() => reject(error));
    const onExit = (status: number): void => settle(() => reject(new Error(`the thread ended with status ${status}`)));
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.on('exit', onExit);
  });
}

/** An error in one line. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
