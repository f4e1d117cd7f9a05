/**
 * In:     samples of the lanes of one thread (pool-thread.ts)
 * Out:    model steps of those that are due; enhanced samples back
 * Thread: one of a pool's
 *
 *   messages ─▶ lanes that are due ─▶ step of the first ─▶ answer ─▶ … until no step is due ─▶ event queue
 *
 * Whoever has waited longest comes first, and realtime lanes before the others. Turns are short, because what comes
 * during one waits for its end: after a standstill, streams are late by it and a turn, not by the steps of all.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { advanceSamples, type Denoiser, type DenoiserStream } from '../../engine/index.ts';
import { toErrorData } from '../../shared/errors.ts';
import { loadModel } from '../load-model.ts';
import type { ResolvedSound } from '../options.ts';
import { clockMs, type EnhancedPiece, type FromThread, isThreadData, type ToThread } from './messages.ts';
import { ServedLane } from './served-lane.ts';

/**
 * Streams of one turn, unless a lane has more: what the model runs at once. With more in a turn, what has waited during
 * a standstill would be answered at the end of all, and what comes meanwhile after as long again.
 */
const STREAMS_OF_TURN = 2;

/** Whether this thread was started by a pool. */
export const IS_POOL_THREAD = isThreadData(workerData);

/** Loads the model, and serves for as long as the thread lives. */
export async function servePool(): Promise<void> {
  const port = parentPort;
  if (port === null || !isThreadData(workerData)) throw new Error('servePool: expected a thread of a pool.');
  try {
    const denoiser = await loadModel(workerData.denoisePool.model);
    const turns = new Turns(denoiser, port);
    port.on('message', (message: ToThread) => turns.hear(message));
    const { framing, sampleRateHz } = denoiser.manifest;
    answer(port, { type: 'ready', stepMs: (1000 * advanceSamples(framing)) / sampleRateHz });
  } catch (error) {
    answer(port, { type: 'unusable', error: toErrorData(error, 'model-load') });
  }
}

/** Which lanes take their step, and when. */
class Turns {
  readonly #denoiser: Denoiser;
  readonly #port: MessagePort;
  readonly #lanes = new Map<number, ServedLane>();
  /** Lanes with a step or their end to come, each once, whoever has waited longest first. */
  readonly #realtime: ServedLane[] = [];
  readonly #recordings: ServedLane[] = [];
  /** Lanes of the present turn, and streams of the present batch. */
  readonly #served: ServedLane[] = [];
  readonly #batch: DenoiserStream[] = [];
  #heard = 0;
  #isComing = false;
  readonly #onTurn = (): void => this.#turn();

  constructor(denoiser: Denoiser, port: MessagePort) {
    this.#denoiser = denoiser;
    this.#port = port;
  }

  hear(message: ToThread): void {
    switch (message.type) {
      case 'open':
        this.#open(message.lane, message.sound, message.realtime);
        return;
      case 'push':
        this.#heard = message.count;
        this.#lanes.get(message.lane)?.put(message.planes, message.frames, message.atMs);
        this.#queue(message.lane);
        return;
      case 'finish': {
        const lane = this.#lanes.get(message.lane);
        if (lane !== undefined) lane.isFinishing = true;
        this.#queue(message.lane);
        return;
      }
      case 'close':
        this.#close(message.lane);
        return;
      default:
        message satisfies never;
    }
  }

  #open(number: number, sound: ResolvedSound, realtime: boolean): void {
    try {
      const lane = new ServedLane(this.#denoiser, number, sound, realtime);
      this.#lanes.set(number, lane);
      answer(this.#port, { type: 'opened', lane: number, latencySamples: lane.enhancer.latencySamples });
    } catch (error) {
      answer(this.#port, { type: 'refused', lane: number, error: toErrorData(error, 'worker-crashed') });
    }
  }

  #close(number: number): void {
    const lane = this.#lanes.get(number);
    if (lane === undefined) return;
    lane.enhancer.dispose();
    this.#lanes.delete(number);
    const queue = this.#queueOf(lane);
    if (queue.includes(lane)) queue.splice(queue.indexOf(lane), 1);
  }

  #queueOf({ realtime }: ServedLane): ServedLane[] {
    return realtime ? this.#realtime : this.#recordings;
  }

  /** Puts a lane behind those that wait, where it has something to wait for and does not yet. */
  #queue(number: number): void {
    const lane = this.#lanes.get(number);
    if (lane?.isWaiting) {
      const queue = this.#queueOf(lane);
      if (!queue.includes(lane)) queue.push(lane);
    }
    this.#schedule();
  }

  /** After what else has arrived. */
  #schedule(): void {
    if (this.#isComing) return;
    this.#isComing = true;
    setImmediate(this.#onTurn);
  }

  #turn(): void {
    const begin = performance.now();
    this.#isComing = false;
    this.#choose();
    const streams = this.#step();
    const stepMs = performance.now() - begin;
    const pieces: EnhancedPiece[] = [];
    const ended: number[] = [];
    const nowMs = clockMs();
    for (const lane of this.#served) {
      const isEnd = lane.settle();
      const piece = lane.take(nowMs);
      if (piece !== undefined) pieces.push(piece);
      if (isEnd) ended.push(lane.number);
      if (isEnd) this.#close(lane.number);
      else if (lane.isWaiting) this.#queueOf(lane).push(lane);
    }
    const message: FromThread = {
      type: 'enhanced',
      pieces,
      ended,
      stepMs,
      streams,
      turnMs: performance.now() - begin,
      heard: this.#heard,
      isBehind: this.#realtime.length > 0,
    };
    answer(this.#port, message, pieces.flatMap(buffersOf));
    if (this.#realtime.length + this.#recordings.length > 0) this.#schedule();
  }

  /** Takes the lanes of a turn from those that wait. */
  #choose(): void {
    const queue = this.#realtime.length > 0 ? this.#realtime : this.#recordings;
    this.#served.length = 0;
    for (let streams = 0; streams < STREAMS_OF_TURN; ) {
      const lane = queue.shift();
      if (lane === undefined) return;
      this.#served.push(lane);
      streams += lane.enhancer.streams.length;
    }
  }

  /** One step for each stream of theirs that is due; says how many. */
  #step(): number {
    const batch = this.#batch;
    let [steps, inBatch] = [0, 0];
    for (const { enhancer } of this.#served) {
      if (!enhancer.isDue) continue;
      for (const stream of enhancer.streams) {
        batch[inBatch++] = stream;
        steps += 1;
        if (inBatch < STREAMS_OF_TURN) continue;
        this.#denoiser.step(batch, inBatch);
        inBatch = 0;
      }
    }
    if (inBatch > 0) this.#denoiser.step(batch, inBatch);
    batch.length = 0;
    return steps;
  }
}

function buffersOf({ planes }: EnhancedPiece): ArrayBuffer[] {
  return planes.map(({ buffer }) => buffer);
}

function answer(port: MessagePort, message: FromThread, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}
