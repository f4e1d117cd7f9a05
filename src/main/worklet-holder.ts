import type { Samples } from '../shared/units.ts';
import type { AudioFamily } from './audio-family.ts';
import { addModuleOnce } from './modules.ts';
import type { NodeGraph } from './node-graph.ts';
import { WorkletClient } from './worklet-client.ts';

/** What the worklet of a node asks for, and what it tells. */
export interface WorkletHost {
  readonly context: BaseAudioContext;
  readonly graph: NodeGraph;
  readonly maxChannels: number;
  /** Delay of the dry signal until a route brings the exact one. */
  readonly latencySamples: () => Samples;
  readonly isDisposed: () => boolean;
  readonly takeWords: (nodeId: number, words: Int32Array) => void;
  /** It threw, and gives silence. Another can be brought. */
  readonly died: () => void;
}

/** The worklet of one node, the same for every route; brought anew after it has failed to load, or died. [main] */
export class WorkletHolder {
  readonly #host: WorkletHost;
  readonly #family: AudioFamily;
  #coming: Promise<WorkletClient> | undefined;
  #client: WorkletClient | undefined;

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

  async #load(url: string): Promise<WorkletClient> {
    const { graph, context, maxChannels, latencySamples, isDisposed, takeWords, died } = this.#host;
    await addModuleOnce(this.#family, context, url);
    if (isDisposed()) throw new DOMException('The node has ended.', 'AbortError');
    const client = new WorkletClient(graph.addWorklet(latencySamples(), maxChannels), {
      created: () => graph.takeOver(),
      words: takeWords,
      died: () => {
        this.#coming = undefined;
        died();
      },
    });
    this.#client = client;
    return client;
  }
}
