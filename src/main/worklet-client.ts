import type { MainToWorklet, WorkletToMain } from '../shared/protocol.ts';
import type { Samples, Seconds } from '../shared/units.ts';
import { isOfflineContext } from './audio-family.ts';

/**
 * Longest that an offline rendering is held up for an answer that does not come, and how much longer for each second of
 * sound in a step of the model.
 */
const SETTLE_MS = 5000;
const SETTLE_MS_PER_SECOND = 10_000;

/** How long a processor may take to say that it has ended, where its context runs. */
const END_MS = 1000;

/** What the worklet has to say to its owner. */
export interface WorkletNews {
  /** The processor exists on the audio thread. */
  readonly created: () => void;
  /** Message mode: a copy of the control words of the route that was attached under this number. */
  readonly words: (nodeId: number, words: Int32Array) => void;
  /** It has let go of a route; the dry signal keeps this delay. */
  readonly detached: (delaySamples: Samples) => void;
  /** Somebody has begun or ended to speak, at a time of the context. */
  readonly voice: (speaks: boolean, time: Seconds) => void;
  /** The processor threw: it gives silence from now on. */
  readonly died: () => void;
}

/** The worklet as the page talks to it. [main] */
export class WorkletClient {
  readonly #node: AudioWorkletNode;
  readonly #port: MessagePort;
  #ended: () => void = () => {};
  readonly #settling: (() => void)[] = [];

  constructor(node: AudioWorkletNode, news: WorkletNews) {
    this.#node = node;
    this.#port = node.port;
    this.#port.onmessage = ({ data }: MessageEvent<WorkletToMain>) => this.#receive(data, news);
    node.onprocessorerror = news.died;
  }

  /** Starts with, or goes over to, a pipe. */
  attach(attachment: Omit<Extract<MainToWorklet, { type: 'attach' }>, 'type'>): void {
    const { pipe } = attachment;
    this.post({ type: 'attach', ...attachment }, pipe.mode === 'message' ? [pipe.port] : []);
  }

  post(message: MainToWorklet, transfer: Transferable[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  /**
   * Resolves when all sound that is due has come back from the worker, or will not come. For paused offline contexts.
   */
  settle(stepSeconds: Seconds): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, SETTLE_MS + SETTLE_MS_PER_SECOND * stepSeconds);
      this.#settling.push(() => {
        clearTimeout(timer);
        resolve();
      });
      this.post({ type: 'settle' });
    });
  }

  /**
   * Ends the processor and the connection to it. Resolves when the processor is called no more, as far as can be known:
   * a context that stands still calls none.
   */
  async dispose(): Promise<void> {
    this.post({ type: 'dispose' });
    for (const settled of this.#settling.splice(0)) settled();
    const { context } = this.#node;
    if (context.state === 'running' && !isOfflineContext(context))
      await new Promise<void>((resolve) => {
        this.#ended = resolve;
        setTimeout(resolve, END_MS);
      });
    this.#node.onprocessorerror = null;
    this.#port.onmessage = null;
    this.#port.close();
  }

  #receive(message: WorkletToMain, news: WorkletNews): void {
    switch (message.type) {
      case 'created':
        news.created();
        return;
      case 'words':
        news.words(message.nodeId, message.words);
        return;
      case 'detached':
        news.detached(message.delaySamples);
        return;
      case 'voice':
        news.voice(message.speaks, message.time);
        return;
      case 'settled':
        this.#settling.shift()?.();
        return;
      case 'ended':
        this.#ended();
        return;
      default:
        message satisfies never;
        throw new TypeError(`The worklet sent a message that this version does not know: ${JSON.stringify(message)}`);
    }
  }
}
