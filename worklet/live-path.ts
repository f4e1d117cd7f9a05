/**
 * In:     render quanta of any length, with any number of channels, from denoise-processor.ts
 * Out:    quanta of the same length, delayed and denoised; noisy samples to the worker (stream-exchange.ts)
 * Thread: [audio]
 *
 *   input ─ clean ─┬─▶ noisy ring ─▶ worker ─▶ enhanced ring ─▶ enhanced line ─┐ ring delay
 *                  └─▶ dry line ────────────────────────────────────────────┴─▶ playout ─▶ mixer ─▶ output
 *                                                                    total latency
 */
import { floatToWord, Word } from '../src/shared/control-block.ts';
import { ringDelaySamples, totalLatencySamples } from '../src/shared/latency.ts';
import { clampTo, PARAMETERS } from '../src/shared/parameters.ts';
import type { PipeEnd } from '../src/shared/pipe-end.ts';
import type { Hertz, Samples } from '../src/shared/units.ts';
import { cleanInput } from './clean-input.ts';
import { DelayLine } from './delay-line.ts';
import { Exchange } from './exchange.ts';
import { LatencyControl } from './latency-control.ts';
import { LevelMeter } from './level-meter.ts';
import { Mixer } from './mixer.ts';
import { NoiseMeter } from './noise-meter.ts';
import { type ParameterValues, valueAt } from './parameter-values.ts';
import { Playout } from './playout.ts';

/**
 * Longest stretch that is worked on at once; longer quanta are cut, so that every buffer has its size from the start.
 */
export const MOST_SAMPLES = 128;

/**
 * Fade to dry before enhanced samples run out, and back when they have come again. The first is taken out of the
 * prefill, because it must begin while samples are still there; it can be short, because it joins two signals that line
 * up.
 */
const FADE_OUT_SECONDS = 64 / 48000;
const FADE_IN_SECONDS = 0.02;

/** What 'attach' says besides the pipe. */
export interface AttachSettings {
  readonly offline: boolean;
  /** Spin until the worker has answered; only where the pipe is shared memory and the context offline. */
  readonly waits: boolean;
  readonly engineDelaySamples: Samples;
  readonly advanceWaitSamples: Samples;
  readonly prefillSamples: Samples;
  readonly maxPrefillSamples: Samples;
}

/** A pipe and what goes with it. */
interface Attachment {
  readonly exchange: Exchange;
  readonly settings: AttachSettings;
  readonly control: LatencyControl;
}

/**
 * All that happens to samples on the audio thread. {@link process} allocates nothing, throws nothing and waits for
 * nothing (offline: until the worker has answered, with an end); the other methods are called between two quanta, and
 * attach allocates.
 */
export class LivePath {
  private readonly playout: Playout;
  private readonly mixer: Mixer;
  private readonly inputMeter: LevelMeter;
  private readonly outputMeter: LevelMeter;
  private readonly enhancedMeter: LevelMeter;
  private readonly noiseMeter: NoiseMeter;
  private readonly clean: readonly Float32Array[];
  private readonly fadeOutSamples: Samples;
  private readonly fadeInSamples: Samples;
  private dryLine: DelayLine;
  /** First position that the dry line knows: birth, or a later one after it had to be replaced by a longer line. */
  private dryFrom = 0;
  /** Samples heard since birth: the position of the next one in the dry line. */
  private now = 0;
  private attached: Attachment | undefined;
  /** Takes the place of `attached` as soon as that is not heard any more. */
  private waiting: Attachment | undefined;
  private leaving = false;
  /** The pipe in use is played at its own latency. Before that it is fed, and none of it is heard. */
  private joined = false;
  /** The gate has been fully open since the last interruption, so that dry sound would be an underrun. */
  private opened = false;
  private inUnderrun = false;
  /** Where the enhanced samples ended when the underrun began. */
  private endAtUnderrun = 0;

  /**
   * @param channels most that will ever come
   * @param delaySamples delay of the dry signal until a pipe brings the exact one
   * @param unheardSamples for so long after birth nobody hears the output, so that the silence before birth may be in
   *   it; always, where it really was silence
   */
  constructor(
    private readonly contextRateHz: Hertz,
    private readonly channels: number,
    delaySamples: Samples,
    private readonly unheardSamples: Samples = Number.POSITIVE_INFINITY,
  ) {
    this.playout = new Playout(contextRateHz, channels, delaySamples, MOST_SAMPLES);
    this.mixer = new Mixer(contextRateHz, MOST_SAMPLES);
    this.inputMeter = new LevelMeter(contextRateHz);
    this.outputMeter = new LevelMeter(contextRateHz);
    this.enhancedMeter = new LevelMeter(contextRateHz);
    this.noiseMeter = new NoiseMeter(contextRateHz);
    this.clean = Array.from({ length: channels }, () => new Float32Array(MOST_SAMPLES));
    this.fadeOutSamples = Math.ceil(FADE_OUT_SECONDS * contextRateHz);
    this.fadeInSamples = Math.ceil(FADE_IN_SECONDS * contextRateHz);
    this.dryLine = new DelayLine(channels, delaySamples + 2 * MOST_SAMPLES);
  }

  /** Goes over to a pipe: at once, or as soon as the one before is not heard any more. Allocates. */
  attach(pipe: PipeEnd, settings: AttachSettings): void {
    const most = { ...settings, prefillSamples: settings.maxPrefillSamples };
    const exchange = new Exchange(pipe, {
      contextRateHz: this.contextRateHz,
      engineDelaySamples: settings.engineDelaySamples,
      advanceWaitSamples: settings.advanceWaitSamples,
      maxRingDelaySamples: ringDelaySamples(most),
      mostSamples: MOST_SAMPLES,
      fresh: this.now === 0,
      waits: settings.waits,
    });
    const past = totalLatencySamples(most) + 2 * MOST_SAMPLES;
    if (past > this.dryLine.pastSamples) {
      const longer = new DelayLine(this.channels, past);
      longer.copyFrom(this.dryLine, this.now);
      this.dryFrom = Math.max(this.dryFrom, this.now - this.dryLine.pastSamples);
      this.dryLine = longer;
    }
    this.waiting?.exchange.pipe.close();
    this.waiting = {
      exchange,
      settings,
      control: new LatencyControl(
        settings.prefillSamples,
        settings.maxPrefillSamples,
        settings.advanceWaitSamples,
        this.contextRateHz,
      ),
    };
    this.tellLatency(this.waiting);
    this.leave();
    this.change();
  }

  /** Fades to the delayed dry signal and lets go of the pipe. */
  detach(): void {
    this.waiting?.exchange.pipe.close();
    this.waiting = undefined;
    this.leave();
    this.change();
  }

  /** Lets go of every pipe at once; nothing is rendered any more. */
  dispose(): void {
    this.waiting?.exchange.pipe.close();
    this.attached?.exchange.pipe.close();
  }

  /** Control words of the pipe in use. */
  get words(): Int32Array | undefined {
    return this.attached?.exchange.pipe.words;
  }

  /** Streams begin anew. */
  reset(): void {
    this.attached?.exchange.reset();
  }

  /**
   * One quantum.
   * @param inputs planes that are there, all of the same length as the outputs; none: silence
   * @param outputs planes to fill
   */
  process(inputs: readonly Float32Array[], outputs: readonly Float32Array[], params: ParameterValues): void {
    const length = outputs.length > 0 ? outputs[0].length : 0;
    for (let start = 0; start < length; start += MOST_SAMPLES)
      this.stretch(inputs, outputs, start, Math.min(MOST_SAMPLES, length - start), params);
    if (this.attached !== undefined) this.tell(this.attached);
  }

  private stretch(
    inputs: readonly Float32Array[],
    outputs: readonly Float32Array[],
    start: number,
    length: Samples,
    params: ParameterValues,
  ): void {
    this.change();
    const { attached, playout, clean } = this;
    const nonFinite = cleanInput(inputs, start, length, clean);
    for (let channel = 0; channel < this.channels; channel++)
      this.dryLine.write(channel, this.now, clean[channel], 0, length);
    const limitDb = clampTo(PARAMETERS.attenuationLimit.range, valueAt(params.attenuationLimit, 0));
    let wetPosition = 0;
    if (attached !== undefined) {
      const { exchange } = attached;
      const { words } = exchange.pipe;
      if (nonFinite > 0) Atomics.add(words, Word.NON_FINITE_SAMPLES, nonFinite);
      Atomics.store(words, Word.ATTENUATION_LIMIT, floatToWord(limitDb));
      exchange.push(clean, Math.min(inputs.length, this.channels), length);
      exchange.drain(exchange.pushed - playout.target.wetDelay, length, playout.closed);
      wetPosition = exchange.pushed - length;
      this.steer(attached, wetPosition);
    }
    const heard = Math.min(outputs.length, this.channels);
    playout.render(
      this.dryLine,
      this.now,
      this.joined ? attached?.exchange.range : undefined,
      wetPosition,
      heard,
      length,
    );
    this.now += length;
    if (attached !== undefined) this.watch(attached, wetPosition + length, length);
    for (let channel = heard; channel < outputs.length; channel++) outputs[channel].fill(0, start, start + length);
    this.mixer.process(playout.dry, playout.enhanced, outputs, heard, start, length, params);
    this.inputMeter.take(clean, Math.min(inputs.length, this.channels), 0, length);
    this.enhancedMeter.take(playout.enhanced, heard, 0, length);
    this.noiseMeter.take(playout.dry, playout.enhanced, heard, length, limitDb);
    this.outputMeter.take(outputs, heard, start, length);
  }

  /** Lets the pipe in use fade away. */
  private leave(): void {
    if (this.attached === undefined) return;
    const { exchange } = this.attached;
    exchange.fadeAway(exchange.pushed - this.playout.target.wetDelay, this.fadeOutSamples);
    this.leaving = true;
  }

  /** Changes pipes, once nothing of the old one is heard and no crossfade is under way. */
  private change(): void {
    if (this.leaving) {
      if (this.playout.busy || (!this.playout.closed && this.now > 0)) return;
      this.attached?.exchange.pipe.close();
      this.attached = undefined;
      this.leaving = false;
    }
    if (this.playout.busy) return;
    if (this.waiting !== undefined) {
      this.attached = this.waiting;
      this.waiting = undefined;
      this.joined = false;
      this.opened = false;
      this.inUnderrun = false;
      this.playout.setFades(this.attached.settings.offline ? 1 : this.fadeOutSamples, this.fadeInSamples);
    }
    // It is fed from now on, so that its first enhanced samples are there by the time that the dry line goes back far
    // enough for its latency.
    if (this.attached === undefined || this.joined) return;
    const { exchange, settings } = this.attached;
    if (!this.reaches(totalLatencySamples(settings))) return;
    this.joined = true;
    if (this.now === 0) this.playout.jump(totalLatencySamples(settings), ringDelaySamples(settings));
    else this.playout.glide(totalLatencySamples(settings), ringDelaySamples(settings), exchange.pushed, exchange.range);
  }

  /** Whether the dry line goes back so far, or will by the time that anyone hears it. */
  private reaches(delay: Samples): boolean {
    return this.now - delay >= this.dryFrom || (this.dryFrom === 0 && delay <= this.unheardSamples);
  }

  /** Goes over to the latency that is wanted, if it has changed. */
  private steer({ exchange, settings, control }: Attachment, wetPosition: number): void {
    if (this.playout.busy || this.leaving || !this.joined) return;
    const ringDelay = settings.advanceWaitSamples + control.prefill;
    if (ringDelay === this.playout.target.wetDelay || !this.reaches(settings.engineDelaySamples + ringDelay)) return;
    this.playout.glide(settings.engineDelaySamples + ringDelay, ringDelay, wetPosition, exchange.range);
  }

  /** Counts what went wrong, and lets the latency follow. */
  private watch({ exchange, settings, control }: Attachment, wetPosition: number, length: Samples): void {
    const { words } = exchange.pipe;
    const tap = this.playout.target;
    if (exchange.interruptedNow || this.leaving) {
      this.opened = false;
      this.inUnderrun = false;
      return;
    }
    if (tap.short && this.opened && !this.inUnderrun) {
      this.inUnderrun = true;
      this.endAtUnderrun = exchange.end;
      Atomics.add(words, Word.UNDERRUNS, 1);
      if (!settings.offline) control.underrun();
    }
    if (this.inUnderrun) Atomics.add(words, Word.UNDERRUN_SAMPLES, tap.dimmed);
    // A raise of the latency opens the gate for a moment, with samples that were there before: the underrun is over
    // when new ones have come.
    if (tap.level === 1 && !(this.inUnderrun && exchange.end === this.endAtUnderrun)) {
      if (this.inUnderrun) control.recovered();
      this.opened = true;
      this.inUnderrun = false;
    }
    if (this.opened && !settings.offline)
      control.advance(length, Math.max(0, exchange.end - (wetPosition - tap.wetDelay)));
  }

  private tell(attachment: Attachment): void {
    const { words } = attachment.exchange.pipe;
    Atomics.add(words, Word.QUANTA, 1);
    Atomics.store(words, Word.WET, this.playout.closed || this.mixer.bypassed ? 0 : 1);
    Atomics.store(words, Word.SLACK_SAMPLES, attachment.control.leastSlack);
    Atomics.store(words, Word.INPUT_RMS, floatToWord(this.inputMeter.rootMeanSquare));
    Atomics.store(words, Word.OUTPUT_RMS, floatToWord(this.outputMeter.rootMeanSquare));
    Atomics.store(words, Word.ENHANCED_RMS, floatToWord(this.enhancedMeter.rootMeanSquare));
    // Without enhanced samples, the dry ones stand for them: nothing is taken out, and nothing is known of a voice.
    Atomics.store(words, Word.REDUCTION_DB, floatToWord(this.noiseMeter.reductionDb));
    Atomics.store(words, Word.VOICE, floatToWord(this.playout.closed ? 0 : this.noiseMeter.voice));
    this.tellLatency(attachment);
  }

  private tellLatency({ exchange, settings, control }: Attachment): void {
    const { words } = exchange.pipe;
    const ringDelay = settings.advanceWaitSamples + control.prefill;
    Atomics.store(words, Word.RING_DELAY_SAMPLES, ringDelay);
    Atomics.store(words, Word.LATENCY_SAMPLES, settings.engineDelaySamples + ringDelay);
  }
}
