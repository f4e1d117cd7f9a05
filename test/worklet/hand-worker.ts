/**
 * The far end of a route, moved by hand: it takes hops from the noisy ring and puts them into the enhanced ring, halved
 * and `ENGINE_DELAY` samples later. Enhanced sound that is half of the dry sound shows in every output sample how much
 * of each is in it, as long as both line up.
 */
import { BELL_WORDS, CONTROL_WORDS, Word } from '../../src/shared/control-block.ts';
import type { SharedPipeMemory } from '../../src/shared/protocol.ts';
import { SharedWorkerEnd, SharedWorkletEnd } from '../../src/shared/shared-pipe.ts';
import type { AttachSettings } from '../../worklet/attachment.ts';
import type { ParameterValues } from '../../worklet/parameter-values.ts';

export const HOP = 480;
export const ENGINE_DELAY = 240;
export const PREFILL = 768;
export const MOST_PREFILL = 4800;
export const TOTAL = ENGINE_DELAY + HOP + PREFILL;

export const SETTINGS: AttachSettings = {
  offline: false,
  waits: false,
  engineDelaySamples: ENGINE_DELAY,
  advanceWaitSamples: HOP,
  prefillSamples: PREFILL,
  minPrefillSamples: PREFILL,
  maxPrefillSamples: MOST_PREFILL,
};

export const PARAMS: ParameterValues = {
  mix: [1],
  bypass: [0],
  outputGain: [0],
  attenuationLimit: [100],
  highPass: [0],
  autoGain: [0],
  targetLevel: [-20],
};

export class HandWorker {
  readonly worklet: SharedWorkletEnd;
  readonly words: Int32Array;
  readonly #pipe: SharedWorkerEnd;
  readonly #channels: number;
  readonly #hopSamples: number;
  readonly #delaySamples: number;
  /** Past of each plane, the engine's delay long. */
  #history: Float32Array[] = [];

  constructor(channels = 1, ringSamples = 16384, hopSamples = HOP, delaySamples = ENGINE_DELAY) {
    this.#hopSamples = hopSamples;
    this.#delaySamples = delaySamples;
    const planes = channels * ringSamples * Float32Array.BYTES_PER_ELEMENT;
    const memory: SharedPipeMemory = {
      control: new SharedArrayBuffer(CONTROL_WORDS * Int32Array.BYTES_PER_ELEMENT),
      noisy: new SharedArrayBuffer(planes),
      enhanced: new SharedArrayBuffer(planes),
      bell: new SharedArrayBuffer(BELL_WORDS * Int32Array.BYTES_PER_ELEMENT),
      channels,
      ringSamples,
    };
    this.#channels = channels;
    this.#pipe = new SharedWorkerEnd(memory);
    this.worklet = new SharedWorkletEnd(memory);
    this.words = this.#pipe.words;
    this.#forget();
    Atomics.store(this.words, Word.NEXT_DUE, hopSamples);
  }

  word(word: number): number {
    return Atomics.load(this.words, word);
  }

  /** Carries out a reset if one is asked for, then enhances every full hop, at most `most` of them. */
  work(most = Number.POSITIVE_INFINITY): void {
    const { noisy } = this.#pipe;
    if (this.word(Word.RESET_REQUEST) !== this.word(Word.RESET_DONE)) {
      this.zeros();
      Atomics.store(this.words, Word.RESET_DONE, this.word(Word.RESET_REQUEST));
    }
    for (let hops = 0; hops < most && noisy.availableRead >= this.#hopSamples; hops++) this.#hop();
    Atomics.store(this.words, Word.NEXT_DUE, (noisy.readIndex + this.#hopSamples) | 0);
  }

  /** Zeros for all that waits, and streams that know nothing of the past. */
  zeros(): void {
    const { noisy, enhanced } = this.#pipe;
    enhanced.writeSilence(noisy.discard(noisy.availableRead));
    this.#forget();
  }

  shed(on: boolean): void {
    if (on) Atomics.add(this.words, Word.SHEDDINGS, 1);
    Atomics.store(this.words, Word.SHED, on ? 1 : 0);
    this.zeros();
  }

  #forget(): void {
    this.#history = Array.from({ length: this.#channels }, () => new Float32Array(this.#delaySamples));
  }

  #hop(): void {
    const { noisy, enhanced } = this.#pipe;
    const hopSamples = this.#hopSamples;
    const planes = this.#history.map(() => new Float32Array(hopSamples));
    noisy.read(planes, 0, hopSamples);
    const active = this.word(Word.ACTIVE_CHANNELS);
    const out = planes.map((plane, channel) => {
      const past = [...this.#history[channel], ...plane];
      this.#history[channel] = Float32Array.from(past.slice(hopSamples));
      return Float32Array.from(past.slice(0, hopSamples), (sample) => (channel < active ? sample / 2 : 0));
    });
    enhanced.write(out, this.#channels, 0, hopSamples);
  }
}
