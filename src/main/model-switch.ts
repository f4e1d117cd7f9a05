/**
 * In:     the model that an app goes over to, or that the node itself wants to
 * Out:    that model in use, or the one before and the reason
 * Thread: [main]
 */
import { DenoiseError } from '../shared/errors.ts';
import { unlessAborted } from '../shared/waiting/unless-aborted.ts';
import { chooseModel, lighterThan, type ModelChoice } from './auto/model-choice.ts';
import { TooSlow } from './auto/require-room.ts';
import { abortError, hasBegunOffline } from './obstacles.ts';
import { type ResolvedOptions, requireModel } from './options.ts';
import type { Reporter } from './reporter.ts';
import type { Supervisor } from './supervisor.ts';

/** What a switch needs of its session. */
export interface SwitchHost {
  readonly context: BaseAudioContext;
  readonly options: ResolvedOptions;
  readonly reporter: Reporter;
  readonly supervisor: Supervisor;
  readonly ready: Promise<void>;
  retry(): void;
}

const CHOSEN = 'The app has chosen it.';

/** Changes of the model of one node, one at a time: the latest wins. */
export class ModelSwitch {
  readonly #host: SwitchHost;
  #latest: { readonly abort: AbortController; readonly done: Promise<void> } | undefined;

  constructor(host: SwitchHost) {
    this.#host = host;
  }

  /** Settles when the switch under way does; undefined where there is none. */
  get done(): Promise<void> | undefined {
    return this.#latest?.done;
  }

  /** See {@link DenoiseNode.setModel}. */
  async to(model: string | URL): Promise<void> {
    const { reporter, options, supervisor } = this.#host;
    const wanted = requireModel(model, 'DenoiseNode.setModel');
    // A node that was made just now begins in a microtask of its own, which comes before this one.
    await Promise.resolve();
    this.#requireSwitchable();
    const choice = chooseModel(options.assets, wanted);
    if (choice.isAuto) supervisor.auto.reset();
    if (reporter.state === 'failed') return this.#retryWith(choice);
    await this.#switch((signal) => this.#chosen(choice, signal));
  }

  /** Goes over to another tier, because the node wants to. Rejects with a TooSlow where that would be too slow. */
  async goOver(choice: ModelChoice, reason: string): Promise<void> {
    await this.#switch((signal) => this.#take(choice, signal, reason));
  }

  /** Gives up the switch under way, which rejects with the reason. */
  abort(reason: unknown): void {
    this.#latest?.abort.abort(reason);
  }

  async #switch(going: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.abort(abortError('Another model was chosen before this one had loaded.'));
    const abort = new AbortController();
    const mine = { abort, done: unlessAborted(going(abort.signal), abort.signal) };
    this.#latest = mine;
    try {
      await mine.done;
    } finally {
      if (this.#latest === mine) this.#latest = undefined;
    }
  }

  /** What the app has chosen; where it left the choice to the node, the heaviest tier that this device can carry. */
  async #chosen(choice: ModelChoice, signal: AbortSignal): Promise<void> {
    try {
      await this.#take(choice, signal, CHOSEN);
    } catch (error) {
      const lighter = error instanceof TooSlow ? lighterThan(choice, this.#host.options.assets) : undefined;
      if (lighter === undefined) throw error;
      await this.#chosen(lighter, signal);
    }
  }

  #take(choice: ModelChoice, signal: AbortSignal, reason: string): Promise<void> {
    return this.#host.supervisor.goOver(choice, signal, reason, () => {
      signal.throwIfAborted();
      this.#requireSwitchable();
    });
  }

  /** Begins anew after a failure, and remembers the model before where the other fails too. */
  async #retryWith(choice: ModelChoice): Promise<void> {
    const host = this.#host;
    const { reporter, supervisor } = host;
    const before = supervisor.choice;
    supervisor.choice = choice;
    try {
      host.retry();
      await host.ready;
      // A lighter one than was chosen has been told of.
      if (supervisor.choice === choice) reporter.emit('modelchange', { model: choice.model, reason: CHOSEN });
    } catch (error) {
      const isMine = supervisor.choice === choice || (choice.isAuto && supervisor.choice?.isAuto === true);
      if (isMine) supervisor.choice = before;
      throw error;
    }
  }

  /** Throws where it is too late for another model. */
  #requireSwitchable(): void {
    const { context, reporter } = this.#host;
    if (reporter.state === 'disposed')
      throw new DOMException('The DenoiseNode is disposed: make a new one with the model.', 'InvalidStateError');
    if (!hasBegunOffline(context)) return;
    throw new DenoiseError(
      'offline-not-ready',
      'The model of a node in an OfflineAudioContext can be changed before startRendering() only: ' +
        'call setModel() first.',
    );
  }
}
