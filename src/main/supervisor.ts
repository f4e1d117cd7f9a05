/**
 * In:     the model that is wanted, the worklet of the node
 * Out:    a route that stands, opened again when its worker dies, until it is given up
 * Thread: [main]
 */

import { DenoiseError } from '../shared/errors.ts';
import { burstPrefillSeconds } from '../shared/latency.ts';
import type { Seconds } from '../shared/units.ts';
import { isOfflineContext } from './audio-family.ts';
import { AutoTier, type AutoTierHost } from './auto/auto-tier.ts';
import { AUTO, lighterThan, type ModelChoice } from './auto/model-choice.ts';
import { requireRoom, TooSlow } from './auto/require-room.ts';
import { TIERS } from './bundled-files.ts';
import { explainMissing } from './missing-model.ts';
import { abortError } from './obstacles.ts';
import { everyLook } from './page-timer.ts';
import type { Reporter } from './reporter.ts';
import { Restarts } from './restarts.ts';
import type { Route } from './route.ts';
import { RouteOpener } from './route-opener.ts';
import { audioEchoed } from './route-proof.ts';
import { WordWatch } from './word-watch.ts';
import type { WorkletHolder } from './worklet-holder.ts';

/** How long the audio thread may take to echo the probe once the context runs. */
const ECHO_SECONDS: Seconds = 1;

/** What the supervisor needs of its session. */
export interface SupervisorHost extends AutoTierHost {
  readonly reporter: Reporter;
  readonly worklet: WorkletHolder;
  readonly isOver: boolean;
  checkContext(): void;
  running(): void;
  fail(error: DenoiseError): void;
}

/** Keeps a node connected to the worker of its model. */
export class Supervisor {
  /** The model in use, or the one that is being loaded for want of any. */
  choice: ModelChoice | undefined;
  /** The choice between tiers, where the app has left it to the node. */
  readonly auto: AutoTier;
  readonly #host: SupervisorHost;
  readonly #opener = new RouteOpener();
  readonly #restarts = new Restarts();
  /** Whoever opens a route takes the turn of the one before; a turn that is lost ends what is being loaded in it. */
  #turn = new AbortController();
  #route: Route | undefined;
  /** Longest bursts of the device that a route was opened for. */
  #burstSeconds: Seconds = 0;
  #stopLooking: () => void = () => {};

  constructor(host: SupervisorHost) {
    this.#host = host;
    this.auto = new AutoTier(host);
  }

  /** The model in use, as it was asked for. */
  get model(): string | URL {
    const { choice } = this;
    if (choice === undefined) return this.#host.options.model;
    return choice.isAuto ? AUTO : choice.model;
  }

  /** The same; where the app has left the choice to the node, the one that was chosen. */
  get runningModel(): string | URL {
    return this.choice?.model ?? (this.model === AUTO ? TIERS[0] : this.model);
  }

  /** Opens a route to the model that is chosen, again and again while workers die, until it stands or is given up. */
  async serve(): Promise<void> {
    const host = this.#host;
    const turn = new AbortController();
    this.#takeTurn(turn);
    const isLost = (): boolean => host.isOver || turn.signal.aborted;
    for (;;) {
      try {
        const route = await this.#open(this.choice as ModelChoice, turn.signal, () => turn.signal.throwIfAborted());
        host.checkContext();
        if (isLost()) route.close();
        else this.#runOn(route);
        return;
      } catch (error) {
        host.checkContext();
        if (isLost()) return;
        if (this.#mayRestart(error) || this.#goDown(error)) continue;
        // A model that was chosen meanwhile may do better.
        while (host.modelSwitch.done !== undefined) await host.modelSwitch.done.catch(() => {});
        if (!isLost()) host.fail(error as DenoiseError);
        return;
      }
    }
  }

  /**
   * Opens a route to another model beside the one in use, and goes over to it when it stands. Until then nothing has
   * changed; where it fails after that, the model before is served again.
   * @param signal gives up what is being loaded
   * @param reason for the app, in one sentence
   * @param requireWanted called right before the route in use is let go; what it throws keeps that
   */
  async goOver(choice: ModelChoice, signal: AbortSignal, reason: string, requireWanted: () => void): Promise<void> {
    const { reporter } = this.#host;
    const turn = new AbortController();
    const letGoOnce = (): void => {
      if (turn === this.#turn) return; // The second try, over messages.
      requireWanted();
      this.#letGo();
      this.#takeTurn(turn);
    };
    try {
      const route = await this.#open(choice, signal, letGoOnce);
      if (turn.signal.aborted) {
        route.close();
        throw abortError('Something else happened to the node meanwhile.');
      }
      this.choice = choice;
      this.#runOn(route);
      reporter.emit('modelchange', { model: choice.model, reason });
    } catch (error) {
      if (turn === this.#turn && !turn.signal.aborted && !this.#host.isOver) {
        if (reporter.state !== 'loading')
          reporter.setState('recovering', 'Another model could not take over, so the one before is used again.');
        void this.serve();
      }
      throw error;
    }
  }

  /** Lets go of the route: the worklet fades to the delayed dry signal. */
  close(): void {
    this.#host.worklet.client?.post({ type: 'detach' });
    this.#letGo();
    this.#host.reporter.setMode('passthrough');
  }

  /** The app begins anew: what has died before does not count. */
  forgetRestarts(): void {
    this.#restarts.forget();
  }

  /** Message mode: the words of a route, which count while it is the present one. */
  takeWords(nodeId: number, words: Int32Array): void {
    if (this.#route?.nodeId === nodeId) this.#host.reporter.takeWords(words);
  }

  async #open(choice: ModelChoice, signal: AbortSignal, beforeAttach: () => void): Promise<Route> {
    const { context, options, worklet } = this.#host;
    const { assets, model } = choice;
    const burstSeconds = this.#burstSeconds;
    const coming = worklet.bring(assets.worklet);
    // Offline a model may take its time.
    const mustBeFast = !isOfflineContext(context) && lighterThan(choice, options.assets) !== undefined;
    const accept = mustBeFast ? requireRoom : undefined;
    try {
      return await this.#opener.open({
        context,
        options,
        assets,
        burstSeconds,
        worklet: coming,
        signal,
        accept,
        beforeAttach,
      });
    } catch (error) {
      throw explainMissing(error, model);
    }
  }

  /** Whether a lighter tier is to be tried, because the one that was opened would be too slow. */
  #goDown(error: unknown): boolean {
    const { options, reporter } = this.#host;
    const before = this.choice as ModelChoice;
    const lighter = error instanceof TooSlow ? lighterThan(before, options.assets) : undefined;
    if (lighter === undefined) return false;
    this.choice = lighter;
    const reason = `${before.model} would take too long on this device, so ${lighter.model} is used.`;
    reporter.emit('modelchange', { model: lighter.model, reason });
    return true;
  }

  #runOn(route: Route): void {
    const host = this.#host;
    const { context, reporter } = host;
    const { words, mode } = route.pipe;
    this.#route = route;
    reporter.follow(words, route.latencySamples);
    this.#restarts.running(context.currentTime);
    route.onDeath((error) => {
      if (this.#mayRestart(error)) this.#openAgain(error.message);
      else host.fail(error);
    });
    this.#stopLooking = this.#watch(route);
    reporter.setMode(mode);
    const wasOverloaded = reporter.state === 'overloaded';
    reporter.setState(
      'running',
      mode === 'shared' ? 'The enhanced signal is on.' : 'The enhanced signal is on, over messages.',
    );
    if (wasOverloaded) reporter.emit('recover', { load: 0 });
    reporter.tellLatency();
    host.running();
  }

  /** Looks at the words of a route from time to time. Returns how to stop. */
  #watch(route: Route): () => void {
    const { context, reporter, worklet } = this.#host;
    const watch = new WordWatch(route.pipe.words, route.stepSeconds, context.sampleRate);
    const since = context.currentTime;
    let asleep = route.proof === 'audio-asleep';
    this.auto.follow(route.pipe.words);
    return everyLook(() => {
      asleep &&= !audioEchoed(route.pipe);
      if (asleep && context.currentTime - since > ECHO_SECONDS) {
        this.#opener.distrustShared();
        this.#openAgain('The audio thread does not see the shared memory; messages are used instead.');
        return;
      }
      if (this.choice?.isAuto && !isOfflineContext(context)) this.auto.look(this.choice);
      const changes = watch.look(context.currentTime, this.auto.isGoingDown);
      reporter.tellChanges(changes);
      if (changes.holdDry !== undefined) worklet.client?.post({ type: 'hold-dry', on: changes.holdDry });
      if (changes.workerDead) this.#route?.declareDead('stopped answering');
      else if (this.#needsRoom(route, changes.burstSamples / context.sampleRate))
        this.#openAgain('The device takes its sound in long parts, so the latency is raised.');
    });
  }

  /** Whether bursts that were seen call for another route, because the rings of this one are too short for them. */
  #needsRoom({ maxPrefillSamples }: Route, burstSeconds: Seconds): boolean {
    const needed = burstPrefillSeconds(burstSeconds);
    if (needed * this.#host.context.sampleRate <= maxPrefillSamples) return false;
    if (needed <= burstPrefillSeconds(this.#burstSeconds)) return false;
    this.#burstSeconds = burstSeconds;
    return true;
  }

  #openAgain(reason: string): void {
    this.close();
    this.#host.reporter.setState('recovering', reason);
    void this.serve();
  }

  #mayRestart(error: unknown): boolean {
    if (!(error instanceof DenoiseError) || error.code !== 'worker-crashed') return false;
    return this.#restarts.mayRestart(this.#host.context.currentTime);
  }

  #takeTurn(turn: AbortController): void {
    this.#turn.abort(abortError('The route is not needed any more.'));
    this.#turn = turn;
  }

  /** Lets go of the worker, not of what the worklet has of it to play; whoever is opening a route has lost its turn. */
  #letGo(): void {
    this.#turn.abort(abortError('The route is not needed any more.'));
    this.#stopLooking();
    this.#route?.close();
    this.#route = undefined;
    this.#host.reporter.rest();
  }
}
