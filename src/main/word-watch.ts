import { Word } from '../shared/control-block.ts';
import type { Samples, Seconds } from '../shared/units.ts';

/**
 * How long a worker that has a step to make may stand still, in seconds of audio, beyond two steps of the model (those
 * of a block model are long). Time that the context spends suspended, or the machine asleep, does not count.
 */
const DEAD_AFTER_SECONDS = 2;
const DEAD_AFTER_STEPS = 2;
/** Looks that a standstill must last too, so that one long pause of the page's own timers is no proof. */
const DEAD_AFTER_LOOKS = 4;

/** What has changed since the last look. */
export interface Changes {
  readonly underruns: number;
  readonly underrunSamples: Samples;
  /** True: the node was shed since the last look; false: it was taken back; undefined: neither. */
  readonly shed: boolean | undefined;
  /** The worker has work and does nothing. */
  readonly workerDead: boolean;
}

/** Compares the control words of one route with what they were a quarter of a second ago. [main] */
export class WordWatch {
  readonly #words: Int32Array;
  readonly #patience: Seconds;
  #underruns = 0;
  #underrunSamples = 0;
  #shed = 0;
  #heartbeat = 0;
  #beatAt: Seconds | undefined;
  #looksSinceBeat = 0;

  constructor(words: Int32Array, stepSeconds: Seconds) {
    this.#words = words;
    this.#patience = DEAD_AFTER_SECONDS + DEAD_AFTER_STEPS * stepSeconds;
  }

  /** `contextTime` is the audio clock. */
  look(contextTime: Seconds): Changes {
    const underruns = this.#word(Word.UNDERRUNS);
    const underrunSamples = this.#word(Word.UNDERRUN_SAMPLES);
    const shed = this.#word(Word.SHED);
    // Never negative: in message mode, words of a route that has ended may still have been under way.
    const changes: Changes = {
      underruns: Math.max(0, (underruns - this.#underruns) | 0),
      underrunSamples: Math.max(0, (underrunSamples - this.#underrunSamples) | 0),
      shed: shed === this.#shed ? undefined : shed === 1,
      workerDead: this.#isWorkerDead(contextTime),
    };
    this.#underruns = underruns;
    this.#underrunSamples = underrunSamples;
    this.#shed = shed;
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
