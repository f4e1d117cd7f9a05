/**
 * In:     what lanes tell their thread (pooled-lane.ts), what the thread answers (serve-pool.ts)
 * Out:    each message to whom it is for; how fast the thread is; another worker where one has ended
 * Thread: that of the pool's owner
 */
import { Worker } from 'node:worker_threads';
import { DenoiseError } from '../../engine/index.ts';
import { fromErrorData } from '../../shared/errors.ts';
import { LoadShedder } from '../../shared/load/load-shedder.ts';
import { StepClock } from '../../shared/load/step-clock.ts';
import type { Milliseconds, Samples } from '../../shared/units.ts';
import type { EnhancedPiece, FromThread, ThreadData, ToThread } from './messages.ts';
import { RecentValues } from './recent-values.ts';

/** A worker that has lived for so long is replaced at once; before others there is a pause, twice as long each time. */
const PROOF_MS = 10_000;
/** Where nothing was written or heard for so long, it was not the thread that did not keep up: the app stood still. */
const STANDSTILL_MS = 500;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/** Who hears what becomes of a thread. */
export interface ThreadOwner {
  /** The worker has ended, and is replaced. */
  crashed(error: DenoiseError): void;
  /** Lanes have been turned to dry sound, because the thread cannot keep up. */
  shed(): void;
  /** One of them is back. */
  returned(): void;
}

/** What a thread knows of a lane that it carries: pooled-lane.ts. */
export interface CarriedLane {
  readonly realtime: boolean;
  readonly channels: number;
  /** Gives dry sound because its thread cannot serve it. */
  readonly isDry: boolean;
  /** The thread has ended, or is to be relieved. */
  goDry(): void;
  /** The thread takes the lane. */
  goWet(): void;
  opened(latencySamples: Samples): void;
  refused(error: DenoiseError): void;
  enhanced(piece: EnhancedPiece): void;
  ended(): void;
}

/** One thread of a pool and the lanes that it carries. When its worker ends it gets another. */
export class PoolThread {
  /** Time of one step of a stream, milliseconds, and how late steps of realtime lanes were. */
  readonly steps = new RecentValues();
  readonly lateness = new RecentValues();
  /** Oldest first. */
  readonly #lanes = new Set<CarriedLane>();
  readonly #byNumber = new Map<number, CarriedLane>();
  readonly #entry: URL;
  readonly #data: ThreadData;
  readonly #owner: ThreadOwner;
  #clock = new StepClock();
  #shedder = new LoadShedder();
  #worker: Worker;
  #ready: Promise<void>;
  #isReady = false;
  #balancedAtMs = 0;
  #pauseMs = 0;
  #readyAtMs = 0;
  #pause: NodeJS.Timeout | undefined;
  #numbers = 0;
  #pushed = 0;
  #heard = 0;
  #isBehind = false;
  #isClosed = false;

  constructor(entry: URL, data: ThreadData, owner: ThreadOwner) {
    this.#entry = entry;
    this.#data = data;
    this.#owner = owner;
    [this.#worker, this.#ready] = this.#start();
  }

  /** Resolves when the present worker has its model; rejects where the first of all could not load it. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get lanes(): ReadonlySet<CarriedLane> {
    return this.#lanes;
  }

  /** Channels of all lanes. */
  get channels(): number {
    let sum = 0;
    for (const { channels } of this.#lanes) sum += channels;
    return sum;
  }

  /** Share of its time that the thread computes. */
  get load(): number {
    if (this.#clock.load > 0) this.#clock.worked(0, performance.now());
    return this.#clock.load;
  }

  add(lane: CarriedLane): void {
    this.#lanes.add(lane);
    this.#worker.ref();
  }

  remove(lane: CarriedLane): void {
    this.#lanes.delete(lane);
    // A pool that nobody uses does not keep the process.
    if (this.#lanes.size === 0 && this.#isReady) this.#worker.unref();
    this.#shedder.relieve();
  }

  /** A number for a lane, by which answers find it. */
  number(lane: CarriedLane): number {
    this.#numbers += 1;
    this.#byNumber.set(this.#numbers, lane);
    return this.#numbers;
  }

  /** Answers to a number are no longer wanted. */
  forget(number: number): void {
    if (this.#byNumber.delete(number)) this.send({ type: 'close', lane: number });
  }

  send(message: ToThread, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  /** How many pieces have been sent; before each, by who sends it. */
  countPush(): number {
    // However long it had nothing to do, nobody waited for it.
    if (this.#heard === this.#pushed && !this.#isBehind) this.#shedder.caughtUp(performance.now());
    this.#pushed += 1;
    return this.#pushed;
  }

  /** Lets go of the youngest realtime lanes when the thread cannot keep up, and takes the oldest back when it can. */
  balance(): void {
    const nowMs = performance.now();
    const pausedMs = nowMs - this.#balancedAtMs;
    this.#balancedAtMs = nowMs;
    if (!this.#isReady) return;
    if (pausedMs > STANDSTILL_MS) this.#shedder.caughtUp(nowMs);
    let carried = 0;
    let oldestDry: CarriedLane | undefined;
    for (const lane of this.#lanes) {
      if (!lane.realtime) continue;
      if (lane.isDry) oldestDry ??= lane;
      else carried += 1;
    }
    const toShed = this.#shedder.toShed(nowMs, carried);
    if (toShed > 0) this.#shed(toShed);
    else if (oldestDry !== undefined && this.#shedder.mayReturn(nowMs, carried, this.load)) {
      oldestDry.goWet();
      this.#owner.returned();
    }
  }

  #shed(count: number): void {
    const carried = [...this.#lanes].filter(({ realtime, isDry }) => realtime && !isDry);
    for (const lane of carried.slice(-count)) lane.goDry();
    this.#owner.shed();
  }

  /** Ends the worker; lanes that are left hear nothing more. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#isReady = false;
    clearTimeout(this.#pause);
    await this.#worker.terminate();
  }

  #start(): [Worker, Promise<void>] {
    const worker = new Worker(this.#entry, { workerData: this.#data });
    let failure: unknown;
    this.#clock = new StepClock();
    this.#shedder = new LoadShedder();
    [this.#pushed, this.#heard, this.#isBehind] = [0, 0, false];
    const ready = new Promise<void>((resolve, reject) => {
      worker.on('message', (message: FromThread) => {
        if (this.#isClosed) return;
        if (message.type === 'unusable') failure = fromErrorData(message.error);
        if (message.type === 'ready') {
          this.#begin(message.stepMs);
          resolve();
        } else this.#hear(message);
      });
      // The end follows.
      worker.on('error', (error) => {
        failure ??= error;
      });
      worker.on('exit', (status) => {
        const error = this.#isClosed ? new Error('The pool is closed.') : endOf(failure, status);
        reject(error);
        if (!this.#isClosed) this.#crashed(error as DenoiseError);
      });
    });
    // Told by the event, and to whoever waits.
    ready.catch(() => {});
    return [worker, ready];
  }

  #begin(stepMs: Milliseconds): void {
    this.#isReady = true;
    this.#readyAtMs = performance.now();
    this.#shedder.stepMs = stepMs;
    this.#clock.stepMs = stepMs;
    if (this.#lanes.size === 0) this.#worker.unref();
    for (const lane of this.#lanes) lane.goWet();
  }

  #crashed(error: DenoiseError): void {
    const wasReady = this.#isReady;
    this.#isReady = false;
    this.#byNumber.clear();
    for (const lane of this.#lanes) lane.goDry();
    if (wasReady && performance.now() - this.#readyAtMs >= PROOF_MS) this.#pauseMs = 0;
    const restart = (): void => {
      [this.#worker, this.#ready] = this.#start();
    };
    if (this.#pauseMs === 0) restart();
    else this.#pause = setTimeout(restart, this.#pauseMs).unref();
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, 2 * this.#pauseMs));
    this.#owner.crashed(error);
  }

  #hear(message: Exclude<FromThread, { type: 'ready' }>): void {
    switch (message.type) {
      case 'unusable':
        // It ends by itself.
        return;
      case 'opened':
        this.#byNumber.get(message.lane)?.opened(message.latencySamples);
        return;
      case 'refused':
        this.#byNumber.get(message.lane)?.refused(fromErrorData(message.error));
        return;
      case 'enhanced': {
        this.#heard = message.heard;
        this.#isBehind = message.isBehind;
        if (message.streams > 0) this.steps.add(message.stepMs / message.streams);
        this.#clock.worked(message.turnMs, performance.now());
        if (!message.isBehind) this.#shedder.caughtUp(performance.now());
        for (const piece of message.pieces) this.#deliver(piece);
        for (const number of message.ended) {
          this.#byNumber.get(number)?.ended();
          this.#byNumber.delete(number);
        }
        this.balance();
        return;
      }
      default:
        message satisfies never;
    }
  }

  #deliver(piece: EnhancedPiece): void {
    if (piece.lateMs !== undefined) this.lateness.add(piece.lateMs);
    this.#byNumber.get(piece.lane)?.enhanced(piece);
  }
}

function endOf(failure: unknown, status: number): DenoiseError {
  if (failure instanceof DenoiseError) return failure;
  const why = failure instanceof Error ? failure.message : `it ended with status ${status}`;
  return new DenoiseError(
    'worker-crashed',
    `A thread of the pool ended, and is replaced: ${why}. Its streams go on with dry sound until then.`,
    { cause: failure },
  );
}
