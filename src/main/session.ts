/**
 * In: options and the node graph of one DenoiseNode.
 * Out: a worklet and a worker that are introduced to each other; state, events and figures for the node.
 * Thread: [main]
 *
 *   loading ──▶ running ◀──▶ overloaded          any ──▶ failed (dry, until retry)
 *      ▲           ▼                              any ──▶ disposed
 *      └─── recovering (its worker died: at most MAX_RESTARTS in a row)
 */

import { CONTROL_WORDS, Word } from '../shared/control-block.ts';
import { DenoiseError } from '../shared/errors.ts';
import type { TransportMode } from '../shared/protocol.ts';
import type { Samples, Seconds } from '../shared/units.ts';
import { type AssetUrls, resolveAssets } from './assets.ts';
import { type AudioFamily, isOfflineContext } from './audio-family.ts';
import type { DenoiseEventMap, DenoiseMetrics, DenoiseMode, DenoiseState } from './events.ts';
import { addTotals, loadOf, metricsOf, NO_TOTALS, restingWords } from './metrics.ts';
import { explainMissing } from './missing-model.ts';
import { addModuleOnce } from './modules.ts';
import type { NodeGraph } from './node-graph.ts';
import { type ResolvedOptions, requireModel } from './options.ts';
import { everyLook } from './page-timer.ts';
import { openRoute, type Route } from './route.ts';
import { canShareMemory, missingFeature } from './support.ts';
import { audioEchoed } from './transport.ts';
import { WordWatch } from './word-watch.ts';
import { WorkletLink } from './worklet-link.ts';

/** A worker that dies this often in a row is not started again. */
const MAX_RESTARTS = 3;
/** After so much health a restart is not "in a row" any more. */
const HEALTHY_SECONDS = 60;
/** How long the audio thread may take to echo the probe once the context runs. */
const ECHO_SECONDS = 1;

/** What the session needs of its node. */
export interface SessionHost {
  readonly context: BaseAudioContext;
  readonly graph: NodeGraph;
  readonly dispatch: (event: Event) => void;
  /** Takes the node apart; the context has closed. */
  readonly dispose: (reason: string) => void;
}

/** A model as it was asked for, and where its files are. */
interface Choice {
  readonly model: string | URL;
  readonly assets: AssetUrls;
}

/** The life of one node, from loading to dispose. */
export class Session {
  readonly #host: SessionHost;
  readonly #family: AudioFamily;
  readonly #options: ResolvedOptions;
  readonly #stopListening: () => void;
  #state: DenoiseState = 'loading';
  #mode: DenoiseMode = 'passthrough';
  #error: DenoiseError | undefined;
  #ready!: Promise<void>;
  #resolveReady: () => void = () => {};
  #rejectReady: (error: unknown) => void = () => {};
  #isReady = false;
  #link: WorkletLink | undefined;
  /** The worklet that is coming or there, for every attempt the same. */
  #worklet: Promise<WorkletLink> | undefined;
  /** The model in use, or the one that is being loaded for want of any. */
  #choice: Choice | undefined;
  /** The {@link setModel} under way, and how to give it up. */
  #switch: { readonly abort: AbortController; readonly done: Promise<void> } | undefined;
  /** Whoever opens a route takes a number; one whose number is not the last any more has lost his turn. */
  #turn = 0;
  #route: Route | undefined;
  #stopLooking: () => void = () => {};
  /** The words of the present route, or of the last one, and the counts of those before it. */
  #words: Int32Array = new Int32Array(CONTROL_WORDS);
  #totals = NO_TOTALS;
  #latencySamples: Samples;
  #toldLatency: Seconds;
  #restarts = 0;
  #runningSince: Seconds = 0;
  /** Shared memory was refused by the audio thread. */
  #sharedIsBroken = false;

  /** Begins at once, in a microtask: a listener added right after `new` hears even what fails immediately. */
  constructor(host: SessionHost, family: AudioFamily, options: ResolvedOptions, expectedLatency: Samples) {
    this.#host = host;
    this.#family = family;
    this.#options = options;
    this.#latencySamples = expectedLatency;
    this.#toldLatency = expectedLatency / host.context.sampleRate;
    this.#promiseReady();
    const { context } = host;
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
    return this.#state;
  }

  get mode(): DenoiseMode {
    return this.#mode;
  }

  /** Total latency: what the worklet says, or what was promised when it was attached. */
  get latency(): Seconds {
    const now = this.#route === undefined ? 0 : Atomics.load(this.#words, Word.LATENCY_SAMPLES);
    if (now !== 0) this.#latencySamples = now;
    return this.#latencySamples / this.#host.context.sampleRate;
  }

  get model(): string | URL {
    return this.#choice?.model ?? this.#options.model;
  }

  /** See {@link DenoiseNode.setModel}. */
  async setModel(model: string | URL): Promise<void> {
    const wanted = requireModel(model, 'DenoiseNode.setModel');
    // A node that was made just now begins in a microtask of its own, which comes before this one.
    await Promise.resolve();
    this.#requireSwitchable();
    const choice = this.#choose(wanted);
    if (this.#state === 'failed') return this.#retryWith(choice);
    this.#switch?.abort.abort(new DOMException('Another model was chosen before this one had loaded.', 'AbortError'));
    const abort = new AbortController();
    const mine = { abort, done: unlessAborted(this.#switchTo(choice, abort.signal), abort.signal) };
    this.#switch = mine;
    try {
      await mine.done;
    } finally {
      if (this.#switch === mine) this.#switch = undefined;
    }
  }

  getMetrics(): DenoiseMetrics {
    return metricsOf(this.#words, this.#totals, this.#host.context, this);
  }

  reset(): void {
    this.#link?.post({ type: 'reset' });
  }

  /** Begins anew after a failure. */
  retry(): void {
    if (this.#state !== 'failed') return;
    this.#error = undefined;
    this.#restarts = 0;
    this.#isReady = false;
    this.#promiseReady();
    this.#setState('loading', 'Trying again.');
    this.#start();
  }

  /** Begins anew after a failure, with another model, and remembers the one before where that fails too. */
  async #retryWith(choice: Choice): Promise<void> {
    const before = this.#choice;
    this.#choice = choice;
    this.retry();
    try {
      await this.#ready;
      this.#emit('modelchange', { model: choice.model });
    } catch (error) {
      if (this.#choice === choice) this.#choice = before;
      throw error;
    }
  }

  /** Lets go of worklet and worker. The graph is the node's to take apart. Idempotent. */
  dispose(reason: string): void {
    if (this.#state === 'disposed') return;
    this.#closeRoute();
    this.#stopListening();
    this.#link?.dispose();
    this.#setState('disposed', reason);
    this.#rejectReady(new DOMException('The DenoiseNode was disposed before it was ready.', 'AbortError'));
    this.#switch?.abort.abort(
      new DOMException('The DenoiseNode was disposed before the model had loaded.', 'AbortError'),
    );
  }

  #promiseReady(): void {
    this.#ready = new Promise<void>((resolve, reject) => {
      this.#resolveReady = resolve;
      this.#rejectReady = reject;
    });
    this.#ready.catch(() => {}); // An app that only listens to 'error' has no rejection to handle.
  }

  get #ended(): boolean {
    return this.#state === 'failed' || this.#state === 'disposed';
  }

  #start(): void {
    if (this.#ended) return;
    const obstacle = this.#obstacle();
    if (obstacle !== undefined) {
      this.#fail(obstacle);
      return;
    }
    try {
      this.#choice ??= this.#choose(this.#options.model);
    } catch (error) {
      this.#fail(error as DenoiseError);
      return;
    }
    const worklet = this.#worklet ?? this.#bringWorklet(this.#choice.assets.worklet);
    this.#worklet = worklet;
    // The route that waits for it hears of it.
    worklet.catch(() => {
      if (this.#worklet === worklet) this.#worklet = undefined;
    });
    void this.#serve();
  }

  /** Throws a DenoiseError 'module-load' for a URL that is none. */
  #choose(model: string | URL): Choice {
    try {
      return { model, assets: resolveAssets(this.#options.assets, model) };
    } catch (cause) {
      throw new DenoiseError('module-load', `A URL given to DenoiseNode cannot be read: ${String(cause)}`, { cause });
    }
  }

  /** Throws where another model is of no use any more. */
  #requireSwitchable(): void {
    const { context } = this.#host;
    if (this.#state === 'disposed')
      throw new DOMException('The DenoiseNode is disposed: make a new one with the model.', 'InvalidStateError');
    if (!isOfflineContext(context) || (context.state === 'suspended' && context.currentTime === 0)) return;
    throw new DenoiseError(
      'offline-not-ready',
      'The model of a node in an OfflineAudioContext can be changed before startRendering() only: call setModel() first.',
    );
  }

  /** What makes it useless to go on. */
  #obstacle(): DenoiseError | undefined {
    const { context } = this.#host;
    const missing = missingFeature();
    if (missing !== undefined) return new DenoiseError('unsupported', `DenoiseNode needs ${missing}.`);
    if (this.#options.transport === 'shared' && !canShareMemory()) return sharedRefused();
    if (isOfflineContext(context)) {
      if (context.state === 'suspended' && context.currentTime === 0) return undefined;
      return new DenoiseError(
        'offline-not-ready',
        'Rendering of the OfflineAudioContext began before the node was ready, so it passes the dry signal: await node.ready, then call startRendering().',
      );
    }
    if (context.state !== 'closed') return undefined;
    return new DenoiseError(
      'context-closed',
      'The AudioContext is closed: create the node in a context that is open and stays open.',
    );
  }

  async #bringWorklet(url: string): Promise<WorkletLink> {
    const { graph, context } = this.#host;
    await addModuleOnce(this.#family, context, url);
    if (this.#state === 'disposed') throw new DOMException('The node has ended.', 'AbortError');
    const node = graph.addWorklet(this.#latencySamples, this.#options.maxChannels);
    const link = new WorkletLink(node, {
      created: () => graph.takeOver(),
      words: (nodeId, words) => {
        if (this.#route?.nodeId === nodeId) this.#words.set(words);
      },
      died: () => {
        this.#latencySamples = graph.fallBack(this.#latencySamples);
        this.#worklet = undefined;
        this.#fail(
          new DenoiseError(
            'worker-crashed',
            'The audio processor threw, so the node passes the dry signal. Make a new node; please report this.',
          ),
        );
      },
    });
    this.#link = link;
    return link;
  }

  /** Opens a route to the model that is chosen, again and again while workers die, until it stands or is given up. */
  async #serve(): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    const isOver = (): boolean => this.#ended || turn !== this.#turn;
    const requireTurn = (): void => {
      if (isOver()) throw new DOMException('The route is not needed any more.', 'AbortError');
    };
    for (;;) {
      try {
        const route = await this.#openRoute(this.#choice as Choice, requireTurn);
        this.#checkContext();
        if (isOver()) route.close();
        else this.#runOn(route);
        return;
      } catch (error) {
        this.#checkContext();
        if (isOver()) return;
        if (this.#mayRestart(error)) continue;
        // A model that was chosen meanwhile may do better.
        while (this.#switch !== undefined) await this.#switch.done.catch(() => {});
        if (!isOver()) this.#fail(error as DenoiseError);
        return;
      }
    }
  }

  /**
   * Opens a route beside the one in use, and goes over to it when it stands. Until then nothing has changed; where it
   * fails after that, the model before is served again.
   */
  async #switchTo(choice: Choice, signal: AbortSignal): Promise<void> {
    let turn = Number.NaN;
    const letGo = (): void => {
      if (turn === this.#turn) return; // The second try, over messages.
      signal.throwIfAborted();
      this.#requireSwitchable();
      this.#letGo();
      turn = this.#turn;
    };
    try {
      const route = await this.#openRoute(choice, letGo);
      if (turn !== this.#turn) {
        route.close();
        throw new DOMException('Something else happened to the node meanwhile.', 'AbortError');
      }
      this.#choice = choice;
      this.#runOn(route);
      this.#emit('modelchange', { model: choice.model });
    } catch (error) {
      if (turn === this.#turn && !this.#ended) {
        if (this.#isReady)
          this.#setState('recovering', 'Another model could not take over, so the one before is used again.');
        void this.#serve();
      }
      throw error;
    }
  }

  /** Tries shared memory first, where there is any; a route that is not proved is closed again. */
  async #openRoute({ model, assets }: Choice, beforeAttach: () => void): Promise<Route> {
    const { transport } = this.#options;
    const worklet = this.#worklet as Promise<WorkletLink>;
    const request = { context: this.#host.context, options: this.#options, assets, worklet, beforeAttach };
    const open = (mode: TransportMode): Promise<Route> =>
      openRoute({ ...request, mode }).catch((error: unknown) => {
        throw explainMissing(error, model);
      });
    if (transport === 'message' || this.#sharedIsBroken || !canShareMemory()) return open('message');
    const route = await open('shared');
    if (route.proof !== 'broken') return route;
    route.close();
    if (transport === 'shared') throw sharedRefused();
    this.#sharedIsBroken = true;
    return open('message');
  }

  #runOn(route: Route): void {
    const { context } = this.#host;
    const { words, mode } = route.transport;
    this.#route = route;
    this.#totals = addTotals(this.#totals, this.#words);
    this.#words = words;
    this.#latencySamples = route.latencySamples;
    this.#runningSince = context.currentTime;
    const again = (reason: string): void => {
      this.#closeRoute();
      this.#setState('recovering', reason);
      void this.#serve();
    };
    route.onDeath((error) => {
      if (this.#mayRestart(error)) again(error.message);
      else this.#fail(error);
    });
    const watch = new WordWatch(words, route.hopSeconds);
    let asleep = route.proof === 'audio-asleep';
    this.#stopLooking = everyLook(() => {
      if (asleep) {
        asleep = !audioEchoed(route.transport);
        if (asleep && context.currentTime - this.#runningSince > ECHO_SECONDS) {
          this.#sharedIsBroken = true;
          again('The audio thread does not see the shared memory; messages are used instead.');
          return;
        }
      }
      this.#report(watch);
    });
    this.#setMode(mode);
    this.#setState(
      'running',
      mode === 'shared' ? 'The enhanced signal is on.' : 'The enhanced signal is on, over messages.',
    );
    this.#tellLatency();
    this.#isReady = true;
    this.#resolveReady();
  }

  /** Tells the app what has changed since the last look. */
  #report(watch: WordWatch): void {
    const { sampleRate, currentTime } = this.#host.context;
    const changes = watch.look(currentTime);
    const load = loadOf(this.#words);
    this.#tellLatency();
    if (changes.underruns > 0)
      this.#emit('underrun', { count: changes.underruns, seconds: changes.underrunSamples / sampleRate });
    if (changes.shed === true) {
      this.#setState('overloaded', 'This device cannot keep up, so the dry signal is heard for now.');
      this.#emit('overload', { load });
    }
    if (changes.shed === false) {
      this.#setState('running', 'This device keeps up again.');
      this.#emit('recover', { load });
    }
    if (changes.workerDead) this.#route?.declareDead('stopped answering');
  }

  #tellLatency(): void {
    const { latency } = this;
    if (latency === this.#toldLatency) return;
    this.#toldLatency = latency;
    this.#emit('latencychange', { latency });
  }

  #mayRestart(error: unknown): boolean {
    if (!(error instanceof DenoiseError) || error.code !== 'worker-crashed') return false;
    if (this.#isReady && this.#host.context.currentTime - this.#runningSince > HEALTHY_SECONDS) this.#restarts = 0;
    this.#restarts += 1;
    return this.#restarts <= MAX_RESTARTS;
  }

  #contextChanged(): void {
    this.#checkContext();
    if (this.#host.context.state === 'closed') this.#host.dispose('The context was closed.');
  }

  /** A context that has closed, or begun to render, before the node was ready is a failure of its own. */
  #checkContext(): void {
    const obstacle = this.#isReady ? undefined : this.#obstacle();
    if (obstacle !== undefined) this.#fail(obstacle);
  }

  /** One error, one event; the dry signal goes on. */
  #fail(error: DenoiseError): void {
    if (this.#ended) return;
    this.#closeRoute();
    this.#error = error;
    this.#setState('failed', error.message);
    this.#rejectReady(error);
    this.#switch?.abort.abort(error);
    this.#emit('error', { error });
  }

  #closeRoute(): void {
    this.#link?.post({ type: 'detach' });
    this.#letGo();
    this.#setMode('passthrough');
  }

  /** Lets go of the worker, not of what the worklet has of it to play; whoever is opening a route has lost his turn. */
  #letGo(): void {
    this.#turn += 1;
    this.#stopLooking();
    this.#route?.close();
    this.#route = undefined;
    this.#words = restingWords(this.#words);
  }

  #setState(state: DenoiseState, reason: string): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#emit('statechange', { state, reason });
  }

  #setMode(mode: DenoiseMode): void {
    if (this.#mode === mode) return;
    this.#mode = mode;
    this.#emit('modechange', { mode });
  }

  #emit<K extends keyof DenoiseEventMap>(type: K, detail: DenoiseEventMap[K]['detail']): void {
    this.#host.dispatch(new CustomEvent(type, { detail }));
  }
}

/** The outcome of some work, or the reason for which it is not waited for any more. */
function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}

function sharedRefused(): DenoiseError {
  return new DenoiseError(
    'unsupported',
    'transport "shared" needs shared memory: make the page cross-origin isolated (Cross-Origin-Opener-Policy: same-origin, Cross-Origin-Embedder-Policy: require-corp), or use transport "auto".',
  );
}
