/**
 * In:     the microphone's stream that Twilio Video gives to a plugin for noise cancellation
 * Out:    the stream that it publishes in its place
 * Thread: [main]
 */
import { DenoiseNode } from '../main/denoise-node.ts';
import { DenoiseError } from '../shared/errors.ts';
import type { DenoisedTrackOptions } from '../stream/index.ts';
import { requireStream, requireTrack } from '../stream/require-input.ts';
import { TrackAdapter } from './track-adapter.ts';

/** Where `rnnoise_sdk.mjs` finds the plugin of an app whose bundle holds this module. */
const PLACE = 'denoise-node/twilio';
/**
 * A folder whose `rnnoise_sdk.mjs`, which Twilio imports, is a module that holds the plugin: what follows its last
 * slashes is a comment. So there is nothing to host.
 */
const INLINE_FOLDER = `data:text/javascript,export%20default%20globalThis[Symbol.for("${PLACE}")]//`;

/** What Twilio's `noiseCancellationOptions` are. */
export interface TwilioOptions {
  readonly vendor: 'rnnoise';
  readonly sdkAssetsPath: string;
}

/**
 * The plugin that Twilio Video 2.24 and newer load for the vendor `rnnoise`. Twilio has one for each page, for one
 * track at a time. See {@link noiseCancellationOptions}.
 */
class DenoisePlugin extends TrackAdapter {
  #isInitialized = false;
  #isLogging = false;

  /** For Twilio: the version of its interface. */
  getVersion(): string {
    return '0.6.0';
  }

  /** For Twilio: whether this page can denoise. */
  isSupported(): boolean {
    return DenoiseNode.isSupported();
  }

  /** For Twilio: nothing is loaded before there is a track. */
  async init(): Promise<void> {
    this.#isInitialized = true;
  }

  isInitialized(): boolean {
    return this.#isInitialized;
  }

  isConnected(): boolean {
    return this.denoised !== undefined;
  }

  isEnabled(): boolean {
    return this.enabled;
  }

  /** For Twilio: begins. Throws a TypeError for what is no live audio track, and what `new DenoisedTrack` throws. */
  connect(stream: MediaStream): MediaStream {
    const [track] = requireStream(stream, 'DenoisePlugin').getAudioTracks();
    this.disconnect();
    const denoised = this.open(requireTrack(track, 'DenoisePlugin'));
    this.#log('connected');
    return denoised.stream;
  }

  /**
   * For Twilio: ends, and frees all that is held. The microphone is stopped, because Twilio opens another one when it
   * restarts a track, and forgets the former.
   */
  disconnect(): void {
    const { denoised } = this;
    if (denoised === undefined) return;
    denoised.input?.stop();
    void this.close(denoised);
    this.#log('disconnected');
  }

  enable(): void {
    this.enabled = true;
    this.#log('enabled');
  }

  disable(): void {
    this.enabled = false;
    this.#log('disabled');
  }

  destroy(): void {
    this.disconnect();
    this.#isInitialized = false;
  }

  /** Whether what Twilio asks for is told in the console. Default false. */
  setLogging(isLogging: boolean): void {
    this.#isLogging = isLogging;
  }

  /** Takes options for the next track, in place of those before. Throws a TypeError or RangeError for bad ones. */
  override configure(options?: DenoisedTrackOptions): void {
    super.configure(options);
  }

  #log(what: string): void {
    if (this.#isLogging) console.debug(`denoise-node: ${what} by Twilio Video`);
  }
}

/** The page's plugin: its node for a panel, and `enabled`, which Twilio's `track.noiseCancellation` sets as well. */
export const denoiser = new DenoisePlugin();
export type { DenoisePlugin };

/**
 * What to give to Twilio Video, 2.24 or newer, for a denoised microphone. Nothing must be hosted; a policy of the page
 * must allow `data:` in `script-src`, beside the `unsafe-eval` that Twilio itself asks for, or `sdkAssetsPath` be a
 * folder of yours that holds the package's `dist/twilio/rnnoise_sdk.mjs`. Throws a TypeError or RangeError for bad
 * options.
 *
 * @example
 * ```ts
 * import { MICROPHONE } from 'denoise-node/stream';
 * import { noiseCancellationOptions } from 'denoise-node/twilio';
 *
 * // createLocalAudioTrack(settings)
 * const settings = { ...MICROPHONE, noiseCancellationOptions: noiseCancellationOptions({ attenuationLimit: 30 }) };
 * ```
 *
 * @param options of the next track, as of a DenoisedTrack
 */
export function noiseCancellationOptions(options?: DenoisedTrackOptions): TwilioOptions {
  denoiser.configure(options);
  Object.assign(globalThis, { [Symbol.for(PLACE)]: denoiser });
  return { vendor: 'rnnoise', sdkAssetsPath: INLINE_FOLDER };
}

/**
 * The `noiseCancellation` of a track that was made with {@link noiseCancellationOptions}. Where there is none, Twilio
 * has opened the microphone as it is; then this throws a DenoiseError: 'unsupported' for a Twilio older than 2.24,
 * 'module-load' where it could not load the plugin.
 */
export function noiseCancellationOf<NoiseCancellation>(track: {
  readonly noiseCancellation?: NoiseCancellation | null | undefined;
}): NoiseCancellation {
  const { noiseCancellation } = track;
  if (noiseCancellation === undefined)
    throw new DenoiseError(
      'unsupported',
      'Noise cancellation needs a LocalAudioTrack of twilio-video 2.24 or newer: this one has none.',
    );
  if (noiseCancellation === null)
    throw new DenoiseError(
      'module-load',
      'Twilio Video did not load the plugin, and the console says why. A content security policy must allow data: in ' +
        'its script-src, or sdkAssetsPath be a folder of yours with rnnoise_sdk.mjs.',
    );
  return noiseCancellation;
}
