/**
 * In:     noisy samples of one node, up to `channels` planes, from its noisy ring
 * Out:    as many enhanced samples, step by step, for its enhanced ring
 * Thread: [worker]
 *
 * Index k of the enhanced ring is the enhancement of index k of the noisy ring, for ever. What is not computed (a plane
 * without sound, a node that is shed, samples that a reset throws away) comes out as zeros of the same number.
 *
 *   stretch of a plane   shed or inactive   stream that began at noisy index r
 *   enhanced index       zeros up to r      r, r + 1, … after `pad` zeros, if fewer than r samples were out by then
 */
import type { Denoiser, DenoiserStream } from '../engine/denoiser.ts';
import type { PipeEnd } from '../shared/pipe-end.ts';
import type { Hertz, Samples } from '../shared/units.ts';

/** Longest stretch that is moved at once. */
const MOST_SAMPLES = 4096;

/** One channel of a node. */
interface Plane {
  readonly stream: DenoiserStream;
  /** Zeros that come out before the stream's own samples. */
  pad: Samples;
}

/**
 * The streams of one node, one for each channel that was ever heard. The first `running` of them take part in every
 * step; the others are as good as new. It allocates when a channel is heard for the first time, and otherwise not at
 * all.
 */
export class NodeStreams {
  readonly #denoiser: Denoiser;
  readonly #contextRateHz: Hertz;
  readonly #pipe: PipeEnd;
  readonly #planes: Plane[] = [];
  readonly #scratch: readonly Float32Array[];
  #running = 0;

  /**
   * Throws a RangeError for a rate that the engine refuses.
   * @param advanceWait samples that a step takes, at the context's rate
   */
  constructor(denoiser: Denoiser, contextRateHz: Hertz, pipe: PipeEnd, advanceWait: Samples) {
    this.#denoiser = denoiser;
    this.#contextRateHz = contextRateHz;
    this.#pipe = pipe;
    const piece = Math.min(advanceWait, MOST_SAMPLES);
    this.#scratch = Array.from({ length: pipe.noisy.channels }, () => new Float32Array(piece));
    this.#plane(0);
  }

  get engineDelaySamples(): Samples {
    return this.#planes[0].stream.delaySamples;
  }

  /** Streams that exist, running or not. */
  get count(): number {
    return this.#planes.length;
  }

  get running(): number {
    return this.#running;
  }

  stream(channel: number): DenoiserStream {
    return this.#planes[channel].stream;
  }

  /** Noisy samples still to be read until all of the first `count` planes can make a step. */
  missing(count: number): Samples {
    let most = 0;
    for (let channel = 0; channel < count; channel++) most = Math.max(most, this.#plane(channel).stream.samplesToHop);
    return most;
  }

  /** Lets the first `count` planes take part from the sample on that is read next. */
  start(count: number): void {
    const { noisy, enhanced } = this.#pipe;
    for (; this.#running < count; this.#running++)
      this.#plane(this.#running).pad = (noisy.readIndex - enhanced.writeIndex) >>> 0;
  }

  /** Lets only the first `count` planes go on. */
  stop(count: number): void {
    for (; this.#running > count; this.#running--) {
      const plane = this.#planes[this.#running - 1];
      plane.pad = 0;
      plane.stream.reset();
    }
  }

  /** Moves `length` samples out of the noisy ring into the streams that run. */
  feed(length: Samples): void {
    for (let left = length; left > 0; ) {
      const count = this.#pipe.noisy.read(this.#scratch, 0, Math.min(left, this.#scratch[0].length));
      for (let channel = 0; channel < this.#running; channel++)
        this.#planes[channel].stream.push(this.#scratch[channel], 0, count);
      left -= count;
    }
  }

  /** Moves what is enhanced into the enhanced ring, as far as there is room. */
  drain(): void {
    const { enhanced } = this.#pipe;
    let left = Math.min(this.#ready(), enhanced.availableWrite);
    while (left > 0) {
      const length = Math.min(left, this.#scratch[0].length);
      for (let channel = 0; channel < this.#running; channel++)
        pull(this.#planes[channel], this.#scratch[channel], length);
      enhanced.write(this.#scratch, this.#running, 0, length);
      left -= length;
    }
  }

  dispose(): void {
    for (const { stream } of this.#planes) stream.dispose();
  }

  /** Samples that could be published now. Where no stream runs, zeros stand for all that was read. */
  #ready(): Samples {
    if (this.#running === 0) return (this.#pipe.noisy.readIndex - this.#pipe.enhanced.writeIndex) >>> 0;
    let least = Number.POSITIVE_INFINITY;
    for (let channel = 0; channel < this.#running; channel++)
      least = Math.min(least, this.#planes[channel].pad + this.#planes[channel].stream.available);
    return least;
  }

  #plane(channel: number): Plane {
    this.#planes[channel] ??= { stream: this.#denoiser.createStream(this.#contextRateHz), pad: 0 };
    return this.#planes[channel];
  }
}

/** Fills `target` with the next `length` samples of a plane, which must be there. */
function pull(plane: Plane, target: Float32Array, length: Samples): void {
  const zeros = Math.min(plane.pad, length);
  for (let i = 0; i < zeros; i++) target[i] = 0;
  plane.pad -= zeros;
  plane.stream.pull(target, zeros, length - zeros);
}
