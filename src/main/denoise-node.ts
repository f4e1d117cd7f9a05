/**
 * In:     sound from upstream nodes, any channel count and rate
 * Out:    the same sound, denoised, `latency` seconds later, to whatever the node is connected to
 * Thread: [main] builds the graph, introduces worker to worklet, owns the lifecycle
 */

import { DenoiseError } from '../shared/errors.ts';
import { expectedLatencySamples } from '../shared/latency.ts';
import { PARAMETER_NAMES } from '../shared/parameters.ts';
import { type AudioFamily, isOfflineContext, nativeFamily } from './audio-family.ts';
import { diagnose } from './diagnosis/diagnose.ts';
import type { Diagnosis, DiagnosisOptions } from './diagnosis/diagnosis.ts';
import type { DenoiseEventMap, DenoiseMetrics, DenoiseMode, DenoiseState } from './events.ts';
import { NodeGraph } from './node-graph.ts';
import type { NodeParameters } from './node-parameters.ts';
import { type DenoiseOptions, resolveOptions } from './options.ts';
import { firstPrefillSeconds } from './route.ts';
import { Session } from './session.ts';
import { isSupported } from './support.ts';
import { type Census, takeCensus } from './worker-pool.ts';

/**
 * A speech denoiser as one AudioNode. Usable at once: until the model has loaded, and whenever it fails, the delayed
 * dry signal is heard. It is a composite: `connect` and `disconnect` speak for its last inner node, and `gain` (of the
 * GainNode that it extends) is the level at its input.
 *
 * A node holds a worklet, a share of a worker and model memory: call {@link DenoiseNode.dispose} when done with it.
 *
 * @example
 * ```ts
 * import { DenoiseNode } from 'denoise-node';
 *
 * const context = new AudioContext();
 * const stream = await navigator.mediaDevices.getUserMedia({ audio: { noiseSuppression: false } });
 * const denoise = new DenoiseNode(context, { attenuationLimit: 30 });
 * denoise.addEventListener('error', ({ detail }) => alert(detail.error.message));
 * context.createMediaStreamSource(stream).connect(denoise).connect(context.destination);
 * await denoise.ready; // optional
 * denoise.mix.linearRampToValueAtTime(0.5, context.currentTime + 1);
 * ```
 */
export interface DenoiseNode extends GainNode, NodeParameters {
  /**
   * Resolves when the enhanced signal is on; rejects with a {@link DenoiseError} where that fails, or with an
   * AbortError when the node is disposed first. You may ignore it: it never counts as unhandled. Await it before
   * `startRendering()`.
   */
  readonly ready: Promise<void>;
  /** Delay from input to output, seconds, exact to one sample; the expected one until `ready`. See `latencychange`. */
  readonly latency: number;
  /** How samples reach the model: `'shared'`, `'message'`, or `'passthrough'` while they do not. */
  readonly mode: DenoiseMode;
  readonly state: DenoiseState;
  /** Why `state` is `'failed'`; undefined in any other. */
  readonly error: DenoiseError | undefined;
  /**
   * The sound as it arrives, undelayed, for analysers and recorders: `node.noisy.connect(analyser)`. The enhanced one
   * comes out of the node itself.
   */
  readonly noisy: AudioNode;
  /** The model in use, as it was asked for: `'auto'` stays that, and `getMetrics().model` tells which one runs. */
  readonly model: string | URL;
  /**
   * Goes over to another model while sound runs, and resolves when that has taken over. The present model is heard
   * until the other has loaded, then the delayed dry signal until its first step has come back, and `latency`
   * follows. No click, and time moves only by the change of latency.
   *
   * Where that fails the node keeps the model that it has (one that has failed tries anew, and stays failed), and the
   * promise rejects: with a TypeError for what is neither name nor URL, a {@link DenoiseError} for what could not be
   * loaded, an AbortError when another model was chosen meanwhile or the node was disposed. Offline only before
   * rendering begins. [main]
   * @param model as the option `model`
   */
  setModel(model: string | URL): Promise<void>;
  /** Figures about the last moments; a new object at each call. [main] */
  getMetrics(): DenoiseMetrics;
  /** {@link DenoiseNodeConstructor.diagnose} with the files and the context of this node. [main] */
  diagnose(): Promise<Diagnosis>;
  /** Forgets the past: the model starts anew, as for a new speaker. The sound goes on. [main] */
  reset(): void;
  /**
   * Loads again where `state` is `'failed'`, with a new promise as `ready`; does nothing in any other. What cannot be
   * helped (a context that has closed, a browser that lacks something) fails again. [main]
   */
  retry(): void;
  /**
   * Takes the node apart and frees what it holds; it gives silence then. Idempotent. Resolves, never rejects, when the
   * audio thread has let go of it too, which is at once in a context that stands still: await it before you close the
   * context, because browsers keep a context that closes with processors in it. A context that closes, or has rendered
   * to its end, does all the rest by itself. [main]
   */
  dispose(): Promise<void>;
  addEventListener<K extends keyof DenoiseEventMap>(
    type: K,
    listener: (this: DenoiseNode, event: DenoiseEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<K extends keyof DenoiseEventMap>(
    type: K,
    listener: (this: DenoiseNode, event: DenoiseEventMap[K]) => void,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
}

/** The class itself: what `new` takes, and what can be asked without a node. */
export interface DenoiseNodeConstructor {
  /**
   * Synchronous; loading goes on in the background. Throws a TypeError or RangeError for a bad context or option, and a
   * DenoiseError 'unsupported' outside a browser. `ready` and the `error` event report what fails later.
   */
  new (context: BaseAudioContext, options?: DenoiseOptions): DenoiseNode;
  readonly prototype: DenoiseNode;
  /** Whether this page can denoise. Cheap, synchronous, never throws; isolation is not needed. */
  isSupported(): boolean;
  /**
   * What there is to know about this page and device: browser, policies, files, speed of the bundled models, and what
   * to change, as data and as a sentence. It does what a node does, in a worker of its own that ends with it, so it
   * costs as much as a node that loads, and half a second of computing. Never throws nor rejects; ends within 15
   * seconds, and tells what has not come by then.
   */
  diagnose(options?: DiagnosisOptions): Promise<Diagnosis>;
  /** What the workers of this page hold, for leak tests; all zero soon after the last node is disposed. */
  census(): Promise<Census>;
}

/** Builds the class over one family of Web Audio classes. */
export function defineDenoiseNode(family: AudioFamily): DenoiseNodeConstructor {
  const Base = family.GainNode ?? Unsupported;

  class DenoiseNode extends Base {
    static readonly isSupported = isSupported;
    static readonly census = takeCensus;
    static readonly diagnose = diagnose;
    readonly #graph: NodeGraph;
    readonly #session: Session;
    /** The app has asked to hear of failures, by the event or the promise. */
    #isHeard = false;
    #ended: Promise<void> | undefined;

    static {
      for (const name of PARAMETER_NAMES)
        Object.defineProperty(DenoiseNode.prototype, name, {
          get(this: DenoiseNode): AudioParam {
            return this.#graph.parameter(name);
          },
          configurable: true,
        });
    }

    constructor(context: BaseAudioContext, options?: DenoiseOptions) {
      if (family.GainNode !== undefined) family.requireContext(context);
      const resolved = resolveOptions(options);
      super(context, { channelCount: resolved.maxChannels, channelCountMode: 'clamped-max' });
      const latency = expectedLatencySamples(
        isOfflineContext(context) ? 0 : firstPrefillSeconds({ context, options: resolved, burstSeconds: 0 }),
        context.sampleRate,
      );
      const input = {
        context,
        connect: (destination: AudioNode) => super.connect(destination),
        disconnect: () => super.disconnect(),
      };
      this.#graph = new NodeGraph(family, input, resolved, latency);
      const host = {
        context,
        graph: this.#graph,
        dispatch: (event: Event) => this.dispatchEvent(event),
        isHeard: () => this.#isHeard,
        dispose: (reason: string) => this.#end(reason),
      };
      this.#session = new Session(host, family, resolved, latency);
    }

    get ready(): Promise<void> {
      this.#isHeard = true;
      return this.#session.ready;
    }

    get latency(): number {
      return this.#session.reporter.latency;
    }

    get mode(): DenoiseMode {
      return this.#session.reporter.mode;
    }

    get state(): DenoiseState {
      return this.#session.reporter.state;
    }

    get error(): DenoiseError | undefined {
      return this.#session.error;
    }

    get noisy(): AudioNode {
      return this.#graph.noisy;
    }

    get model(): string | URL {
      return this.#session.supervisor.model;
    }

    setModel(model: string | URL): Promise<void> {
      return this.#session.modelSwitch.to(model);
    }

    getMetrics(): DenoiseMetrics {
      return this.#session.reporter.getMetrics();
    }

    diagnose(): Promise<Diagnosis> {
      return diagnose({ assets: this.#session.options.assets, context: this.context });
    }

    reset(): void {
      this.#session.worklet.client?.post({ type: 'reset' });
    }

    retry(): void {
      this.#session.retry();
    }

    dispose(): Promise<void> {
      return this.#end('The node was disposed.');
    }

    override addEventListener(...listening: unknown[]): void {
      const [type] = listening;
      this.#isHeard ||= type === 'error';
      if (type === 'voicestart' || type === 'voiceend') this.#session.tellVoice();
      (super.addEventListener as (...args: unknown[]) => void)(...listening);
    }

    // The overloads of connect and disconnect differ only in their arguments, which are passed on as they came.
    override connect(...connection: unknown[]): AudioNode & void {
      return (this.#graph.output.connect as (...args: unknown[]) => AudioNode & void)(...connection);
    }

    override disconnect(...connection: unknown[]): void {
      (this.#graph.output.disconnect as (...args: unknown[]) => void)(...connection);
    }

    #end(reason: string): Promise<void> {
      if (this.#ended === undefined) {
        this.#graph.dispose();
        this.#ended = this.#session.dispose(reason);
      }
      return this.#ended;
    }
  }

  return DenoiseNode as unknown as DenoiseNodeConstructor;
}

/** Stands where a browser has GainNode, so that the module can be imported anywhere. */
const Unsupported = class {
  constructor() {
    throw new DenoiseError(
      'unsupported',
      'DenoiseNode needs a browser with Web Audio. During server rendering, create it in a client-side effect.',
    );
  }
} as unknown as typeof GainNode;

export const DenoiseNode: DenoiseNodeConstructor = defineDenoiseNode(nativeFamily);
