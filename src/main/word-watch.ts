import { Word } from '../shared/control-block.ts';
import type { Hertz, Samples, Seconds } from '../shared/units.ts';
import { Starvation } from './starvation.ts';

/**
 * How long a worker that has a step to make may stand still, in seconds of audio, beyond two steps of the model (those
 * of a block model are long). Time that the context spends suspended, or the machine asleep, does not count.
 */
const DEAD_AFTER_SECONDS = 2;
const DEAD_AFTER_STEPS = 2;
/** Looks that a standstill must last too, so that one long pause of the page's own timers is no proof. */
const DEAD_AFTER_LOOKS = 4;

export type Overload = 'shed' | 'late';

/** What has changed since the last look. */
export interface Changes {
  readonly underruns: number;
  readonly underrunSamples: Samples;
  /**
   * Why the dry signal is heard since the last look: the worker has shed the node, or too much was late for too long.
   * 'over': it is not any more; undefined: as before.
   */
  readonly overload: Overload | 'over' | undefined;
  /** Length of the bursts in which the device asks for sound, where it cost an underrun since the last look; or 0. */
  readonly burstSamples: Samples;
  /** True: the dry signal must be held from now on; false: it need not any more; undefined: as before. */
  readonly holdDry: boolean | undefined;
  /** The worker has work and does nothing. */
  readonly workerDead: boolean;
}

/** Compares the control words of one route with what they were a quarter of a second ago. [main] */
export class WordWatch {
  readonly #words: Int32Array;
  readonly #patience: Seconds;
  readonly #contextRateHz: Hertz;
  #underruns = 0;
  #underrunSamples = 0;
  #overruns = 0;
  #overload: Overload | undefined;
  readonly #starvation = new Starvation();
  #heartbeat = 0;
  #beatAt: Seconds | undefined;
  #looksSinceBeat = 0;

  constructor(words: Int32Array, stepSeconds: Seconds, contextRateHz: Hertz) {
    this.#words = words;
    this.#contextRateHz = contextRateHz;
    this.#patience = DEAD_AFTER_SECONDS + DEAD_AFTER_STEPS * stepSeconds;
  }

  /**
   * @param contextTime the audio clock
   * @param isRelieved a lighter model is about to take over, so that being shed is nothing to be told
   */
  look(contextTime: Seconds, isRelieved = false): Changes {
    const underruns = this.#word(Word.UNDERRUNS);
    const underrunSamples = this.#word(Word.UNDERRUN_SAMPLES);
    const overruns = this.#word(Word.OVERRUNS);
    const isLate = underruns !== this.#underruns || overruns !== this.#overruns;
    // Never negative: in message mode, words of a route that has ended may still have been under way.
    const drySamples = Math.max(0, (underrunSamples - this.#underrunSamples) | 0);
    const isShed = this.#word(Word.SHED) === 1;
    const holdDry = this.#starvation.look(contextTime, drySamples / this.#contextRateHz, isShed);
    const overload = isShed && !isRelieved ? 'shed' : this.#starvation.resting ? 'late' : undefined;
    const changes: Changes = {
      underruns: Math.max(0, (underruns - this.#underruns) | 0),
      underrunSamples: drySamples,
      overload: overload === this.#overload ? undefined : (overload ?? 'over'),
      burstSamples: isLate ? this.#word(Word.BURST_SAMPLES) : 0,
      holdDry,
      workerDead: this.#isWorkerDead(contextTime),
    };
    this.#underruns = underruns;
    this.#underrunSamples = underrunSamples;
    this.#overruns = overruns;
    this.#overload = overload;
    return changes;
  }

  #isWorkerDead(contextTime: Seconds): boolean {
    const heartbeat = this.#word(Word.HEARTBEAT);
    // A signed difference holds across the wrap at 2³².
    const hasWork =
      ((this.#word(Word.NOISY_WRITE) - this.#word(Word.NEXT_DUE)) | 0) >= 0 && this.#word(Word.NOISY_WRITE) !== 0;
    if (this.#beatAt === undefined || heartbeat !== this.#heartbeat || !hasWork) {
      this.#heartbeat = heartbeat;
      this.#beatAt = contextTime;
      this.#looksSinceBeat = 0;
      return false;
    }
    this.#looksSinceBeat += 1;
    return this.#looksSinceBeat >= DEAD_AFTER_LOOKS && contextTime - this.#beatAt >= this.#patience;
  }

  #word(word: number): number {
    return Atomics.load(this.#words, word);
  }
}
