import { DenoiseNode } from '../../main/denoise-node.ts';
import { type DenoiseOptions, resolveOptions } from '../../main/options.ts';
import { DenoiseProcessor } from './denoise-processor.ts';

/**
 * Makes processors, for apps that handle those of several extensions alike. `AgoraRTC.registerExtensions` takes it,
 * but need not know of it.
 */
export class DenoiseExtension {
  /** Where the SDK puts its own log and reports, which stay empty here. @internal */
  readonly logger = {};
  /** @internal */
  readonly reporter = {};
  readonly #options: DenoiseOptions;

  /**
   * Throws what `new DenoiseNode` throws for bad options.
   * @param options those of every processor
   */
  constructor(options: DenoiseOptions = {}) {
    resolveOptions(options);
    this.#options = { ...options };
  }

  /** Whether this page can denoise. */
  checkCompatibility(): boolean {
    return DenoiseNode.isSupported();
  }

  /** One for each track. */
  createProcessor(): DenoiseProcessor {
    return new DenoiseProcessor(this.#options);
  }
}
