import { DenoiseNode } from '../main/denoise-node.ts';
import { type DenoiseOptions, resolveOptions } from '../main/options.ts';
import { settingsOf } from './settings-of.ts';

/**
 * A DenoiseNode for whichever context an SDK comes with: another context gets another node, with the settings of the
 * one before. [main]
 */
export class FollowingNode {
  #options: DenoiseOptions;
  #node: DenoiseNode | undefined;

  /** Throws what `new DenoiseNode` throws for bad options. */
  constructor(options: DenoiseOptions = {}) {
    resolveOptions(options);
    this.#options = { ...options };
  }

  /** The node in use; undefined before the first context, and after {@link release}. */
  get current(): DenoiseNode | undefined {
    return this.#node;
  }

  /** False: the sound passes as it is, with the same latency. */
  get enabled(): boolean {
    return this.#node === undefined ? this.#options.bypass !== true : this.#node.bypass.value < 0.5;
  }

  set enabled(enabled: boolean) {
    this.#options.bypass = !enabled;
    if (this.#node !== undefined) this.#node.bypass.value = enabled ? 0 : 1;
  }

  /** The node of a context: the present one, or another where it belongs to another context or was disposed. */
  in(context: BaseAudioContext): DenoiseNode {
    const present = this.#node;
    if (present?.context === context && present.state !== 'disposed') return present;
    void this.release();
    this.#node = new DenoiseNode(context, this.#options);
    return this.#node;
  }

  /** Disposes the node, and keeps its settings for the next. Resolves as `dispose()` does. */
  release(): Promise<void> {
    const node = this.#node;
    if (node === undefined) return Promise.resolve();
    this.#node = undefined;
    this.#options = { ...this.#options, ...settingsOf(node) };
    return node.dispose();
  }
}
