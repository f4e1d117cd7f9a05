/**
 * In:     what worklet and page want of one node: control words, noisy samples in its ring
 * Out:    streams for the next step, to step-loop.ts; what came of it, and what was done, to the worklet
 * Thread: [worker]
 */
import type { Denoiser, DenoiserStream } from '../engine/denoiser.ts';
import { advanceSamples } from '../engine/manifest/manifest.ts';
import { Word, wordToFloat } from '../shared/control-block.ts';
import { advanceWaitSamples } from '../shared/latency.ts';
import type { PipeEnd } from '../shared/pipe-end.ts';
import { hasReached } from '../shared/ring-buffer.ts';
import type { Hertz, Milliseconds, Samples } from '../shared/units.ts';
import { NodeStreams } from './node-streams.ts';

/** What the page says of a node. */
export interface NodeRequest {
  readonly nodeId: number;
  readonly contextRateHz: Hertz;
  readonly offline: boolean;
}

/** One node as the worker sees it. */
export class ServedNode {
  readonly nodeId: number;
  readonly offline: boolean;
  readonly denoiser: Denoiser;
  /** Samples that a step takes, at the context's rate. */
  readonly advanceWaitSamples: Samples;
  /** Time of sound in one step. */
  readonly stepMs: Milliseconds;
  readonly #pipe: PipeEnd;
  readonly #streams: NodeStreams;
  #isShed = false;
  #isBroken = false;
  #overruns = 0;
  #hasLost = false;
  /** The samples of a step were taken and wait for {@link publish}. */
  #stepped = false;

  /** Throws a RangeError for a rate that the engine refuses. */
  constructor({ nodeId, offline, contextRateHz }: NodeRequest, denoiser: Denoiser, pipe: PipeEnd) {
    const { framing, sampleRateHz } = denoiser.manifest;
    this.nodeId = nodeId;
    this.offline = offline;
    this.denoiser = denoiser;
    this.advanceWaitSamples = advanceWaitSamples(advanceSamples(framing), sampleRateHz, contextRateHz);
    this.stepMs = (1000 * this.advanceWaitSamples) / contextRateHz;
    this.#pipe = pipe;
    this.#streams = new NodeStreams(denoiser, contextRateHz, pipe, this.advanceWaitSamples);
    Atomics.store(pipe.words, Word.NEXT_DUE, this.#streams.missing(1));
    Atomics.store(pipe.words, Word.PROBE_WORKER, Atomics.load(pipe.words, Word.PROBE_MAIN));
  }

  get engineDelaySamples(): Samples {
    return this.#streams.engineDelaySamples;
  }

  /** Streams that exist, running or not. */
  get streams(): number {
    return this.#streams.count;
  }

  /**
   * Whether noisy samples were thrown away since the last but one {@link collect}, because nobody took them in time.
   */
  get hasLost(): boolean {
    return this.#hasLost;
  }

  /** Whether a burst of the device fits the ring. Where it does not, what is lost says nothing about this thread. */
  get #holdsBurst(): boolean {
    const { noisy, words } = this.#pipe;
    return Atomics.load(words, Word.BURST_SAMPLES) + this.advanceWaitSamples <= noisy.capacity;
  }

  get isShed(): boolean {
    return this.#isShed;
  }

  /** It has thrown, and is served no more. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Control words, for figures that the loop writes. */
  get words(): Int32Array {
    return this.#pipe.words;
  }

  /** Whether a step, or a request, waits for the next pass. */
  get hasWork(): boolean {
    const { words, noisy } = this.#pipe;
    if (this.#isBroken) return false;
    if (Atomics.load(words, Word.RESET_REQUEST) !== Atomics.load(words, Word.RESET_DONE)) return true;
    return hasReached(noisy.writeIndex, Atomics.load(words, Word.NEXT_DUE));
  }

  /**
   * Takes the samples of one step, if they are there and the node is served, and appends the streams to step to `batch`
   * at `count`; returns the new count. {@link publish} follows in any case.
   */
  collect(batch: DenoiserStream[], count: number): number {
    const { noisy, words } = this.#pipe;
    Atomics.add(words, Word.HEARTBEAT, 1);
    if (this.#isBroken) return count;
    const overruns = Atomics.load(words, Word.OVERRUNS);
    this.#hasLost = overruns !== this.#overruns && !this.#isShed && this.#holdsBurst;
    this.#overruns = overruns;
    if (Atomics.load(words, Word.RESET_REQUEST) !== Atomics.load(words, Word.RESET_DONE)) this.#beginAnew();
    const available = noisy.availableRead;
    // After NOISY_WRITE: the worklet stores the channels before it publishes the first sample that has them.
    const wanted = this.#wanted();
    if (wanted < this.#streams.running) this.#streams.stop(wanted);
    if (wanted === 0) {
      noisy.discard(available);
      return count;
    }
    const missing = this.#streams.missing(wanted);
    if (available < missing) return count;
    this.#streams.start(wanted);
    this.#streams.feed(missing);
    this.#stepped = true;
    const limitDb = wordToFloat(Atomics.load(words, Word.ATTENUATION_LIMIT));
    for (let channel = 0; channel < wanted; channel++) {
      const stream = this.#streams.stream(channel);
      if (stream.attenuationLimitDb !== limitDb) stream.attenuationLimitDb = limitDb;
      batch[count + channel] = stream;
    }
    return count + wanted;
  }

  /** Hands over what is enhanced, after the batch was stepped. */
  publish(): void {
    if (this.#isBroken) return;
    const { noisy, words } = this.#pipe;
    this.#streams.drain();
    if (this.#stepped) Atomics.add(words, Word.STEPS, 1);
    this.#stepped = false;
    // After the samples: whoever sees that nothing is due any more also sees what has come of it.
    Atomics.store(words, Word.NEXT_DUE, (noisy.readIndex + this.#streams.missing(Math.max(1, this.#wanted()))) | 0);
    this.#pipe.signal();
  }

  /** Gives zeros from now on, for which the worklet plays dry. */
  beginShedding(): void {
    this.#isShed = true;
    Atomics.add(this.#pipe.words, Word.SHEDDINGS, 1);
    Atomics.store(this.#pipe.words, Word.SHED, 1);
    this.#streams.stop(0);
    this.#pipe.flush();
  }

  /** Enhances again, with new streams. */
  endShedding(): void {
    this.#isShed = false;
    this.#pipe.noisy.discard(this.#pipe.noisy.availableRead);
    Atomics.store(this.#pipe.words, Word.SHED, 0);
    this.#pipe.flush();
  }

  /**
   * Leaves the node alone from now on, because it has made the loop throw: its worklet plays dry for good, and its
   * heart beats on.
   */
  quarantine(): void {
    this.#isBroken = true;
    this.#isShed = true;
    this.#stepped = false;
    Atomics.store(this.#pipe.words, Word.SHED, 1);
  }

  /** Frees the streams and lets go of the pipe. */
  dispose(): void {
    this.#streams.dispose();
    this.#pipe.close();
  }

  /** Throws away what the streams know and what waits for them. */
  #beginAnew(): void {
    const { noisy, words } = this.#pipe;
    const request = Atomics.load(words, Word.RESET_REQUEST);
    noisy.discard(noisy.availableRead);
    this.#streams.stop(0);
    Atomics.store(words, Word.RESET_DONE, request);
    this.#pipe.flush();
  }

  /** Channels that are to be computed now. */
  #wanted(): number {
    const { noisy, words } = this.#pipe;
    return this.#isShed ? 0 : Math.min(noisy.channels, Math.max(0, Atomics.load(words, Word.ACTIVE_CHANNELS)));
  }
}
