/**
 * In:     an audio track (a microphone's, a remote one), another one later, or none
 * Out:    one audio track for calls and recorders, denoised, the same for as long as this lives
 * Thread: [main]
 */
import { DenoiseNode } from '../index.ts';
import { abortError } from '../main/obstacles.ts';
import { DenoiseError } from '../shared/errors.ts';
import { Background } from './background.ts';
import { askBrowser, type BrowserProcessing, isMicrophone, processingOf, UNPROCESSED } from './browser-processing.ts';
import { openContext, reasonOf, requireContext, stateOf } from './context.ts';
import type { DenoisedTrackEventMap, DenoisedTrackState } from './events.ts';
import { openSource, type TrackSource } from './open-source.ts';
import { type DenoisedTrackOptions, requireOptions } from './options.ts';
import { requireTrack } from './require-input.ts';
import { TypedTarget } from './typed-target.ts';
import { Waker } from './waker.ts';

/** By their outputs. */
const denoisedTracks = new WeakMap<MediaStreamTrack, DenoisedTrack>();

/** The input that there is. */
interface Input extends TrackSource {
  readonly track: MediaStreamTrack;
  /** Ends its listeners. */
  readonly listening: AbortController;
}

/**
 * A denoised audio track for calls: tracks go in, and the same one comes out, however often the device changes. Until
 * the model has loaded, and whenever anything fails, it gives the delayed dry sound; without an input, or with a muted
 * one, silence. Sound comes `node.latency` later, 31 ms as a rule. Call {@link DenoisedTrack.dispose} in the end.
 *
 * @example
 * ```ts
 * import { DenoisedTrack, MICROPHONE } from 'denoise-node/stream';
 *
 * const microphone = await navigator.mediaDevices.getUserMedia({ audio: MICROPHONE });
 * const denoised = new DenoisedTrack({ attenuationLimit: 30 });
 * denoised.setInput(microphone.getAudioTracks()[0]);
 * new RTCPeerConnection().addTrack(denoised.track, denoised.stream);
 * ```
 */
export class DenoisedTrack extends TypedTarget<DenoisedTrackEventMap> {
  /** What denoises: parameters, figures, and events such as `error` and `latencychange`. */
  readonly node: DenoiseNode;
  readonly context: AudioContext;
  /** The output. Whoever stops it ends it for good, as any track; a `clone()` of it can be stopped alone. */
  readonly track: MediaStreamTrack;
  /** Holds `track`, and nothing else. */
  readonly stream: MediaStream;
  readonly #isOwnContext: boolean;
  readonly #waker: Waker | undefined;
  readonly #background: Background | undefined;
  readonly #constrains: boolean;
  readonly #listening = new AbortController();
  #input: Input | undefined;
  #state: DenoisedTrackState;
  #reason: string;
  #processing = UNPROCESSED;
  #ended: Promise<void> | undefined;

  /**
   * Throws a TypeError or RangeError for bad options, a DenoiseError 'context-closed' for a context that has closed,
   * and 'unsupported' outside a browser. What fails later is told by `ready` and by the events of `node`.
   */
  constructor(options: DenoisedTrackOptions = {}) {
    super();
    const { context, constrainInput = true, background = false } = requireOptions(options);
    this.#isOwnContext = context === undefined;
    this.#constrains = constrainInput;
    this.context = context === undefined ? openContext() : requireContext(context);
    try {
      this.node = new DenoiseNode(this.context, options);
    } catch (error) {
      this.#closeOwn();
      throw error;
    }
    const destination = this.context.createMediaStreamDestination();
    this.node.connect(destination);
    this.stream = destination.stream;
    [this.track] = this.stream.getAudioTracks();
    denoisedTracks.set(this.track, this);
    this.#state = stateOf(this.context);
    this.#reason = reasonOf(this.#state, this.#isOwnContext);
    this.context.addEventListener('statechange', () => this.#contextChanged(), { signal: this.#listening.signal });
    this.#waker = this.#isOwnContext ? new Waker(this.context) : undefined;
    this.#background = background ? new Background(this.context) : undefined;
    this.#background?.play();
  }

  /** The DenoisedTrack whose output a track is, also of {@link denoiseTrack}; undefined where it is no such output. */
  static of(track: MediaStreamTrack): DenoisedTrack | undefined {
    return denoisedTracks.get(track);
  }

  /** The track that is denoised; null where there is none, or it has ended by itself. */
  get input(): MediaStreamTrack | null {
    return this.#input?.track ?? null;
  }

  /**
   * Takes another track, of any rate, or none. The former one is not stopped: it is the app's. Throws a TypeError for
   * what is no live audio track, and where the output was stopped; a DenoiseError 'context-closed' after `dispose`, and
   * 'unsupported' in a Firefox of old for a context of another rate. What was denoised until then goes on. [main]
   */
  setInput(track: MediaStreamTrack | null): void {
    if (track !== null) requireTrack(track, 'DenoisedTrack.setInput()');
    this.#requireOutput();
    if (track === this.input) return;
    const source = track === null ? undefined : openSource(this.context, track);
    this.#dropInput();
    if (track !== null && source !== undefined) this.#take(track, source);
  }

  /** Whether sound is denoised; false passes it on as it is, as late. The node's `bypass` is the same switch. */
  get enabled(): boolean {
    return this.node.bypass.value < 0.5;
  }

  set enabled(enabled: boolean) {
    this.node.bypass.value = enabled ? 0 : 1;
  }

  /** Whether sound can flow. See `statechange`. */
  get state(): DenoisedTrackState {
    return this.#state;
  }

  /** One sentence on {@link DenoisedTrack.state}, with what to do, as the last `statechange` had it. */
  get reason(): string {
    return this.#reason;
  }

  /** What the browser does to the microphone, with advice where that is not as it should be. See `processingchange`. */
  get processing(): BrowserProcessing {
    return this.#processing;
  }

  /**
   * Resolves when sound can flow and is denoised; rejects with a DenoiseError where the node fails, or an AbortError
   * when it is disposed first. You may ignore it: it never counts as unhandled.
   */
  get ready(): Promise<void> {
    const ready = Promise.all([this.node.ready, this.#running()]).then(() => {});
    ready.catch(() => {});
    return ready;
  }

  /**
   * Ends the output and frees all that is held; the input stays as it is. Idempotent. Resolves, never rejects, when the
   * audio thread has let go of it and a context of its own is closed. [main]
   */
  dispose(): Promise<void> {
    return this.#end('The DenoisedTrack was disposed.');
  }

  #take(track: MediaStreamTrack, source: TrackSource): void {
    const listening = new AbortController();
    this.#input = { ...source, track, listening };
    source.node.connect(this.node);
    track.addEventListener('ended', () => this.#inputEnded(track), { signal: listening.signal });
    if (!isMicrophone(track)) return;
    // Safari lets a page begin without a gesture while it hears a microphone.
    this.#waker?.resume();
    void this.#tellProcessing(track);
  }

  #dropInput(): void {
    this.#input?.listening.abort();
    this.#input?.close();
    this.#input = undefined;
    this.#processing = UNPROCESSED;
  }

  #inputEnded(track: MediaStreamTrack): void {
    this.#dropInput();
    const reason = 'The input has ended: its device or its far end is gone. It is silent until another one is set.';
    this.dispatchEvent(new CustomEvent('inputended', { detail: { track, reason } }));
  }

  async #tellProcessing(track: MediaStreamTrack): Promise<void> {
    const processing = this.#constrains ? await askBrowser(track) : processingOf(track);
    if (track !== this.input) return;
    this.#processing = processing;
    this.dispatchEvent(new CustomEvent('processingchange', { detail: { processing } }));
  }

  #requireOutput(): void {
    if (this.#ended !== undefined)
      throw new DenoiseError(
        'context-closed',
        'This DenoisedTrack was disposed, or its context was closed: create another one.',
      );
    if (this.track.readyState === 'ended')
      throw new TypeError(
        'The output of this DenoisedTrack was stopped, and a stopped track never sounds again: create another one, ' +
          'and give track.clone() to what stops the tracks that it is given.',
      );
  }

  #contextChanged(): void {
    const state = stateOf(this.context);
    if (state === 'disposed') void this.#end(reasonOf(state, this.#isOwnContext));
    else if (state !== this.#state) this.#setState(state, reasonOf(state, this.#isOwnContext));
    if (state === 'running') this.#background?.play();
  }

  #setState(state: DenoisedTrackState, reason: string): void {
    this.#state = state;
    this.#reason = reason;
    this.dispatchEvent(new CustomEvent('statechange', { detail: { state, reason } }));
  }

  /** Resolves when the context runs, or is running. */
  #running(): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (this.#state === 'running') resolve();
        else if (this.#state === 'disposed') reject(abortError('The DenoisedTrack was disposed before it was ready.'));
        else return;
        this.removeEventListener('statechange', look);
      };
      this.addEventListener('statechange', look);
      look();
    });
  }

  #end(reason: string): Promise<void> {
    if (this.#ended === undefined) {
      this.#ended = this.node.dispose().then(() => this.#closeOwn());
      this.#listening.abort();
      this.#waker?.stop();
      this.#background?.stop();
      this.#dropInput();
      this.track.stop();
      this.#setState('disposed', reason);
    }
    return this.#ended;
  }

  async #closeOwn(): Promise<void> {
    if (this.#isOwnContext && this.context.state !== 'closed') await this.context.close().catch(() => {});
  }
}
