/**
 * In:     the control words of a node whose model is 'auto'
 * Out:    that node with a lighter model while the device is overloaded, and a heavier one when it is calm
 * Thread: [main]
 */
import { CONTROL_WORDS, Word } from '../../shared/control-block.ts';
import type { Seconds } from '../../shared/units.ts';
import { loadOf } from '../metrics.ts';
import type { ResolvedOptions } from '../options.ts';
import { heavierThan, lighterThan, type ModelChoice } from './model-choice.ts';
import { TooSlow } from './require-room.ts';
import { TierPolicy } from './tier-policy.ts';

/** How long a lighter model may take to come before it is said that the dry signal is heard. */
const FORGIVEN_SECONDS: Seconds = 3;

/** What the choice needs of its session. */
export interface AutoTierHost {
  readonly context: BaseAudioContext;
  readonly options: ResolvedOptions;
  readonly modelSwitch: {
    /** Settles with the switch that is under way; undefined where there is none. */
    readonly done: Promise<void> | undefined;
    goOver(choice: ModelChoice, reason: string): Promise<void>;
  };
}

/** Chooses between the tiers for one node while sound runs. One switch at a time, and an app's own come first. */
export class AutoTier {
  readonly #host: AutoTierHost;
  #policy = new TierPolicy();
  #words: Int32Array = new Int32Array(CONTROL_WORDS);
  #underrunSamples = 0;
  #goingDownSince: Seconds | undefined;
  #hasWarned = false;

  constructor(host: AutoTierHost) {
    this.#host = host;
  }

  /** The app leaves the choice to the node, from now on or anew. */
  reset(): void {
    this.#policy = new TierPolicy();
  }

  /** The words of the route that runs now. */
  follow(words: Int32Array): void {
    this.#words = words;
    this.#underrunSamples = Atomics.load(words, Word.UNDERRUN_SAMPLES);
    this.#policy.begin(this.#host.context.currentTime);
  }

  /** A lighter model is on its way, and will be heard soon: nothing has to be said of an overload. */
  get isGoingDown(): boolean {
    const since = this.#goingDownSince;
    return since !== undefined && this.#host.context.currentTime - since < FORGIVEN_SECONDS;
  }

  /** To be called at each look at the words, before anything is made of them. */
  look(present: ModelChoice): void {
    const { context, options, modelSwitch } = this.#host;
    const words = this.#words;
    const underrunSamples = Atomics.load(words, Word.UNDERRUN_SAMPLES);
    const drySamples = Math.max(0, (underrunSamples - this.#underrunSamples) | 0);
    this.#underrunSamples = underrunSamples;
    const wanted = this.#policy.look(context.currentTime, {
      load: loadOf(words),
      drySeconds: drySamples / context.sampleRate,
      isShed: Atomics.load(words, Word.SHED) === 1,
    });
    if (wanted === undefined || modelSwitch.done !== undefined) return;
    const choice = (wanted === 'lighter' ? lighterThan : heavierThan)(present, options.assets);
    if (choice !== undefined) void this.#goOver(choice, present, wanted === 'lighter');
  }

  async #goOver(choice: ModelChoice, { model }: ModelChoice, isLighter: boolean): Promise<void> {
    const { context, modelSwitch } = this.#host;
    if (isLighter) this.#goingDownSince = context.currentTime;
    const reason = isLighter
      ? `This device cannot keep up with ${model}, so ${choice.model} is used for now.`
      : `This device keeps up again, so ${choice.model} is used.`;
    try {
      await modelSwitch.goOver(choice, reason);
      if (isLighter) this.#policy.wentDown(context.currentTime);
      else this.#policy.wentUp(context.currentTime);
    } catch (error) {
      if ((error as Error).name === 'AbortError') return; // The app has chosen, or the node is gone.
      this.#policy.failed(context.currentTime);
      if (!(error instanceof TooSlow)) this.#warn(choice, error);
    } finally {
      this.#goingDownSince = undefined;
    }
  }

  /** The sound goes on, so it is no failure of the node. */
  #warn({ model }: ModelChoice, error: unknown): void {
    if (!this.#hasWarned) console.warn(`DenoiseNode with model 'auto' wanted to go over to ${model}. ${error}`);
    this.#hasWarned = true;
  }
}
