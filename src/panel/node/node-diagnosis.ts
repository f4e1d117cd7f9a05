import type { ReactiveControllerHost } from 'lit';
import type { DenoiseNode } from '../../main/denoise-node.ts';

/** What a panel's node finds out about its page and device, when somebody asks. */
export class NodeDiagnosis {
  readonly #host: ReactiveControllerHost;
  #node: DenoiseNode | null = null;
  #sentence: string | undefined;
  #isUnderWay = false;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
  }

  /** The latest finding, in English; undefined before the first of this node. */
  get sentence(): string | undefined {
    return this.#sentence;
  }

  get isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  /** Another node, or none. What was found out for the one before is forgotten. */
  follow(node: DenoiseNode | null): void {
    this.#node = node;
    this.#show(undefined, false);
  }

  /** Resolves when it is shown. Never rejects. */
  async run(): Promise<void> {
    const node = this.#node;
    if (node === null || this.#isUnderWay) return;
    this.#show(this.#sentence, true);
    const { sentence } = await node.diagnose();
    if (node === this.#node) this.#show(sentence, false);
  }

  #show(sentence: string | undefined, isUnderWay: boolean): void {
    this.#sentence = sentence;
    this.#isUnderWay = isUnderWay;
    this.#host.requestUpdate();
  }
}
