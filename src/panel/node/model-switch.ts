import type { ReactiveControllerHost } from 'lit';
import type { DenoiseNode } from '../../main/denoise-node.ts';

/** Takes a panel's node over to another model, and knows what is under way or has gone wrong. */
export class ModelSwitch {
  readonly #host: ReactiveControllerHost;
  #node: DenoiseNode | null = null;
  #incoming: string | undefined;
  #problem: unknown;
  #offersAuto = false;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
  }

  /** The model that is being loaded; undefined when none is. */
  get incoming(): string | undefined {
    return this.#incoming;
  }

  /** Why the latest choice was not taken; undefined when it was. */
  get problem(): unknown {
    return this.#problem;
  }

  /** Whether the choice of the model is, or was, left to the node, so that a person may leave it there again. */
  get offersAuto(): boolean {
    this.#offersAuto ||= this.#node?.model === 'auto';
    return this.#offersAuto;
  }

  /** Another node, or none. What was under way for the one before is forgotten. */
  follow(node: DenoiseNode | null): void {
    this.#node = node;
    this.#offersAuto = false;
    this.#show(undefined, undefined);
  }

  /** Resolves to whether the node has taken the model. Never rejects: see {@link problem}. */
  async change(model: string): Promise<boolean> {
    const node = this.#node;
    if (!node) return false;
    this.#show(model, undefined);
    try {
      await node.setModel(model);
      if (this.#isLatest(node, model)) this.#show(undefined, undefined);
      return true;
    } catch (error) {
      // An AbortError: another choice has overtaken this one, or the node is gone.
      const isOvertaken = (error as Error).name === 'AbortError';
      if (this.#isLatest(node, model)) this.#show(undefined, isOvertaken ? undefined : error);
      return false;
    }
  }

  #isLatest(node: DenoiseNode, model: string): boolean {
    return node === this.#node && model === this.#incoming;
  }

  #show(incoming: string | undefined, problem: unknown): void {
    this.#incoming = incoming;
    this.#problem = problem;
    this.#host.requestUpdate();
  }
}
