import { DenoiseError } from '../shared/errors.ts';
import type { MainToWorklet } from '../shared/protocol.ts';
import type { Seconds } from '../shared/units.ts';
import type { AudioFamily } from './audio-family.ts';
import { addModuleOnce } from './modules.ts';
import type { NodeGraph } from './node-graph.ts';
import { abortError } from './obstacles.ts';
import type { ResolvedOptions } from './options.ts';
import type { Reporter } from './reporter.ts';
import { WorkletClient } from './worklet-client.ts';

/** What the worklet needs of its session. */
export interface WorkletHost {
  readonly context: BaseAudioContext;
  readonly graph: NodeGraph;
  readonly options: ResolvedOptions;
  readonly reporter: Reporter;
  /** Message mode: a copy of the words of a route. */
  readonly supervisor: { takeWords(nodeId: number, words: Int32Array): void };
  fail(error: DenoiseError): void;
}

/** The worklet of one node, the same for every route; brought anew after it has failed to load, or died. [main] */
export class WorkletHolder {
  readonly #host: WorkletHost;
  readonly #family: AudioFamily;
  #coming: Promise<WorkletClient> | undefined;
  #client: WorkletClient | undefined;
  #tellsVoice = false;
  #speaks = false;

  constructor(host: WorkletHost, family: AudioFamily) {
    this.#host = host;
    this.#family = family;
  }

  /** The worklet that has come last; undefined before the first. */
  get client(): WorkletClient | undefined {
    return this.#client;
  }

  /** The worklet that is there, or is coming. */
  bring(url: string): Promise<WorkletClient> {
    if (this.#coming !== undefined) return this.#coming;
    const coming = this.#load(url);
    this.#coming = coming;
    // The route that waits for it hears of it.
    coming.catch(() => {
      if (this.#coming === coming) this.#coming = undefined;
    });
    return coming;
  }

  /** Asks for the events of a voice, of this worklet and of any later one. */
  tellVoice(): void {
    if (this.#tellsVoice) return;
    this.#tellsVoice = true;
    this.#client?.post(this.#voiceRequest);
  }

  /** Ends the worklet; resolves when it has ended. */
  async dispose(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    this.#coming = undefined;
    await client?.dispose();
  }

  get #voiceRequest(): MainToWorklet {
    return { type: 'tell-voice', holdMs: this.#host.options.voiceHoldMs };
  }

  #hearVoice(speaks: boolean, time: Seconds): void {
    if (speaks === this.#speaks) return;
    this.#speaks = speaks;
    this.#host.reporter.emit(speaks ? 'voicestart' : 'voiceend', { time });
  }

  async #load(url: string): Promise<WorkletClient> {
    const host = this.#host;
    const { graph, reporter } = host;
    await addModuleOnce(this.#family, host.context, url);
    if (reporter.state === 'disposed') throw abortError('The node has ended.');
    // The dry signal keeps the delay that it has, until a route brings the exact one.
    const node = graph.addWorklet(reporter.latencySamples, host.options.maxChannels);
    const client = new WorkletClient(node, {
      created: () => graph.takeOver(),
      words: (nodeId, words) => host.supervisor.takeWords(nodeId, words),
      detached: (delaySamples) => reporter.restAt(delaySamples),
      voice: (speaks, time) => this.#hearVoice(speaks, time),
      died: () => {
        this.#hearVoice(false, host.context.currentTime);
        reporter.latencySamples = graph.fallBack(reporter.latencySamples);
        this.#coming = undefined;
        host.fail(
          new DenoiseError(
            'worker-crashed',
            'The audio processor threw, so the node passes the dry signal. Make a new node; please report this.',
          ),
        );
      },
    });
    this.#client = client;
    if (this.#tellsVoice) client.post(this.#voiceRequest);
    return client;
  }
}
