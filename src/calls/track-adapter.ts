import type { DenoiseNode } from '../main/denoise-node.ts';
import { resolveOptions } from '../main/options.ts';
import { requireContext } from '../stream/context.ts';
import { DenoisedTrack, type DenoisedTrackOptions } from '../stream/index.ts';
import { requireOptions } from '../stream/options.ts';
import { settingsOf } from './settings-of.ts';

/**
 * What stands between an SDK that gives a track, or a stream, and one that wants another back. SDKs stop what they were
 * given, and some change the context: whenever that is so there is a new DenoisedTrack, with the settings of the one
 * before. [main]
 */
export abstract class TrackAdapter {
  #options: DenoisedTrackOptions;
  #denoised: DenoisedTrack | undefined;
  /** Whether the options are newer than what the present node is set to. */
  #areNewer = false;

  /**
   * Throws a TypeError or RangeError for bad options, a DenoiseError 'context-closed' for a context that has closed:
   * at once, because SDKs keep to themselves what is thrown when they call.
   */
  constructor(options: DenoisedTrackOptions = {}) {
    this.#options = checked(options);
  }

  /**
   * The track in use, which tells whether sound can flow and what the browser does to the microphone. Undefined while
   * the SDK uses none; another one each time that it begins anew.
   */
  get denoised(): DenoisedTrack | undefined {
    return this.#denoised;
  }

  /** Its node, for parameters, events and a panel. */
  get node(): DenoiseNode | undefined {
    return this.#denoised?.node;
  }

  /** Whether sound is denoised; false passes it on as it is, as late. Stays over all that the SDK does. */
  get enabled(): boolean {
    return this.#denoised?.enabled ?? this.#options.bypass !== true;
  }

  set enabled(enabled: boolean) {
    this.#options.bypass = !enabled;
    if (this.#denoised !== undefined) this.#denoised.enabled = enabled;
  }

  /** Takes options for what is opened next, in place of those before. Throws as the constructor. */
  protected configure(options: DenoisedTrackOptions = {}): void {
    this.#options = checked(options);
    this.#areNewer = true;
  }

  /** Another DenoisedTrack, which the caller closes. Throws as `new DenoisedTrack` and its `setInput` do. */
  protected open(track: MediaStreamTrack, context?: AudioContext): DenoisedTrack {
    this.#keepSettings();
    const denoised = new DenoisedTrack(context === undefined ? this.#options : { ...this.#options, context });
    try {
      denoised.setInput(track);
    } catch (error) {
      void denoised.dispose();
      throw error;
    }
    this.#denoised = denoised;
    this.#areNewer = false;
    return denoised;
  }

  /** Frees it, and keeps its settings for the next. Resolves as `dispose()` does. */
  protected async close(denoised: DenoisedTrack | undefined): Promise<void> {
    if (denoised === this.#denoised) {
      this.#keepSettings();
      this.#denoised = undefined;
    }
    await denoised?.dispose();
  }

  #keepSettings(): void {
    if (this.#denoised !== undefined && !this.#areNewer)
      this.#options = { ...this.#options, ...settingsOf(this.#denoised.node) };
  }
}

function checked(options: DenoisedTrackOptions): DenoisedTrackOptions {
  requireOptions(options);
  if (options.context !== undefined) requireContext(options.context);
  resolveOptions(options);
  return { ...options };
}

/** Throws a TypeError where an adapter for one track is given a second one while the first still sounds. */
export function requireFree(inUse: DenoisedTrack | undefined, track: MediaStreamTrack, what: string): void {
  const other = inUse?.input ?? null;
  if (other === null || other === track || other.readyState === 'ended') return;
  throw new TypeError(`${what}: expected one track at a time, got a second one. Create another ${what} for it.`);
}
