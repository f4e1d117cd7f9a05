/**
 * In:     the model that an app goes over to
 * Out:    that model in use, or the one before and the reason
 * Thread: [main]
 */
import { DenoiseError } from '../shared/errors.ts';
import { unlessAborted } from '../shared/waiting/unless-aborted.ts';
import { resolveAssets } from './assets.ts';
import { abortError, hasBegunOffline } from './obstacles.ts';
import { type ResolvedOptions, requireModel } from './options.ts';
import type { Reporter } from './reporter.ts';
import type { ModelChoice, Supervisor } from './supervisor.ts';

/** What a switch needs of its session. */
export interface SwitchHost {
  readonly context: BaseAudioContext;
  readonly options: ResolvedOptions;
  readonly reporter: Reporter;
  readonly supervisor: Supervisor;
  readonly ready: Promise<void>;
  retry(): void;
}

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
    const choice = { model: wanted, assets: resolveAssets(options.assets, wanted) };
    if (reporter.state === 'failed') return this.#retryWith(choice);
    this.abort(abortError('Another model was chosen before this one had loaded.'));
    const abort = new AbortController();
    const { signal } = abort;
    const going = supervisor.goOver(choice, signal, () => {
      signal.throwIfAborted();
      this.#requireSwitchable();
    });
    const mine = { abort, done: unlessAborted(going, signal) };
    this.#latest = mine;
    try {
      await mine.done;
    } finally {
      if (this.#latest === mine) this.#latest = undefined;
    }
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
      reporter.emit('modelchange', { model: choice.model });
    } catch (error) {
      if (supervisor.choice === choice) supervisor.choice = before;
      throw error;
    }
  }

  /** Gives up the switch under way, which rejects with the reason. */
  abort(reason: unknown): void {
    this.#latest?.abort.abort(reason);
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
