/**
 * In:     the node of an Agora audio track, or of a processor before this one, in Agora's AudioContext
 * Out:    the node for the processor behind this one, or for the track's `processorDestination`
 * Thread: [main]
 */
import { nameOf } from '../../main/audio-family.ts';
import type { DenoiseNode } from '../../main/denoise-node.ts';
import type { DenoiseOptions } from '../../main/options.ts';
import type { DenoiseError } from '../../shared/errors.ts';
import { quoted } from '../../shared/quoted.ts';
import { askBrowser, type BrowserProcessing, isMicrophone } from '../../stream/browser-processing.ts';
import { openSource, type TrackSource } from '../../stream/open-source.ts';
import { FollowingNode } from '../following-node.ts';
import { requireMethod } from '../require-method.ts';
import type { AgoraContext, AgoraInput, AgoraProcessor } from './pipeline.ts';

/** Name → arguments of its listeners. */
export interface DenoiseProcessorEvents {
  /** Something failed; the sound goes on as it is. */
  error: (error: DenoiseError) => void;
  /** The machine cannot keep up; the sound goes on as it is until it can. */
  overload: () => void;
  /** It is known what the browser does to a microphone itself, with advice where that is not as it should be. */
  processingchange: (processing: BrowserProcessing) => void;
}

type Source = Pick<TrackSource, 'node' | 'close'>;

/** How many there were: they are told apart by it. */
let created = 0;
/** Name of its figures among those of `track.getProcessorStats()`. */
const STATS = 'denoise';
/** The first whose pipelines are what this is made for. */
const OLDEST = 'agora-rtc-sdk-ng 4.10';

/**
 * A processor for the audio tracks of Agora's Web SDK, local and remote ones. It works in Agora's context, and in the
 * pipeline of one track at a time: taken out, or when the track is closed, it frees all that it holds. It may be piped
 * again, and has the settings then that it had.
 *
 * @example
 * ```ts
 * import { type AgoraProcessor, DenoiseProcessor } from 'denoise-node/agora';
 *
 * const processor = new DenoiseProcessor({ attenuationLimit: 30 });
 * interface Track {
 *   pipe(processor: DenoiseProcessor): unknown;
 *   readonly processorDestination: AgoraProcessor;
 * }
 * function denoise(track: Track): void {
 *   processor.setOn(track); // an ILocalAudioTrack or IRemoteAudioTrack; unpipe() takes it out
 * }
 * ```
 */
export class DenoiseProcessor implements AgoraProcessor {
  readonly name = 'DenoiseProcessor';
  readonly ID = `denoise-${++created}`;
  readonly kind = 'audio';
  /** What it is piped from; tracks and processors set it. @internal */
  _source: unknown;
  readonly #following: FollowingNode;
  readonly #listeners: { [E in keyof DenoiseProcessorEvents]: Set<DenoiseProcessorEvents[E]> } = {
    error: new Set(),
    overload: new Set(),
    processingchange: new Set(),
  };
  #context: AgoraContext | undefined;
  #source: Source | undefined;
  #track: MediaStreamTrack | undefined;
  #destination: (AgoraProcessor & { _source?: unknown }) | undefined;

  /** Throws what `new DenoiseNode` throws for bad options. */
  constructor(options?: DenoiseOptions) {
    this.#following = new FollowingNode(options);
  }

  /** Its node, for parameters, events and a panel. Undefined while it is in no track's pipeline. */
  get node(): DenoiseNode | undefined {
    return this.#following.current;
  }

  /** Whether sound is denoised; false passes it on as it is, as late. Stays over all that Agora does. */
  get enabled(): boolean {
    return this.#following.enabled;
  }

  set enabled(enabled: boolean) {
    this.#following.enabled = enabled;
  }

  /** As `enabled = true`. */
  enable(): void {
    this.enabled = true;
  }

  /** As `enabled = false`. */
  disable(): void {
    this.enabled = false;
  }

  /**
   * Becomes the one processor of a track: `track.pipe(processor).pipe(track.processorDestination)`. Throws a TypeError
   * for what has no pipeline: another object, or a track of an Agora that is too old.
   */
  setOn(track: { pipe(processor: DenoiseProcessor): unknown; readonly processorDestination: AgoraProcessor }): void {
    requireMethod(track, 'pipe', 'DenoiseProcessor', `an audio track of ${OLDEST}`);
    track.pipe(this);
    this.pipe(track.processorDestination);
  }

  /** Gives the sound to what comes next, and returns that. Throws a TypeError for what is no processor or is in use. */
  pipe<P extends AgoraProcessor>(processor: P): P {
    const next = requireProcessor(processor);
    if (next === this.#destination) return processor;
    if (next._source)
      throw new TypeError(`DenoiseProcessor.pipe: ${next.name} is piped from something else: unpipe() that first.`);
    this.unpipe();
    this.#destination = next;
    next._source = this;
    this.#handOn();
    return processor;
  }

  /** Takes away what comes next. */
  unpipe(): void {
    const next = this.#destination;
    if (next === undefined) return;
    this.#destination = undefined;
    next._source = undefined;
    this.node?.disconnect();
    next.reset();
  }

  /** Throws a TypeError for an event that there is not. */
  on<E extends keyof DenoiseProcessorEvents>(event: E, listener: DenoiseProcessorEvents[E]): void {
    if (!Object.hasOwn(this.#listeners, event))
      throw new TypeError(
        `DenoiseProcessor.on: expected one of ${Object.keys(this.#listeners).join(', ')}, got ${quoted(event)}.`,
      );
    this.#listeners[event].add(listener);
    this.#listen();
  }

  off<E extends keyof DenoiseProcessorEvents>(event: E, listener: DenoiseProcessorEvents[E]): void {
    this.#listeners[event]?.delete(listener);
  }

  /** For what comes before: sound to denoise. Throws a TypeError for the pipeline of a video track. */
  updateInput({ track, node, context }: AgoraInput<object>): void {
    const audioContext = this.#enter(requireContext(context));
    if (track !== undefined && track !== this.#track) {
      this.#track = track;
      if (isMicrophone(track)) void this.#askBrowser(track);
    }
    if (node !== undefined) this.#take({ node, close: () => disconnect(node, this.node) });
    // A track tells of another microphone first, and then gives the node that it makes for it.
    else if (track !== undefined && this.#source === undefined) this.#take(openSource(audioContext, track));
  }

  /** For what comes before: no sound any more. */
  reset(): void {
    this.#source?.close();
    this.#source = undefined;
    this.#track = undefined;
    this.#context?.unregisterStats?.(this, STATS);
    this.#context = undefined;
    void this.#following.release();
    this.#destination?.reset();
  }

  #enter(context: AgoraContext): AudioContext {
    if (context !== this.#context) {
      this.#context?.unregisterStats?.(this, STATS);
      this.#context = context;
      context.registerStats?.(this, STATS, () => this.node?.getMetrics());
    }
    return context.getAudioContext();
  }

  async #askBrowser(track: MediaStreamTrack): Promise<void> {
    const processing = await askBrowser(track);
    if (track === this.#track) this.#tell('processingchange', processing);
  }

  #take(source: Source): void {
    if (this.#context === undefined) return;
    const node = this.#following.in(this.#context.getAudioContext());
    if (source.node !== this.#source?.node) this.#source?.close();
    this.#source = source;
    source.node.connect(node);
    this.#listen();
    this.#handOn();
  }

  #handOn(): void {
    const { node } = this;
    if (node !== undefined && this.#context !== undefined)
      this.#destination?.updateInput({ node, context: this.#context });
  }

  /** To errors only where the app does: the node warns in the console where nobody listens. */
  #listen(): void {
    const { node } = this;
    if (node === undefined) return;
    if (this.#listeners.error.size > 0) node.addEventListener('error', this.#failed);
    node.addEventListener('overload', this.#overloaded);
  }

  readonly #failed = ({ detail }: CustomEvent<{ readonly error: DenoiseError }>): void =>
    this.#tell('error', detail.error);

  readonly #overloaded = (): void => this.#tell('overload');

  #tell<E extends keyof DenoiseProcessorEvents>(event: E, ...told: Parameters<DenoiseProcessorEvents[E]>): void {
    for (const listener of [...this.#listeners[event]]) (listener as (...told: unknown[]) => void)(...told);
  }
}

function disconnect(from: AudioNode, to: AudioNode | undefined): void {
  try {
    if (to !== undefined) from.disconnect(to);
  } catch {} // Agora has taken them apart already.
}

function requireContext(context: object): AgoraContext {
  if (typeof (context as Partial<AgoraContext> | undefined)?.getAudioContext === 'function')
    return context as AgoraContext;
  throw new TypeError(
    `DenoiseProcessor: expected the pipeline of an audio track of ${OLDEST} or newer, ` +
      `got one with ${nameOf(context)} as its context: pipe it from a microphone's track, not a camera's.`,
  );
}

function requireProcessor(processor: AgoraProcessor): AgoraProcessor & { _source?: unknown } {
  if (typeof processor?.updateInput === 'function' && typeof processor.reset === 'function') return processor;
  throw new TypeError(
    'DenoiseProcessor.pipe: expected a processor or the processorDestination of an audio track, ' +
      `got ${nameOf(processor)}.`,
  );
}
