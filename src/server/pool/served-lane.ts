/**
 * In:     samples of one lane (serve-pool.ts)
 * Out:    the same, enhanced, once its steps are taken; how late each was
 * Thread: one of a pool's
 */
import type { Denoiser } from '../../engine/index.ts';
import { Enhancer } from '../../files/enhance.ts';
import type { ResolvedSound } from '../options.ts';
import type { EnhancedPiece } from './messages.ts';
import { type Planes, SparePlanes, USUAL_SECONDS } from './spare-planes.ts';

/** A lane of a thread. */
export class ServedLane {
  readonly enhancer: Enhancer;
  isFinishing = false;
  #pushed = 0;
  #pulled = 0;
  /** When samples came, up to which position: of those whose step is still to come. */
  readonly #arrivals: { readonly position: number; readonly atMs: number }[] = [];
  readonly #delaySamples: number;
  readonly #spare: SparePlanes;

  constructor(
    denoiser: Denoiser,
    readonly number: number,
    { sampleRateHz, channels, settings }: ResolvedSound,
    readonly realtime: boolean,
  ) {
    this.enhancer = new Enhancer(denoiser, channels, sampleRateHz, settings);
    this.#delaySamples = this.enhancer.streams[0].delaySamples;
    this.#spare = new SparePlanes(channels, Math.ceil(USUAL_SECONDS * sampleRateHz));
  }

  /** The planes are the lane's from now on. */
  put(planes: Planes, frames: number, atMs: number): void {
    this.enhancer.put(planes, 0, frames);
    this.#spare.keep(planes);
    this.#pushed += frames;
    if (this.realtime) this.#arrivals.push({ position: this.#pushed, atMs });
  }

  /** A step is due, or the end. */
  get isWaiting(): boolean {
    return this.isFinishing || this.enhancer.isDue;
  }

  /** After a turn. Says whether it was the last. */
  settle(): boolean {
    this.enhancer.stepped();
    if (!this.isFinishing || this.enhancer.isDue) return false;
    this.enhancer.finish();
    return true;
  }

  /** What is ready; undefined where that is nothing. */
  take(nowMs: number): EnhancedPiece | undefined {
    const frames = this.enhancer.available;
    if (frames === 0) return undefined;
    const planes = this.#spare.take(frames);
    this.enhancer.pull(planes, 0, frames);
    this.#pulled += frames;
    const needed = Math.min(this.#pulled + this.#delaySamples, this.#pushed);
    const arrivals = this.#arrivals;
    while (arrivals.length > 0 && arrivals[0].position < needed) arrivals.shift();
    return {
      lane: this.number,
      planes,
      frames,
      lateMs: arrivals.length === 0 ? undefined : nowMs - arrivals[0].atMs,
    };
  }
}
