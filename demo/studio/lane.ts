/**
 * In:     recordings to enhance, one at a time (queue.ts)
 * Out:    what the worker makes of them
 * Thread: [main]; owns one worker, and replaces it when it dies
 */
import type { Recording } from './open-recording.ts';
import type { EnhanceReport, FileSettings, PageToWorker, Stored, WorkerToPage } from './protocol.ts';
import type { SketchColumns } from './sketch.ts';

/** One recording to enhance. */
export interface EnhanceCall {
  readonly recording: Recording;
  readonly settings: FileSettings;
  readonly modelUrl: string;
  readonly signal: AbortSignal;
  readonly onProgress: (frames: number, columns: SketchColumns | undefined) => void;
}

/** What has come of it. */
export interface Enhanced {
  readonly result: Stored;
  readonly report: EnhanceReport;
}

type Answer = Extract<WorkerToPage, { type: 'done' | 'packed' }>;

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: EnhanceCall['onProgress'];
}

/** A worker that enhances one recording at a time. */
export class Lane {
  readonly #pending = new Map<number, Pending>();
  readonly #session: string;
  readonly #name: string;
  #worker: Worker | undefined;
  #lastJob = 0;
  #workers = 0;

  /**
   * @param session under which results are kept
   * @param name told from that of other lanes
   */
  constructor(session: string, name: string) {
    this.#session = session;
    this.#name = name;
  }

  async enhance({ recording, settings, modelUrl, signal, onProgress }: EnhanceCall): Promise<Enhanced> {
    const job = ++this.#lastJob;
    const request = {
      type: 'enhance',
      job,
      wav: recording.wav,
      format: recording.resultFormat,
      modelUrl,
      settings,
    } as const;
    return (await this.#ask(request, signal, onProgress)) as Extract<Answer, { type: 'done' }>;
  }

  /** A zip archive of blobs and texts. */
  async pack(entries: Extract<PageToWorker, { type: 'pack' }>['entries'], signal: AbortSignal): Promise<Stored> {
    return (await this.#ask({ type: 'pack', job: ++this.#lastJob, entries }, signal, () => {})).result;
  }

  /** Deletes a result. */
  discard({ stored }: Stored): void {
    if (stored !== undefined) this.#send({ type: 'discard', stored });
  }

  #ask(
    request: Extract<PageToWorker, { job: number }>,
    signal: AbortSignal,
    onProgress: EnhanceCall['onProgress'],
  ): Promise<Answer> {
    const { job } = request;
    const cancel = () => this.#send({ type: 'cancel', job });
    return new Promise<Answer>((resolve, reject) => {
      signal.throwIfAborted();
      this.#pending.set(job, { resolve, reject, onProgress });
      signal.addEventListener('abort', cancel);
      this.#send(request);
    }).finally(() => {
      signal.removeEventListener('abort', cancel);
      this.#pending.delete(job);
    });
  }

  #send(message: PageToWorker): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(message);
  }

  #start(): Worker {
    // The name tells files of different workers apart.
    const worker = new Worker(new URL('./studio-worker.js', import.meta.url), {
      type: 'module',
      name: `${this.#name}-${this.#workers++}`,
    });
    worker.onmessage = ({ data }: MessageEvent<WorkerToPage>) => this.#take(data);
    worker.onerror = (event) => this.#lose(event.message);
    worker.onmessageerror = () => this.#lose('a message could not be read');
    worker.postMessage({ type: 'begin', session: this.#session } satisfies PageToWorker);
    return worker;
  }

  #take(message: WorkerToPage): void {
    const pending = this.#pending.get(message.job);
    switch (message.type) {
      case 'progress':
        pending?.onProgress(message.frames, message.columns);
        break;
      case 'done':
      case 'packed':
        pending?.resolve(message);
        break;
      case 'failed':
        pending?.reject(Object.assign(new Error(message.error.message), { name: message.error.name }));
        break;
      default:
        message satisfies never;
    }
  }

  /** What the worker was at fails; the next job starts another one. */
  #lose(reason: string | undefined): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    const error = new Error(
      `The worker stopped${reason ? `: ${reason}` : ', or its script could not be fetched'}. Try again.`,
    );
    for (const { reject } of this.#pending.values()) reject(error);
  }
}
