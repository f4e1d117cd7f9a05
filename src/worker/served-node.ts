/**
 * In:     noisy samples of one node, up to `channels` planes, from its noisy ring
 * Out:    as many enhanced samples, step by step, into its enhanced ring
 * Thread: [worker]
 *
 * Index k of the enhanced ring is the enhancement of index k of the noisy ring, for ever. What is not computed (a plane
 * without sound, a node that is shed, samples that a reset throws away) comes out as zeros of the same number.
 *
 *   stretch of a plane:   shed or inactive │ stream that began at noisy index r
 *   enhanced index:        zeros up to r   │ r, r + 1, …  (after `pad` zeros, if fewer than r samples were out when it began)
 */
import type { Denoiser, DenoiserStream } from '../engine/denoiser.ts';
import { advanceSamples } from '../engine/manifest/manifest.ts';
import { Word, wordToFloat } from '../shared/control-block.ts';
import { advanceWaitSamples } from '../shared/latency.ts';
import type { PipeEnd } from '../shared/pipe-end.ts';
import { hasReached } from '../shared/ring-buffer.ts';
import type { Hertz, Milliseconds, Samples } from '../shared/units.ts';

/** Longest stretch that is moved at once. */
const MOST_SAMPLES = 4096;

/** What a node needs of its node. */
export interface NodeRequest {
  readonly nodeId: number;
  readonly contextRateHz: Hertz;
  readonly offline: boolean;
}

/** One channel of a node. */
interface Plane {
  readonly stream: DenoiserStream;
  /** The stream takes part in every step. Otherwise it is as good as new. */
  running: boolean;
  /** Zeros that come out before the stream's own samples. */
  pad: Samples;
}

/**
 * One node as the worker sees it. It allocates when a channel is heard for the first time, and otherwise not at all.
 */
export class ServedNode {
  readonly nodeId: number;
  readonly offline: boolean;
  readonly denoiser: Denoiser;
  readonly engineDelaySamples: Samples;
  readonly advanceWaitSamples: Samples;
  private readonly pipe: PipeEnd;
  private readonly contextRateHz: Hertz;
  private readonly planes: Plane[] = [];
  private running = 0;
  private shed = false;
  private broken = false;
  private overruns = 0;
  private lost = false;
  /** The samples of a step were taken and wait for {@link publish}. */
  private stepped = false;
  private readonly scratch: readonly Float32Array[];

  /** Throws a RangeError for a rate that the engine refuses. */
  constructor(request: NodeRequest, denoiser: Denoiser, pipe: PipeEnd) {
    this.nodeId = request.nodeId;
    this.offline = request.offline;
    this.contextRateHz = request.contextRateHz;
    this.denoiser = denoiser;
    this.pipe = pipe;
    this.engineDelaySamples = this.plane(0).stream.delaySamples;
    const { framing, sampleRateHz } = denoiser.manifest;
    this.advanceWaitSamples = advanceWaitSamples(advanceSamples(framing), sampleRateHz, request.contextRateHz);
    const piece = Math.min(this.advanceWaitSamples, MOST_SAMPLES);
    this.scratch = Array.from({ length: pipe.noisy.channels }, () => new Float32Array(piece));
    Atomics.store(pipe.words, Word.NEXT_DUE, this.missing(1));
    Atomics.store(pipe.words, Word.PROBE_WORKER, Atomics.load(pipe.words, Word.PROBE_MAIN));
  }

  /** Time of sound in one step. */
  get stepMs(): Milliseconds {
    return (1000 * this.advanceWaitSamples) / this.contextRateHz;
  }

  /** Streams that exist, running or not. */
  get streams(): number {
    return this.planes.length;
  }

  /**
   * Whether noisy samples were thrown away since the last but one {@link collect}, because nobody took them in time.
   */
  get hasLost(): boolean {
    return this.lost;
  }

  get isShed(): boolean {
    return this.shed;
  }

  /** Control words, for figures that the loop writes. */
  get words(): Int32Array {
    return this.pipe.words;
  }

  /**
   * Takes the samples of one step, if they are there and the node is served, and appends the streams to step to `batch`
   * at `count`; returns the new count. {@link publish} follows in any case.
   */
  collect(batch: DenoiserStream[], count: number): number {
    const { noisy, words } = this.pipe;
    Atomics.add(words, Word.HEARTBEAT, 1);
    if (this.broken) return count;
    const overruns = Atomics.load(words, Word.OVERRUNS);
    this.lost = overruns !== this.overruns && !this.shed;
    this.overruns = overruns;
    if (Atomics.load(words, Word.RESET_REQUEST) !== Atomics.load(words, Word.RESET_DONE)) this.beginAnew();
    const available = noisy.availableRead;
    // After NOISY_WRITE: the worklet stores the channels before it publishes the first sample that has them.
    const wanted = this.shed ? 0 : Math.min(noisy.channels, Math.max(0, Atomics.load(words, Word.ACTIVE_CHANNELS)));
    if (wanted < this.running) this.stop(wanted);
    if (wanted === 0) {
      noisy.discard(available);
      return count;
    }
    const missing = this.missing(wanted);
    if (available < missing) return count;
    this.start(wanted);
    this.feed(missing);
    this.stepped = true;
    const limitDb = wordToFloat(Atomics.load(words, Word.ATTENUATION_LIMIT));
    for (let channel = 0; channel < wanted; channel++) {
      const { stream } = this.planes[channel];
      if (stream.attenuationLimitDb !== limitDb) stream.attenuationLimitDb = limitDb;
      batch[count + channel] = stream;
    }
    return count + wanted;
  }

  /** Hands over what is enhanced, after the batch was stepped; returns whether this node took part. */
  publish(): boolean {
    if (this.broken) return false;
    const { enhanced, words } = this.pipe;
    let left = Math.min(this.ready(), enhanced.availableWrite);
    while (left > 0) {
      const length = Math.min(left, this.scratch[0].length);
      for (let channel = 0; channel < this.running; channel++)
        pull(this.planes[channel], this.scratch[channel], length);
      enhanced.write(this.scratch, this.running, 0, length);
      left -= length;
    }
    const { stepped } = this;
    this.stepped = false;
    if (stepped) Atomics.add(words, Word.STEPS, 1);
    // After the samples: who sees that nothing is due any more sees also what has come of it.
    Atomics.store(words, Word.NEXT_DUE, (this.pipe.noisy.readIndex + this.missing(Math.max(1, this.wanted()))) | 0);
    this.pipe.signal();
    return stepped;
  }

  /** Gives zeros from now on, for which the worklet plays dry. */
  beginShedding(): void {
    this.shed = true;
    Atomics.add(this.pipe.words, Word.SHEDDINGS, 1);
    Atomics.store(this.pipe.words, Word.SHED, 1);
    this.stop(0);
    this.pipe.flush();
  }

  /** Enhances again, with new streams. */
  endShedding(): void {
    this.shed = false;
    this.pipe.noisy.discard(this.pipe.noisy.availableRead);
    Atomics.store(this.pipe.words, Word.SHED, 0);
    this.pipe.flush();
  }

  /**
   * Touches the node no more, which has made the loop throw: its worklet plays dry for good, and its heart beats on.
   */
  quarantine(): void {
    this.broken = true;
    this.shed = true;
    this.stepped = false;
    Atomics.store(this.pipe.words, Word.SHED, 1);
  }

  get isBroken(): boolean {
    return this.broken;
  }

  /** Frees the streams and lets go of the pipe. */
  dispose(): void {
    for (const { stream } of this.planes) stream.dispose();
    this.pipe.close();
  }

  /** Whether a step, or a request, waits for the next pass. */
  get hasWork(): boolean {
    const { words, noisy } = this.pipe;
    if (this.broken) return false;
    if (Atomics.load(words, Word.RESET_REQUEST) !== Atomics.load(words, Word.RESET_DONE)) return true;
    return hasReached(noisy.writeIndex, Atomics.load(words, Word.NEXT_DUE));
  }

  /** Throws away what the streams know and what waits for them. */
  private beginAnew(): void {
    const { noisy, words } = this.pipe;
    const request = Atomics.load(words, Word.RESET_REQUEST);
    noisy.discard(noisy.availableRead);
    this.stop(0);
    Atomics.store(words, Word.RESET_DONE, request);
    this.pipe.flush();
  }

  private wanted(): number {
    return this.shed
      ? 0
      : Math.min(this.pipe.noisy.channels, Math.max(0, Atomics.load(this.pipe.words, Word.ACTIVE_CHANNELS)));
  }

  /** Noisy samples still to be read until all of the first `count` planes can make a step. */
  private missing(count: number): Samples {
    let most = 0;
    for (let channel = 0; channel < count; channel++) most = Math.max(most, this.plane(channel).stream.samplesToHop);
    return most;
  }

  /** Lets the first `count` planes take part from the sample on that is read next. */
  private start(count: number): void {
    const { noisy, enhanced } = this.pipe;
    for (; this.running < count; this.running++) {
      const plane = this.plane(this.running);
      plane.running = true;
      plane.pad = (noisy.readIndex - enhanced.writeIndex) >>> 0;
    }
  }

  /** Lets only the first `count` planes go on. */
  private stop(count: number): void {
    for (; this.running > count; this.running--) {
      const plane = this.planes[this.running - 1];
      plane.running = false;
      plane.pad = 0;
      plane.stream.reset();
    }
  }

  private feed(length: Samples): void {
    for (let left = length; left > 0; ) {
      const count = this.pipe.noisy.read(this.scratch, 0, Math.min(left, this.scratch[0].length));
      for (let channel = 0; channel < this.running; channel++)
        this.planes[channel].stream.push(this.scratch[channel], 0, count);
      left -= count;
    }
  }

  /** Samples that could be published now. Where no stream runs, zeros stand for all that was read. */
  private ready(): Samples {
    if (this.running === 0) return (this.pipe.noisy.readIndex - this.pipe.enhanced.writeIndex) >>> 0;
    let least = Number.POSITIVE_INFINITY;
    for (let channel = 0; channel < this.running; channel++)
      least = Math.min(least, this.planes[channel].pad + this.planes[channel].stream.available);
    return least;
  }

  private plane(channel: number): Plane {
    this.planes[channel] ??= { stream: this.denoiser.createStream(this.contextRateHz), running: false, pad: 0 };
    return this.planes[channel];
  }
}

/** Fills `target` with `length` samples of a plane, of which there must be so many. */
function pull(plane: Plane, target: Float32Array, length: Samples): void {
  const zeros = Math.min(plane.pad, length);
  for (let i = 0; i < zeros; i++) target[i] = 0;
  plane.pad -= zeros;
  plane.stream.pull(target, zeros, length - zeros);
}
