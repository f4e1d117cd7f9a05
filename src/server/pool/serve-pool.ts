/**
 * In:     samples of the lanes of one thread (pool-thread.ts)
 * Out:    one model step for all streams that are due together; enhanced samples back
 * Thread: one of a pool's
 *
 *   messages ─▶ look at all lanes ─▶ step ─▶ answer ─▶ … until no step is due ─▶ event queue
 *
 * Realtime lanes go first: the others get the turns in which none of them has a step waiting.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { advanceSamples, type Denoiser } from '../../engine/index.ts';
import { Enhancer } from '../../files/enhance.ts';
import { toErrorData } from '../../shared/errors.ts';
import { loadModel } from '../load-model.ts';
import { pulled } from '../local-lane.ts';
import type { ResolvedSound } from '../options.ts';
import { clockMs, type EnhancedPiece, type FromThread, isThreadData, type ToThread } from './messages.ts';

/** Streams of one batch: more gain no time, and the engine keeps room for as many as there have ever been. */
const MOST_IN_BATCH = 16;

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

/** A lane of this thread. */
class ServedLane {
  readonly enhancer: Enhancer;
  isFinishing = false;
  #pushed = 0;
  #pulled = 0;
  /** When samples came, up to which position: of those whose step is still to come. */
  readonly #arrivals: { readonly position: number; readonly atMs: number }[] = [];
  readonly #delaySamples: number;

  constructor(
    denoiser: Denoiser,
    readonly number: number,
    { sampleRateHz, channels, settings }: ResolvedSound,
    readonly realtime: boolean,
  ) {
    this.enhancer = new Enhancer(denoiser, channels, sampleRateHz, settings);
    this.#delaySamples = this.enhancer.streams[0].delaySamples;
  }

  put(planes: readonly Float32Array[], frames: number, atMs: number): void {
    this.enhancer.put(planes, 0, frames);
    this.#pushed += frames;
    if (this.realtime) this.#arrivals.push({ position: this.#pushed, atMs });
  }

  /** What is ready; undefined where that is nothing. */
  take(nowMs: number): EnhancedPiece | undefined {
    const piece = pulled(this.enhancer, this.enhancer.streams.length);
    if (piece === undefined) return undefined;
    this.#pulled += piece.frames;
    const needed = Math.min(this.#pulled + this.#delaySamples, this.#pushed);
    const arrivals = this.#arrivals;
    while (arrivals.length > 0 && arrivals[0].position < needed) arrivals.shift();
    return {
      lane: this.number,
      planes: piece.planes as readonly Float32Array<ArrayBuffer>[],
      frames: piece.frames,
      lateMs: arrivals.length === 0 ? undefined : nowMs - arrivals[0].atMs,
    };
  }
}

class Turns {
  readonly #denoiser: Denoiser;
  readonly #port: MessagePort;
  readonly #lanes = new Map<number, ServedLane>();
  #heard = 0;
  #isComing = false;

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
        this.#schedule();
        return;
      case 'finish': {
        const lane = this.#lanes.get(message.lane);
        if (lane !== undefined) lane.isFinishing = true;
        this.#schedule();
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
    this.#lanes.get(number)?.enhancer.dispose();
    this.#lanes.delete(number);
  }

  /** After what else has arrived: chunks of several streams that come together make one batch. */
  #schedule(): void {
    if (this.#isComing) return;
    this.#isComing = true;
    setImmediate(() => {
      this.#isComing = false;
      this.#turn();
    });
  }

  #turn(): void {
    const begin = performance.now();
    const lanes = [...this.#lanes.values()];
    let due = lanes.filter(({ realtime, enhancer }) => realtime && enhancer.isDue);
    if (due.length === 0) due = lanes.filter(({ enhancer }) => enhancer.isDue);
    const streams = due.flatMap(({ enhancer }) => enhancer.streams);
    for (let at = 0; at < streams.length; at += MOST_IN_BATCH)
      this.#denoiser.step(streams.slice(at, at + MOST_IN_BATCH));
    const stepMs = performance.now() - begin;
    for (const { enhancer } of due) enhancer.stepped();
    const finished = lanes.filter(({ isFinishing, enhancer }) => isFinishing && !enhancer.isDue);
    for (const { enhancer } of finished) enhancer.finish();
    const nowMs = clockMs();
    const pieces = [...new Set([...due, ...finished])].flatMap((lane) => lane.take(nowMs) ?? []);
    for (const { number } of finished) this.#close(number);
    const waiting = [...this.#lanes.values()].filter(({ enhancer, isFinishing }) => enhancer.isDue || isFinishing);
    answer(
      this.#port,
      {
        type: 'enhanced',
        pieces,
        ended: finished.map(({ number }) => number),
        stepMs,
        streams: streams.length,
        turnMs: performance.now() - begin,
        heard: this.#heard,
        isBehind: waiting.some(({ realtime, enhancer }) => realtime && enhancer.isDue),
      },
      pieces.flatMap(({ planes }) => planes.map(({ buffer }) => buffer)),
    );
    if (waiting.length > 0) this.#schedule();
  }
}

function answer(port: MessagePort, message: FromThread, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}
