/**
 * In:     planar samples of one recording (sound-path.ts); the same, enhanced, from a thread (pool-thread.ts)
 * Out:    the enhanced ones; in realtime dry ones, as late, while the thread has none
 * Thread: that of the pool's owner
 *
 *   samples ─┬─▶ thread ─▶ enhanced ─┬─▶ seam ─▶
 *            └─▶ those not answered ─┘ dry
 */
import { SampleQueue } from '../../engine/dsp/sample-queue.ts';
import type { DenoiseError } from '../../engine/index.ts';
import type { Samples } from '../../shared/units.ts';
import type { Lane, LaneOutput } from '../lane.ts';
import type { ResolvedSound } from '../options.ts';
import type { Piece } from '../pcm-codec.ts';
import { clockMs, type EnhancedPiece } from './messages.ts';
import type { CarriedLane, PoolThread } from './pool-thread.ts';
import { Seam } from './seam.ts';
import { type Planes, SparePlanes, USUAL_SECONDS } from './spare-planes.ts';

/** Sound that may wait for the thread beyond what the model needs, before the writer has to. */
const QUEUE_SECONDS = 2;
/** Way from enhanced to dry sound and back. */
const GLIDE_SECONDS = 0.01;

/** A recording in one of a pool's threads. */
export class PooledLane implements Lane, CarriedLane {
  readonly realtime: boolean;
  readonly #thread: PoolThread;
  readonly #sound: ResolvedSound;
  readonly #output: LaneOutput;
  readonly #seam: Seam;
  /** What went in and has not come out. */
  readonly #waiting: readonly SampleQueue[];
  readonly #spare: SparePlanes;
  #latencySamples = 0;
  /** In the thread; undefined while sound is dry. */
  #number: number | undefined;
  #isFinishing = false;
  #isClosed = false;
  #opening: { resolve: () => void; reject: (error: Error) => void } | undefined;

  private constructor(thread: PoolThread, sound: ResolvedSound, realtime: boolean, output: LaneOutput) {
    this.realtime = realtime;
    this.#thread = thread;
    this.#sound = sound;
    this.#output = output;
    this.#seam = new Seam(sound.channels, Math.ceil(GLIDE_SECONDS * sound.sampleRateHz));
    const usualFrames = Math.ceil(USUAL_SECONDS * sound.sampleRateHz);
    this.#waiting = Array.from({ length: sound.channels }, () => new SampleQueue(usualFrames));
    this.#spare = new SparePlanes(sound.channels, usualFrames);
  }

  /** Rejects with the engine's error, or where the thread could not load its model. */
  static async open(
    thread: PoolThread,
    sound: ResolvedSound,
    realtime: boolean,
    output: LaneOutput,
  ): Promise<PooledLane> {
    const lane = new PooledLane(thread, sound, realtime, output);
    thread.add(lane);
    try {
      await new Promise<void>((resolve, reject) => {
        lane.#opening = { resolve, reject };
        if (thread.isReady) lane.goWet();
        // Where that fails there is nothing to wait for. A later worker is waited for.
        else thread.ready.catch(reject);
      });
      return lane;
    } catch (error) {
      lane.close();
      throw error;
    } finally {
      lane.#opening = undefined;
    }
  }

  get channels(): number {
    return this.#sound.channels;
  }

  get latencySamples(): Samples {
    return this.#latencySamples;
  }

  get isDry(): boolean {
    return this.#number === undefined && this.realtime && !this.#isFinishing && this.#opening === undefined;
  }

  get hasRoom(): boolean {
    return this.#waiting[0].length <= this.#latencySamples + QUEUE_SECONDS * this.#sound.sampleRateHz;
  }

  push({ planes, frames }: Piece): void {
    for (let c = 0; c < planes.length; c++) this.#waiting[c].pushAll(planes[c], 0, frames);
    if (this.#number === undefined) this.#passDry();
    else this.#send(this.#copied(planes, frames), frames, this.#number);
    if (this.realtime) this.#thread.balance();
  }

  finish(): void {
    this.#isFinishing = true;
    if (this.#number === undefined) this.#passDry();
    else this.#thread.send({ type: 'finish', lane: this.#number });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#number !== undefined) this.#thread.forget(this.#number);
    this.#number = undefined;
    this.#thread.remove(this);
  }

  /** What is not answered is given out as it is, but for what enhanced sound would not have come of either. */
  goDry(): void {
    if (this.#isClosed || this.#number === undefined) return;
    this.#thread.forget(this.#number);
    this.#number = undefined;
    this.#seam.open();
    this.#passDry();
    this.#output.room();
  }

  /** It begins anew, with the next sample that has not come out. */
  goWet(): void {
    if (this.#isClosed || this.#number !== undefined || (this.#isFinishing && this.realtime)) return;
    this.#number = this.#thread.number(this);
    if (this.#opening === undefined) this.#seam.open();
    this.#thread.send({ type: 'open', lane: this.#number, sound: this.#sound, realtime: this.realtime });
    const frames = this.#waiting[0].length;
    if (frames > 0) this.#send(this.#taken(frames, true), frames, this.#number);
    if (this.#isFinishing) this.#thread.send({ type: 'finish', lane: this.#number });
  }

  opened(latencySamples: Samples): void {
    this.#latencySamples = latencySamples;
    this.#opening?.resolve();
  }

  refused(error: DenoiseError): void {
    if (this.#opening === undefined) this.#output.failed(error);
    else this.#opening.reject(error);
  }

  enhanced(piece: EnhancedPiece): void {
    const hadRoom = this.hasRoom;
    for (const queue of this.#waiting) queue.drop(piece.frames);
    this.#give(piece.planes, piece.frames);
    if (!hadRoom && this.hasRoom) this.#output.room();
  }

  ended(): void {
    this.#isClosed = true;
    this.#number = undefined;
    this.#thread.remove(this);
    this.#output.ended();
  }

  #passDry(): void {
    if (!this.realtime) return;
    const held = this.#isFinishing ? 0 : this.#latencySamples;
    const frames = this.#waiting[0].length - held;
    if (frames > 0) this.#give(this.#taken(frames, false), frames);
    if (this.#isFinishing) this.#output.ended();
  }

  #give(planes: Planes, frames: number): void {
    const piece = { planes, frames };
    this.#seam.pass(piece);
    this.#output.sound(piece);
    this.#spare.keep(planes);
  }

  #copied(planes: readonly Float32Array[], frames: number): Planes {
    const copies = this.#spare.take(frames);
    for (let c = 0; c < planes.length; c++) for (let n = 0; n < frames; n++) copies[c][n] = planes[c][n];
    return copies;
  }

  #send(planes: Planes, frames: number, lane: number): void {
    this.#thread.send(
      { type: 'push', lane, planes, frames, atMs: clockMs(), count: this.#thread.countPush() },
      planes.map(({ buffer }) => buffer),
    );
  }

  /** The oldest samples that have not come out; they stay where `isCopy`. */
  #taken(frames: number, isCopy: boolean): Planes {
    const planes = this.#spare.take(frames);
    this.#waiting.forEach((queue, c) => {
      queue.take(planes[c], 0, frames);
      if (isCopy) queue.pushAll(planes[c], 0, frames);
    });
    return planes;
  }
}
