/**
 * In:     render quanta of any length, with any number of channels, from denoise-processor.ts
 * Out:    quanta of the same length, delayed and denoised; noisy samples to the worker (exchange.ts)
 * Thread: [audio]
 *
 *   input ─ clean ─┬─▶ noisy ring ─▶ worker ─▶ enhanced ring ─▶ enhanced line ─┐ ring delay
 *                  └─▶ dry line ───────────────────────────────────────────────┴─▶ playout ─▶ mixer ─▶ output
 *                                                                 total latency
 */
import { floatToWord, Word } from '../src/shared/control-block.ts';
import { ringDelaySamples, totalLatencySamples } from '../src/shared/latency.ts';
import { clampTo, PARAMETERS } from '../src/shared/parameters.ts';
import type { PipeEnd } from '../src/shared/pipe-end.ts';
import type { Hertz, Milliseconds, Samples } from '../src/shared/units.ts';
import { Attachment, type AttachSettings, mostLatency } from './attachment.ts';
import { cleanInput } from './clean-input.ts';
import { DryLine } from './dry-line.ts';
import { Figures } from './figures.ts';
import { Mixer } from './mixer.ts';
import { type ParameterValues, valueAt } from './parameter-values.ts';
import { Playout } from './playout.ts';
import type { VoiceWatch } from './voice-watch.ts';

/** Longest stretch that is worked on at once. Longer quanta are cut, so every buffer has its size from the start. */
export const MOST_SAMPLES = 128;

/**
 * Fade to dry before enhanced samples run out, and back when they have come again. The first is taken out of the
 * prefill, because it must begin while samples are still there. It can be short, because it joins two signals that line
 * up.
 */
const FADE_OUT_SECONDS = 64 / 48000;
const FADE_IN_SECONDS = 0.02;

/**
 * All that happens to samples on the audio thread. {@link process} allocates nothing, throws nothing and waits for
 * nothing (offline: until the worker has answered, with an end). The other methods are called between two quanta;
 * attach and watchVoice allocate.
 */
export class LivePath {
  readonly #contextRateHz: Hertz;
  readonly #channels: number;
  readonly #dry: DryLine;
  readonly #playout: Playout;
  readonly #mixer: Mixer;
  readonly #figures: Figures;
  readonly #clean: readonly Float32Array[];
  readonly #fadeOutSamples: Samples;
  readonly #fadeInSamples: Samples;
  /** Length of the bursts in which the device asks for sound; 0 where it asks evenly. */
  burstSamples: Samples = 0;
  #attached: Attachment | undefined;
  /** Takes the place of `#attached` as soon as that is not heard any more. */
  #waiting: Attachment | undefined;

  /**
   * @param channels most that will ever come
   * @param delaySamples delay of the dry signal until a pipe brings the exact one
   * @param unheardSamples for how long after birth nobody hears the output, so that the silence before birth may be in
   *   it; always, where it really was silence
   */
  constructor(
    contextRateHz: Hertz,
    channels: number,
    delaySamples: Samples,
    unheardSamples: Samples = Number.POSITIVE_INFINITY,
  ) {
    this.#contextRateHz = contextRateHz;
    this.#channels = channels;
    this.#dry = new DryLine(channels, delaySamples + 2 * MOST_SAMPLES, unheardSamples);
    this.#playout = new Playout(contextRateHz, channels, delaySamples, MOST_SAMPLES);
    this.#mixer = new Mixer(contextRateHz, channels, MOST_SAMPLES);
    this.#figures = new Figures(contextRateHz);
    this.#clean = Array.from({ length: channels }, () => new Float32Array(MOST_SAMPLES));
    this.#fadeOutSamples = Math.ceil(FADE_OUT_SECONDS * contextRateHz);
    this.#fadeInSamples = Math.ceil(FADE_IN_SECONDS * contextRateHz);
  }

  /** Goes over to a pipe: at once, or as soon as the one before is not heard any more. Allocates. */
  attach(pipe: PipeEnd, settings: AttachSettings): void {
    const attachment = new Attachment(pipe, settings, this.#contextRateHz, this.#dry.now === 0, MOST_SAMPLES);
    this.#dry.lengthen(totalLatencySamples(mostLatency(settings)) + 2 * MOST_SAMPLES);
    this.#waiting?.close();
    this.#waiting = attachment;
    attachment.tellLatency();
    this.#leave();
    this.#change();
  }

  /** Fades to the delayed dry signal and lets go of the pipe. */
  detach(): void {
    this.#waiting?.close();
    this.#waiting = undefined;
    this.#leave();
    this.#change();
  }

  /** Lets go of every pipe at once; nothing is rendered any more. */
  dispose(): void {
    this.#waiting?.close();
    this.#attached?.close();
  }

  /** Delay of the dry signal, now or in a moment. */
  get delaySamples(): Samples {
    return this.#playout.target.dryDelay;
  }

  /** Control words of the pipe in use. */
  get words(): Int32Array | undefined {
    return this.#attached?.words;
  }

  /** Streams begin anew, and so does the automatic gain. */
  reset(): void {
    this.#mixer.reset();
    this.#attached?.exchange.reset();
  }

  /** Watches who speaks from now on: {@link takeVoiceChange}. Allocates. */
  watchVoice(holdMs: Milliseconds): void {
    this.#figures.watchVoice(holdMs);
  }

  /** Who speaks, where that has changed since the last call. */
  takeVoiceChange(): VoiceWatch | undefined {
    return this.#figures.takeVoiceChange();
  }

  /** Stays with the delayed dry signal, or comes back from it. */
  holdDry(on: boolean): void {
    if (this.#attached !== undefined) this.#attached.exchange.heldDry = on;
  }

  /**
   * One quantum.
   * @param inputs planes that are there, all of the same length as the outputs; none: silence
   * @param outputs planes to fill
   */
  process(inputs: readonly Float32Array[], outputs: readonly Float32Array[], values: ParameterValues): void {
    const length = outputs.length > 0 ? outputs[0].length : 0;
    for (let start = 0; start < length; start += MOST_SAMPLES)
      this.#stretch(inputs, outputs, start, Math.min(MOST_SAMPLES, length - start), values);
    if (this.#attached !== undefined) this.#tell(this.#attached);
  }

  #stretch(
    inputs: readonly Float32Array[],
    outputs: readonly Float32Array[],
    start: number,
    length: Samples,
    values: ParameterValues,
  ): void {
    this.#change();
    const attached = this.#attached;
    const dry = this.#dry;
    const playout = this.#playout;
    const clean = this.#clean;
    const present = Math.min(inputs.length, this.#channels);
    const heard = Math.min(outputs.length, this.#channels);
    const nonFinite = cleanInput(inputs, start, length, clean);
    const limitDb = clampTo(PARAMETERS.attenuationLimit.range, valueAt(values.attenuationLimit, 0));
    dry.write(clean, length);
    let wetPosition = 0;
    if (attached !== undefined) {
      const { exchange, words } = attached;
      if (nonFinite > 0) Atomics.add(words, Word.NON_FINITE_SAMPLES, nonFinite);
      Atomics.store(words, Word.ATTENUATION_LIMIT, floatToWord(limitDb));
      exchange.push(clean, present, length);
      exchange.drain(exchange.pushed - playout.target.wetDelay, length, playout.closed);
      wetPosition = exchange.pushed - length;
      this.#steer(attached, wetPosition);
    }
    const range = attached?.joined ? attached.exchange.range : undefined;
    playout.render(dry.line, dry.now, range, wetPosition, heard, length);
    dry.now += length;
    attached?.watch(playout.target, wetPosition + length, length, this.burstSamples);
    for (let channel = heard; channel < outputs.length; channel++) outputs[channel].fill(0, start, start + length);
    const { dry: lined, enhanced, closed } = playout;
    this.#mixer.process(lined, enhanced, outputs, heard, start, length, values, limitDb, !closed);
    this.#figures.takeInput(clean, present, length);
    this.#figures.takeOutput(playout, outputs, heard, start, length, limitDb);
  }

  /** Lets the pipe in use fade away. */
  #leave(): void {
    if (this.#attached === undefined) return;
    const { exchange } = this.#attached;
    exchange.fadeAway(exchange.pushed - this.#playout.target.wetDelay, this.#fadeOutSamples);
    this.#attached.leaving = true;
  }

  /** Changes pipes, once nothing of the old one is heard and no crossfade is under way. */
  #change(): void {
    const playout = this.#playout;
    if (this.#attached?.leaving) {
      if (playout.busy || (!playout.closed && this.#dry.now > 0)) return;
      this.#attached.close();
      this.#attached = undefined;
    }
    if (playout.busy) return;
    if (this.#waiting !== undefined) {
      this.#attached = this.#waiting;
      this.#waiting = undefined;
      playout.setFades(this.#attached.offline ? 1 : this.#fadeOutSamples, this.#fadeInSamples);
    }
    // It is fed from now on, so that its first enhanced samples are there by the time the dry line goes back far enough
    // for its latency.
    const attached = this.#attached;
    if (attached === undefined || attached.joined) return;
    const total = totalLatencySamples(attached);
    const ringDelay = ringDelaySamples(attached);
    if (!this.#dry.reaches(total)) return;
    attached.joined = true;
    const { exchange } = attached;
    if (this.#dry.now === 0) playout.jump(total, ringDelay);
    else playout.glide(total, ringDelay, exchange.pushed, exchange.range);
  }

  /** Goes over to the latency that is wanted, if it has changed. */
  #steer(attached: Attachment, wetPosition: number): void {
    const playout = this.#playout;
    if (playout.busy || attached.leaving || !attached.joined) return;
    const total = totalLatencySamples(attached);
    const ringDelay = ringDelaySamples(attached);
    if (ringDelay === playout.target.wetDelay || !this.#dry.reaches(total)) return;
    playout.glide(total, ringDelay, wetPosition, attached.exchange.range);
  }

  #tell(attached: Attachment): void {
    const { words } = attached;
    const { closed } = this.#playout;
    Atomics.add(words, Word.QUANTA, 1);
    Atomics.store(words, Word.WET, closed || this.#mixer.bypassed ? 0 : 1);
    Atomics.store(words, Word.BURST_SAMPLES, this.burstSamples);
    this.#figures.tell(words, closed);
    attached.tellLatency();
  }
}
