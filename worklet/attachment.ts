/**
 * In:     a pipe that the page has handed over, and what is known of its timing
 * Out:    the exchange over it and its latency now, to live-path.ts; underruns, to the control words
 * Thread: [audio]
 */
import { Word } from '../src/shared/control-block.ts';
import { type LatencyParts, ringDelaySamples, totalLatencySamples } from '../src/shared/latency.ts';
import type { PipeEnd } from '../src/shared/pipe-end.ts';
import type { Hertz, Samples } from '../src/shared/units.ts';
import { Exchange } from './exchange.ts';
import { LatencyControl } from './latency-control.ts';
import type { Tap } from './tap.ts';

/** What 'attach' says besides the pipe. */
export interface AttachSettings extends LatencyParts {
  readonly offline: boolean;
  /** Spin until the worker has answered; only where the pipe is shared memory and the context offline. */
  readonly waits: boolean;
  /** Least that the prefill may be given back to, and most that it may be raised to. */
  readonly minPrefillSamples: Samples;
  readonly maxPrefillSamples: Samples;
}

/** A pipe in use, or waiting to be. Nothing but the constructor allocates. */
export class Attachment implements LatencyParts {
  readonly exchange: Exchange;
  readonly offline: boolean;
  readonly engineDelaySamples: Samples;
  readonly advanceWaitSamples: Samples;
  /** It is played, at its own latency. Before that it is fed, and none of it is heard. */
  joined = false;
  /** It fades away, and is let go of when nothing of it is heard. */
  leaving = false;
  readonly #control: LatencyControl;
  /** The gate has been fully open since the last interruption, so that dry sound would be an underrun. */
  #opened = false;
  #inUnderrun = false;
  #inOverrun = false;
  /** Where the enhanced samples ended when the underrun began. */
  #endAtUnderrun = 0;

  /**
   * @param fresh nothing was rendered before: see ExchangeSettings
   * @param mostSamples longest stretch that is worked on at once
   */
  constructor(pipe: PipeEnd, settings: AttachSettings, contextRateHz: Hertz, fresh: boolean, mostSamples: Samples) {
    const { engineDelaySamples, advanceWaitSamples } = settings;
    this.offline = settings.offline;
    this.engineDelaySamples = engineDelaySamples;
    this.advanceWaitSamples = advanceWaitSamples;
    this.exchange = new Exchange(pipe, {
      contextRateHz,
      engineDelaySamples,
      advanceWaitSamples,
      maxRingDelaySamples: ringDelaySamples(mostLatency(settings)),
      mostSamples,
      fresh,
      waits: settings.waits,
    });
    this.#control = new LatencyControl(settings, contextRateHz);
  }

  /** Prefill to go over to now. */
  get prefillSamples(): Samples {
    return this.#control.prefill;
  }

  get words(): Int32Array {
    return this.exchange.pipe.words;
  }

  /**
   * After a stretch: counts what went wrong, and lets the latency follow.
   * @param wetPosition where the next stretch begins
   * @param burst length of the device's bursts
   */
  watch(tap: Tap, wetPosition: number, length: Samples, burst: Samples): void {
    const { words, exchange } = this;
    // The ring was full: until its sound is played again, that is late, too.
    if (exchange.holding) this.#inOverrun = true;
    if (tap.level === 1) this.#inOverrun = false;
    if (this.#inOverrun && !this.leaving) Atomics.add(words, Word.UNDERRUN_SAMPLES, length);
    if (exchange.interruptedNow || this.leaving) {
      this.#opened = false;
      this.#inUnderrun = false;
      return;
    }
    if (tap.short && this.#opened && !this.#inUnderrun) {
      this.#inUnderrun = true;
      this.#endAtUnderrun = exchange.end;
      Atomics.add(words, Word.UNDERRUNS, 1);
      if (!this.offline) this.#control.underrun(burst);
    }
    if (this.#inUnderrun) Atomics.add(words, Word.UNDERRUN_SAMPLES, tap.dimmed);
    // A raise of the latency opens the gate for a moment, with samples that were there before: the underrun is over
    // when new ones have come.
    if (tap.level === 1 && !(this.#inUnderrun && exchange.end === this.#endAtUnderrun)) {
      if (this.#inUnderrun) this.#control.recovered();
      this.#opened = true;
      this.#inUnderrun = false;
    }
    if (!this.#opened || this.offline) return;
    this.#control.advance(length, Math.max(0, exchange.end - (wetPosition - tap.wetDelay)));
  }

  /** Stores the latency now, and how much of it was spare. */
  tellLatency(): void {
    const { words } = this;
    Atomics.store(words, Word.RING_DELAY_SAMPLES, ringDelaySamples(this));
    Atomics.store(words, Word.LATENCY_SAMPLES, totalLatencySamples(this));
    Atomics.store(words, Word.SLACK_SAMPLES, this.#control.leastSlack);
  }

  close(): void {
    this.exchange.pipe.close();
  }
}

/** The longest latency that there may be. Allocates. */
export function mostLatency(settings: AttachSettings): LatencyParts {
  return { ...settings, prefillSamples: settings.maxPrefillSamples };
}
