/**
 * In:     options and the node graph of one DenoiseNode
 * Out:    a worklet and a worker that are introduced to each other; state, events and figures for the node
 * Thread: [main]
 *
 *   loading ──▶ running ◀──▶ overloaded          any ──▶ failed (dry, until retry)
 *      ▲           ▼                             any ──▶ disposed
 *      └─── recovering (its worker died: only so often in a row, see restarts.ts)
 */
import type { DenoiseError } from '../shared/errors.ts';
import type { Samples } from '../shared/units.ts';
import type { AudioFamily } from './audio-family.ts';
import { chooseModel } from './auto/model-choice.ts';
import { ModelSwitch, type SwitchHost } from './model-switch.ts';
import type { NodeGraph } from './node-graph.ts';
import { abortError, obstacleTo } from './obstacles.ts';
import type { ResolvedOptions } from './options.ts';
import { everyLook } from './page-timer.ts';
import { Reporter } from './reporter.ts';
import { Supervisor, type SupervisorHost } from './supervisor.ts';
import { WorkletHolder, type WorkletHost } from './worklet-holder.ts';

/** What the session needs of its node. */
export interface SessionHost {
  readonly context: BaseAudioContext;
  readonly graph: NodeGraph;
  readonly dispatch: (event: Event) => void;
  /** Whether the app will hear of a failure. */
  readonly isHeard: () => boolean;
  /** Takes the node apart; the context has closed. */
  readonly dispose: (reason: string) => void;
}

/** The life of one node, from loading to dispose. Its parts (the fields without a #) are handed the session itself. */
export class Session implements WorkletHost, SupervisorHost, SwitchHost {
  readonly context: BaseAudioContext;
  readonly graph: NodeGraph;
  readonly options: ResolvedOptions;
  readonly reporter: Reporter;
  readonly worklet: WorkletHolder;
  readonly supervisor: Supervisor;
  readonly modelSwitch: ModelSwitch;
  readonly #disposeNode: (reason: string) => void;
  readonly #isHeard: () => boolean;
  readonly #stopListening: () => void;
  #stopLooking: () => void = () => {};
  #error: DenoiseError | undefined;
  #ready!: Promise<void>;
  #resolveReady: () => void = () => {};
  #rejectReady: (error: unknown) => void = () => {};
  #isReady = false;

  /** Begins at once, in a microtask: a listener added right after `new` hears even what fails immediately. */
  constructor(host: SessionHost, family: AudioFamily, options: ResolvedOptions, expectedLatency: Samples) {
    const { context, graph, dispatch, isHeard, dispose } = host;
    this.context = context;
    this.graph = graph;
    this.options = options;
    this.#disposeNode = dispose;
    this.#isHeard = isHeard;
    this.reporter = new Reporter(context, dispatch, expectedLatency, () => this.supervisor.runningModel);
    this.worklet = new WorkletHolder(this, family);
    this.supervisor = new Supervisor(this);
    this.modelSwitch = new ModelSwitch(this);
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

  /** The node has failed or is disposed. */
  get isOver(): boolean {
    const { state } = this.reporter;
    return state === 'failed' || state === 'disposed';
  }

  /** Begins anew after a failure; does nothing otherwise. */
  retry(): void {
    if (this.reporter.state !== 'failed') return;
    this.#error = undefined;
    this.supervisor.forgetRestarts();
    this.#isReady = false;
    this.#promiseReady();
    this.reporter.setState('loading', 'Trying again.');
    this.#start();
  }

  /** Lets go of worklet and worker; resolves when the worklet has ended. The graph is the node's to take apart. */
  async dispose(reason: string): Promise<void> {
    this.supervisor.close();
    this.#stopListening();
    this.#stopLooking();
    const ending = this.worklet.dispose();
    this.reporter.setState('disposed', reason);
    this.#rejectReady(abortError('The DenoiseNode was disposed before it was ready.'));
    this.modelSwitch.abort(abortError('The DenoiseNode was disposed before the model had loaded.'));
    await ending;
  }

  /** The app wants to hear who speaks, also while the output leads nowhere. */
  tellVoice(): void {
    if (this.reporter.state === 'disposed') return;
    this.graph.keepAwake();
    this.worklet.tellVoice();
  }

  /** The enhanced signal is on. */
  running(): void {
    this.#isReady = true;
    this.#resolveReady();
  }

  /** One error, one event, or a line in the console where nobody listens to it; the dry signal goes on. */
  fail(error: DenoiseError): void {
    if (this.isOver) return;
    this.supervisor.close();
    this.#stopLooking();
    this.#error = error;
    this.reporter.setState('failed', error.message);
    this.#rejectReady(error);
    this.modelSwitch.abort(error);
    this.reporter.emit('error', { error });
    if (!this.#isHeard()) console.warn(unheard(error));
  }

  /** A context that has closed, or begun to render, before the node was ready is a failure of its own. */
  checkContext(): void {
    const obstacle = this.#isReady ? undefined : obstacleTo(this.context, this.options.transport);
    if (obstacle !== undefined) this.fail(obstacle);
  }

  #promiseReady(): void {
    this.#ready = new Promise<void>((resolve, reject) => {
      this.#resolveReady = resolve;
      this.#rejectReady = reject;
    });
    this.#ready.catch(() => {}); // An app that only listens to 'error' has no rejection to handle.
  }

  #start(): void {
    if (this.isOver) return;
    const obstacle = obstacleTo(this.context, this.options.transport);
    if (obstacle !== undefined) {
      this.fail(obstacle);
      return;
    }
    const { model, assets } = this.options;
    try {
      this.supervisor.choice ??= chooseModel(assets, model);
    } catch (error) {
      this.fail(error as DenoiseError);
      return;
    }
    // The context of an iframe that was removed is closed without an event.
    this.#stopLooking();
    this.#stopLooking = everyLook(() => {
      if (this.context.state === 'closed') this.#contextChanged();
    });
    void this.supervisor.serve();
  }

  #contextChanged(): void {
    this.checkContext();
    if (this.context.state === 'closed') this.#disposeNode('The context was closed.');
  }
}

/** For the person who has not thought of failures yet. */
function unheard({ code, message }: DenoiseError): string {
  return (
    `DenoiseNode passes the sound on as it is, because of '${code}': ${message} ` +
    "Nothing listens to its 'error' event, nor to its promise `ready`: an app that does can tell people, and retry()."
  );
}
