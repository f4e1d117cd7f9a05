import { BELL_WORDS, BellWord } from '../shared/control-block.ts';
import { DenoiseError, fromErrorData } from '../shared/errors.ts';
import type { MainToWorker, PipeMode, Refusal, WorkerToMain } from '../shared/protocol.ts';
import type { Milliseconds, Seconds } from '../shared/units.ts';
import { Patience } from '../shared/waiting/patience.ts';
import { bundlerHint } from './bundler-hint.ts';
import { MODULE_PATIENCE_MS } from './modules.ts';
import { PolicyWatch } from './policy-watch.ts';
import { startWorker } from './start-worker.ts';
import type { TrustedUrl } from './trusted-url.ts';

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
/** A request without its number, which the client adds. */
export type WorkerRequest = DistributiveOmit<MainToWorker, 'requestId'>;
type Answer<T extends WorkerToMain['type']> = Extract<WorkerToMain, { type: T }>;
type NumberedAnswer = Extract<WorkerToMain, { requestId: number }>;

/** What a loaded model says about itself. */
export type ModelFacts = Answer<'model-ready'>;

/**
 * How long a worker may take to answer what needs no network, beyond the steps that it is at. Loading a model has no
 * limit here: the worker itself tells of a server that falls silent.
 */
const ANSWER_MS: Milliseconds = 10_000;
const ANSWER_STEPS = 2;

interface Pending {
  readonly resolve: (answer: NumberedAnswer) => void;
  readonly reject: (error: DenoiseError) => void;
}

/**
 * One worker as the page sees it: requests and answers, the doorbell, and the news of its death. worker-pool.ts makes
 * it and shares it among nodes. [main]
 */
export class WorkerClient {
  /** The doorbell that worklets ring in shared mode; undefined in message mode. */
  readonly bell: Int32Array<SharedArrayBuffer> | undefined;
  /** What the content policy of the worker has refused so far. */
  readonly refusals: Refusal[] = [];
  readonly #worker: Worker;
  readonly #url: string | TrustedUrl;
  readonly #policy: PolicyWatch;
  readonly #pending = new Map<number, Pending>();
  readonly #models = new Map<string, Promise<ModelFacts>>();
  readonly #deathListeners = new Set<(error: DenoiseError) => void>();
  #lastRequestId = 0;
  #booted = false;
  #hasModel = false;
  readonly #boot: Patience;
  #death: DenoiseError | undefined;

  /** Starts the worker. Where it cannot start, the first request rejects with 'module-load'. */
  constructor(url: string | TrustedUrl, mode: PipeMode) {
    this.#url = url;
    this.#policy = new PolicyWatch([String(url)]);
    this.bell =
      mode === 'shared' ? new Int32Array(new SharedArrayBuffer(BELL_WORDS * Int32Array.BYTES_PER_ELEMENT)) : undefined;
    try {
      this.#worker = startWorker(url);
    } catch (cause) {
      this.#policy.end();
      throw this.#loadError(cause);
    }
    this.#boot = new Patience(MODULE_PATIENCE_MS, () =>
      this.#die(this.#loadError(`no answer within ${MODULE_PATIENCE_MS / 1000} s`)),
    );
    this.#worker.onmessage = (event: MessageEvent<WorkerToMain>) => this.#receive(event.data);
    this.#worker.onmessageerror = () => this.#die(crashed('sent a message that could not be read'));
    this.#worker.onerror = (event) => {
      event.preventDefault(); // The app hears of it by the node's 'error' event, not by the console.
      const cause = event.error ?? event.message;
      this.#die(this.#booted ? crashed(`threw: ${event.message}`, cause) : this.#loadError(cause));
    };
  }

  /** What the worker died of; undefined while it lives. */
  get death(): DenoiseError | undefined {
    return this.#death;
  }

  /** A model has loaded: it is worth keeping. */
  get hasModel(): boolean {
    return this.#hasModel;
  }

  /** Calls back once if the worker dies (not when it is terminated on purpose). Returns how to stop listening. */
  onDeath(listener: (error: DenoiseError) => void): () => void {
    this.#deathListeners.add(listener);
    return () => this.#deathListeners.delete(listener);
  }

  /** Loads a model; the same URL is fetched once. Rejects with what went wrong, and may then be tried again. */
  loadModel(modelUrl: string, wasmUrl: string): Promise<ModelFacts> {
    const known = this.#models.get(modelUrl);
    if (known !== undefined) return known;
    const loading = this.#request({ type: 'load-model', modelUrl, wasmUrl }, 'model-ready');
    this.#models.set(modelUrl, loading);
    loading.then(
      () => {
        this.#hasModel = true;
      },
      () => this.#models.delete(modelUrl),
    );
    return loading;
  }

  /** How long a step of a model takes that has loaded. A worker that does not answer this is dead. */
  measure(modelUrl: string): Promise<Answer<'measured'>> {
    return this.#answerIn(ANSWER_MS, this.#request({ type: 'measure', modelUrl }, 'measured'), 'measure');
  }

  /** A worker that does not answer this is dead. @param stepSeconds time of sound in one step of its model */
  open(request: Extract<WorkerRequest, { type: 'open' }>, stepSeconds: Seconds): Promise<Answer<'opened'>> {
    const { pipe } = request;
    const opening = this.#request(request, 'opened', pipe.mode === 'message' ? [pipe.port] : []);
    return this.#answerIn(ANSWER_MS + 1000 * ANSWER_STEPS * stepSeconds, opening, 'open');
  }

  close(nodeId: number): void {
    if (this.#death === undefined) this.#post({ type: 'close', nodeId });
  }

  /** What the worker holds; undefined where it is dead, or so busy that it does not answer. */
  census(): Promise<Answer<'census'> | undefined> {
    return new Promise((resolve) => {
      const patience = new Patience(ANSWER_MS, () => resolve(undefined));
      this.#request({ type: 'census' }, 'census')
        .then(resolve, () => resolve(undefined))
        .finally(() => patience.end());
    });
  }

  /** Wakes a waiting worker, so that it looks around. */
  ring(): void {
    if (this.bell === undefined) return;
    Atomics.add(this.bell, BellWord.BELL, 1);
    Atomics.notify(this.bell, BellWord.BELL);
  }

  /** Declares the worker dead, because its owner found out by other means (its heart stood still). */
  declareDead(why: string): void {
    this.#die(crashed(why));
  }

  /** Ends the worker on purpose; pending requests reject. */
  terminate(): void {
    this.#deathListeners.clear();
    this.#die(crashed('was terminated'));
  }

  #answerIn<T>(patienceMs: Milliseconds, answer: Promise<T>, what: MainToWorker['type']): Promise<T> {
    const patience = new Patience(patienceMs, () =>
      this.#die(crashed(`did not answer "${what}" within ${patienceMs / 1000} s`)),
    );
    return answer.finally(() => patience.end());
  }

  #request<T extends NumberedAnswer['type']>(
    request: WorkerRequest,
    answer: T,
    transfer: Transferable[] = [],
  ): Promise<Answer<T>> {
    if (this.#death !== undefined) return Promise.reject(this.#death);
    return new Promise<Answer<T>>((resolve, reject) => {
      const settle = (message: NumberedAnswer): void => {
        if (message.type === 'failed') reject(fromErrorData(message.error));
        else if (message.type === answer) resolve(message as unknown as Answer<T>);
        else reject(crashed(`answered "${message.type}" where "${answer}" was expected`));
      };
      this.#pending.set(this.#post(request, transfer), { resolve: settle, reject });
    });
  }

  /** Sends a request and returns its number. */
  #post(request: WorkerRequest, transfer: Transferable[] = []): number {
    this.#lastRequestId += 1;
    const requestId = this.#lastRequestId;
    this.#worker.postMessage({ ...request, requestId }, transfer);
    if (this.bell !== undefined) {
      // A worker that waits on its bell reads its messages only when it learns how many there are. So: message, count,
      // bell.
      Atomics.add(this.bell, BellWord.MAIL, 1);
      this.ring();
    }
    return requestId;
  }

  #receive(message: WorkerToMain): void {
    switch (message.type) {
      case 'booted':
        this.#booted = true;
        this.#boot.end();
        this.#policy.end();
        return;
      case 'crashed':
        this.#die(fromErrorData(message.error));
        return;
      case 'refused':
        this.refusals.push(message.refusal);
        return;
      case 'model-ready':
      case 'opened':
      case 'measured':
      case 'census':
      case 'failed': {
        const pending = this.#pending.get(message.requestId);
        if (pending === undefined) return; // The node was disposed, and nobody waits for it.
        this.#pending.delete(message.requestId);
        pending.resolve(message);
        return;
      }
      default:
        message satisfies never;
        this.#die(
          crashed(
            `sent a message that this version does not know: ${JSON.stringify(message)}. ` +
              'Are denoise-node.js and denoise-worker.js of one version?',
          ),
        );
    }
  }

  #die(error: DenoiseError): void {
    if (this.#death !== undefined) return;
    this.#death = error;
    this.#boot.end();
    this.#policy.end();
    this.#worker.terminate();
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
    for (const listener of this.#deathListeners) listener(error);
    this.#deathListeners.clear();
  }

  #loadError(cause: unknown): DenoiseError {
    return new DenoiseError(
      'module-load',
      `The worker ${this.#url} did not start. Serve denoise-worker.js there from the page's own origin, or pass its ` +
        'URL as assets.worker; a content security policy must allow it (worker-src; from another origin, with blob:; ' +
        'under Trusted Types with the policy denoise-node, or by a TrustedScriptURL as assets.worker).' +
        this.#policy.sentence +
        bundlerHint(String(this.#url)),
      { cause },
    );
  }
}

function crashed(what: string, cause?: unknown): DenoiseError {
  return new DenoiseError(
    'worker-crashed',
    `The denoising worker ${what}.`,
    cause === undefined ? undefined : { cause },
  );
}
