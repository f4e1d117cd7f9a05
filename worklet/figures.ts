/**
 * In:     what comes in, lines up and goes out, a stretch at a time, from live-path.ts
 * Out:    levels, reduction and voice, to the control words; who begins and ends to speak, to denoise-processor.ts
 * Thread: [audio]
 */
import { floatToWord, Word } from '../src/shared/control-block.ts';
import type { Decibels, Hertz, Milliseconds, Samples } from '../src/shared/units.ts';
import { LevelMeter } from './level-meter.ts';
import { NoiseMeter } from './noise-meter.ts';
import type { Playout } from './playout.ts';
import { VoiceWatch } from './voice-watch.ts';

/** What the page can read about the sound itself. Nothing but the constructor and `watchVoice` allocates. */
export class Figures {
  readonly #input: LevelMeter;
  readonly #output: LevelMeter;
  readonly #enhanced: LevelMeter;
  readonly #noise: NoiseMeter;
  readonly #contextRateHz: Hertz;
  #watch: VoiceWatch | undefined;
  #hasVoiceChanged = false;

  constructor(contextRateHz: Hertz) {
    this.#contextRateHz = contextRateHz;
    this.#input = new LevelMeter(contextRateHz);
    this.#output = new LevelMeter(contextRateHz);
    this.#enhanced = new LevelMeter(contextRateHz);
    this.#noise = new NoiseMeter(contextRateHz);
  }

  /** Watches who speaks from now on. Allocates. */
  watchVoice(holdMs: Milliseconds): void {
    this.#watch ??= new VoiceWatch(this.#contextRateHz, holdMs);
  }

  /** Who speaks, where that has changed since the last call. */
  takeVoiceChange(): VoiceWatch | undefined {
    if (!this.#hasVoiceChanged) return undefined;
    this.#hasVoiceChanged = false;
    return this.#watch;
  }

  /** Takes in the first `length` samples of the first `channels` planes of the input. */
  takeInput(clean: readonly Float32Array[], channels: number, length: Samples): void {
    this.#input.take(clean, channels, 0, length);
  }

  /** Takes in what was played and what is heard of it: `outputs` from `start` on. */
  takeOutput(
    { dry, enhanced, closed }: Playout,
    outputs: readonly Float32Array[],
    channels: number,
    start: number,
    length: Samples,
    limitDb: Decibels,
  ): void {
    this.#enhanced.take(enhanced, channels, 0, length);
    this.#noise.take(dry, enhanced, channels, length, limitDb);
    this.#output.take(outputs, channels, start, length);
    if (this.#watch?.take(closed ? 0 : this.#noise.voiceNow, length)) this.#hasVoiceChanged = true;
  }

  /**
   * Stores the figures. Without enhanced samples (`closed`), the dry ones stand for them: nothing is taken out, and
   * nothing is known of a voice.
   */
  tell(words: Int32Array, closed: boolean): void {
    Atomics.store(words, Word.INPUT_RMS, floatToWord(this.#input.rootMeanSquare));
    Atomics.store(words, Word.OUTPUT_RMS, floatToWord(this.#output.rootMeanSquare));
    Atomics.store(words, Word.ENHANCED_RMS, floatToWord(this.#enhanced.rootMeanSquare));
    Atomics.store(words, Word.REDUCTION_DB, floatToWord(this.#noise.reductionDb));
    Atomics.store(words, Word.VOICE, floatToWord(closed ? 0 : this.#noise.voice));
  }
}
