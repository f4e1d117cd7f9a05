import { DenoiseNode, type DenoiseOptions } from 'denoise-node';
import type { OpenSource, Source } from './sources.ts';

const FADE_SECONDS = 0.03;

/**
 * The audio graph of the page, built at the first start, because browsers let sound begin only after a gesture:
 *
 *     source ─┬─► DenoiseNode ─┬─► monitor ─► destination
 *             └─► before       └─► after            (analysers, for pictures and levels)
 */
export class Player {
  readonly context = new AudioContext();
  readonly before = new AnalyserNode(this.context);
  readonly after = new AnalyserNode(this.context);
  readonly node: DenoiseNode;
  readonly #monitor = new GainNode(this.context, { gain: 0 });
  #source: Source | undefined;
  #request = 0;

  /** Starts to load the model. */
  constructor(options: DenoiseOptions) {
    this.#monitor.connect(this.context.destination);
    this.node = new DenoiseNode(this.context, options);
    this.node.connect(this.after);
    this.node.connect(this.#monitor);
  }

  /** Whether what sounds is a microphone; undefined while nothing does. */
  get live(): boolean | undefined {
    return this.#source?.live;
  }

  /**
   * Plays another source. Resolves to false when it was overtaken by a later call.
   * Rejects when it cannot be opened; then nothing plays.
   */
  async play(open: OpenSource, heard: (live: boolean) => boolean): Promise<boolean> {
    const request = ++this.#request;
    await this.#silence();
    await this.context.resume();
    const isOvertaken = () => request !== this.#request;
    const source = await open(this.context).catch((error: unknown) => {
      if (!isOvertaken()) throw error;
    });
    if (!source) return false;
    if (isOvertaken()) {
      source.stop();
      return false;
    }
    this.#source = source;
    source.node.connect(this.before);
    source.node.connect(this.node);
    this.hear(heard(source.live));
    return true;
  }

  /** Fades out, then lets go of the source; a microphone's light goes out. */
  async stop(): Promise<void> {
    const request = ++this.#request;
    await this.#silence();
    if (request === this.#request) await this.context.suspend();
  }

  /** Whether the result goes to the loudspeakers. */
  hear(isHeard: boolean): void {
    this.#monitor.gain.setTargetAtTime(isHeard ? 1 : 0, this.context.currentTime, FADE_SECONDS / 3);
  }

  /** Takes everything apart. */
  async close(): Promise<void> {
    await this.stop();
    this.node.dispose();
    await this.context.close();
  }

  async #silence(): Promise<void> {
    const source = this.#source;
    if (!source) return;
    this.#source = undefined;
    this.hear(false);
    await new Promise((resolve) => setTimeout(resolve, 1000 * (FADE_SECONDS + 2 * this.context.baseLatency)));
    source.stop();
    source.node.disconnect();
  }
}
