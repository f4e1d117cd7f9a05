import { DenoiseNode, type DenoiseOptions } from 'denoise-node';
import { Comparison } from './comparison.ts';
import { isolatedAssets } from './isolation.ts';
import { Recorder } from './recorder.ts';
import type { SourceError } from './source-error.ts';
import type { OpenSource, Source } from './sources.ts';

const FADE_SECONDS = 0.03;

/** What happens to the player without being asked for. */
export interface PlayerEvents {
  /** The context was suspended, interrupted or resumed, by the browser or by the player. */
  onContextState(): void;
  /** The source ended by itself, and nothing plays any more. */
  onLost(why: SourceError): void;
}

/**
 * The audio graph of the page, built at the first start, because browsers let sound begin only after a gesture:
 *
 *     source ─┬─► DenoiseNode ─┬─► comparison ─► monitor ─► destination
 *             │                └─► recorder
 *             └────────────────► comparison
 */
export class Player {
  readonly context = new AudioContext();
  readonly node: DenoiseNode;
  readonly comparison: Comparison;
  /** Resolves when loudness is measured and recordings can be made; rejects where the page's worklets do not load. */
  readonly tools: Promise<void>;
  readonly #monitor = new GainNode(this.context, { gain: 0 });
  readonly #events: PlayerEvents;
  #source: Source | undefined;
  #request = 0;

  /** Starts to load the model. */
  constructor(options: DenoiseOptions, events: PlayerEvents) {
    this.#events = events;
    this.#monitor.connect(this.context.destination);
    this.node = new DenoiseNode(this.context, { ...options, assets: isolatedAssets() });
    this.comparison = new Comparison(this.node);
    this.comparison.output.connect(this.#monitor);
    this.context.addEventListener('statechange', () => events.onContextState());
    this.tools = this.context.audioWorklet
      .addModule(new URL('demo-processors.js', import.meta.url))
      .then(() => this.comparison.measure());
    this.tools.catch(() => {}); // Whoever needs them asks; the sound does not.
  }

  /** What sounds; undefined while nothing does. */
  get source(): Source | undefined {
    return this.#source;
  }

  /** Whether the browser holds the sound back although something should sound. */
  get isHeld(): boolean {
    return this.#source !== undefined && this.context.state !== 'running';
  }

  /**
   * Plays another source. Resolves to false when it was overtaken by a later call.
   * Rejects when it cannot be opened; then nothing plays.
   */
  async play(open: OpenSource, heard: (live: boolean) => boolean): Promise<boolean> {
    const request = ++this.#request;
    await this.#silence();
    // Not awaited: where the browser wants a gesture first, it answers only then, and the page shows that it is held.
    void this.context.resume().catch(() => {});
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
    this.comparison.remeasure();
    source.node.connect(this.node);
    source.node.connect(this.comparison.input);
    this.hear(heard(source.live));
    void source.lost.then((why) => {
      if (this.#source === source) void this.stop().then(() => this.#events.onLost(why));
    });
    return true;
  }

  /** Asks the browser again, in a gesture of the visitor. */
  resume(): Promise<void> {
    return this.context.resume();
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

  /** Records what the DenoiseNode gives from now on, whichever side is listened to. */
  async record(): Promise<Recorder> {
    await this.tools;
    return new Recorder(this.node, this.#source?.channelCount ?? 1);
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
