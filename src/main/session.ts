/**
 * In:     options and the node graph of one DenoiseNode
 * Out:    a worklet and a worker that are introduced to each other; state, events and figures for the node
 * Thread: [main]
 *
 *   loading ──▶ running ◀──▶ overloaded          any ──▶ failed (dry, until retry)
 *      ▲           ▼                             any ──▶ disposed
 *      └─── recovering (its worker died: only so often in a row, see restarts.ts)
 */
import { DenoiseError } from '../shared/errors.ts';
import type { Samples, Seconds } from '../shared/units.ts';
import { resolveAssets } from './assets.ts';
import type { AudioFamily } from './audio-family.ts';
import type { DenoiseMetrics, DenoiseMode, DenoiseState } from './events.ts';
import { ModelSwitch } from './model-switch.ts';
import type { NodeGraph } from './node-graph.ts';
import { obstacleTo } from './obstacles.ts';
import type { ResolvedOptions } from './options.ts';
import { Reporter } from './reporter.ts';
import { Supervisor } from './supervisor.ts';
import { WorkletHolder } from './worklet-holder.ts';

/** What the session needs of its node. */
export interface SessionHost {
  readonly context: BaseAudioContext;
  readonly graph: NodeGraph;
  readonly dispatch: (event: Event) => void;
  /** Takes the node apart; the context has closed. */
  readonly dispose: (reason: string) => void;
}

/** The life of one node, from loading to dispose. */
export class Session {
  readonly #host: SessionHost;
  readonly #options: ResolvedOptions;
  readonly #reporter: Reporter;
  readonly #worklet: WorkletHolder;
  readonly #supervisor: Supervisor;
  readonly #switch: ModelSwitch;
  readonly #stopListening: () => void;
  #error: DenoiseError | undefined;
  #ready!: Promise<void>;
  #resolveReady: () => void = () => {};
  #rejectReady: (error: unknown) => void = () => {};
  #isReady = false;

  /** Begins at once, in a microtask: a listener added right after `new` hears even what fails immediately. */
  constructor(host: SessionHost, family: AudioFamily, options: ResolvedOptions, expectedLatency: Samples) {
    const { context, graph } = host;
    this.#host = host;
    this.#options = options;
    const reporter = new Reporter(context, host.dispatch, expectedLatency);
    const worklet = new WorkletHolder(
      {
        context,
        graph,
        maxChannels: options.maxChannels,
        latencySamples: () => reporter.latencySamples,
        isDisposed: () => reporter.state === 'disposed',
        takeWords: (nodeId, words) => supervisor.takeWords(nodeId, words),
        died: () => this.#workletDied(),
      },
      family,
    );
    const supervisor = new Supervisor({
      context,
      options,
      reporter,
      worklet,
      isOver: () => this.#isOver,
      checkContext: () => this.#checkContext(),
      switched: () => this.#switch.done,
      running: () => {
        this.#isReady = true;
        this.#resolveReady();
      },
      fail: (error) => this.#fail(error),
    });
    const retry = (): Promise<void> => {
      this.retry();
      return this.#ready;
    };
    this.#switch = new ModelSwitch({ context, options, reporter, supervisor, retry });
    [this.#reporter, this.#worklet, this.#supervisor] = [reporter, worklet, supervisor];
    this.#promiseReady();
    const onStateChange = (): void => this.#contextChanged();
    context.addEventListener('statechange', onStateChange);
    this.#stopListening = () => context.removeEventListener('statechange', onStateChange);
    queueMicrotask(() => this.#start());
  }

  /** Settled once for each attempt: {@link retry} makes a new one. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  /** What made it fail, while it is failed. */
  get error(): DenoiseError | undefined {
    return this.#error;
  }

  get state(): DenoiseState {
    return this.#reporter.state;
  }

  get mode(): DenoiseMode {
    return this.#reporter.mode;
  }

  get latency(): Seconds {
    return this.#reporter.latency;
  }

  get model(): string | URL {
    return this.#supervisor.choice?.model ?? this.#options.model;
  }

  /** See {@link DenoiseNode.setModel}. */
  setModel(model: string | URL): Promise<void> {
    return this.#switch.to(model);
  }

  getMetrics(): DenoiseMetrics {
    return this.#reporter.getMetrics();
  }

  reset(): void {
    this.#worklet.client?.post({ type: 'reset' });
  }

  /** Begins anew after a failure. */
  retry(): void {
    if (this.state !== 'failed') return;
    this.#error = undefined;
    this.#supervisor.forgetRestarts();
    this.#isReady = false;
    this.#promiseReady();
    this.#reporter.setState('loading', 'Trying again.');
    this.#start();
  }

  /** Lets go of worklet and worker. The graph is the node's to take apart. Idempotent. */
  dispose(reason: string): void {
    if (this.state === 'disposed') return;
    this.#supervisor.close();
    this.#stopListening();
    this.#worklet.client?.dispose();
    this.#reporter.setState('disposed', reason);
    this.#rejectReady(new DOMException('The DenoiseNode was disposed before it was ready.', 'AbortError'));
    this.#switch.abort(new DOMException('The DenoiseNode was disposed before the model had loaded.', 'AbortError'));
  }

  get #isOver(): boolean {
    return this.state === 'failed' || this.state === 'disposed';
  }

  #promiseReady(): void {
    this.#ready = new Promise<void>((resolve, reject) => {
      this.#resolveReady = resolve;
      this.#rejectReady = reject;
    });
    this.#ready.catch(() => {}); // An app that only listens to 'error' has no rejection to handle.
  }

  #start(): void {
    if (this.#isOver) return;
    const obstacle = obstacleTo(this.#host.context, this.#options.transport);
    if (obstacle !== undefined) {
      this.#fail(obstacle);
      return;
    }
    const { model, assets } = this.#options;
    try {
      this.#supervisor.choice ??= { model, assets: resolveAssets(assets, model) };
    } catch (error) {
      this.#fail(error as DenoiseError);
      return;
    }
    void this.#supervisor.serve();
  }

  #contextChanged(): void {
    this.#checkContext();
    if (this.#host.context.state === 'closed') this.#host.dispose('The context was closed.');
  }

  /** A context that has closed, or begun to render, before the node was ready is a failure of its own. */
  #checkContext(): void {
    const obstacle = this.#isReady ? undefined : obstacleTo(this.#host.context, this.#options.transport);
    if (obstacle !== undefined) this.#fail(obstacle);
  }

  #workletDied(): void {
    this.#reporter.latencySamples = this.#host.graph.fallBack(this.#reporter.latencySamples);
    this.#fail(
      new DenoiseError(
        'worker-crashed',
        'The audio processor threw, so the node passes the dry signal. Make a new node; please report this.',
      ),
    );
  }

  /** One error, one event; the dry signal goes on. */
  #fail(error: DenoiseError): void {
    if (this.#isOver) return;
    this.#supervisor.close();
    this.#error = error;
    this.#reporter.setState('failed', error.message);
    this.#rejectReady(error);
    this.#switch.abort(error);
    this.#reporter.emit('error', { error });
  }
}
