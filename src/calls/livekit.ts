/**
 * In:     the microphone's track and the AudioContext that LiveKit gives to a processor of its LocalAudioTrack
 * Out:    the track that LiveKit publishes in its place
 * Thread: [main]
 */
import type { DenoisedTrack, DenoisedTrackOptions } from '../stream/index.ts';
import { requireTrack } from '../stream/require-input.ts';
import { requireMethod } from './require-method.ts';
import { requireFree, TrackAdapter } from './track-adapter.ts';

/** What LiveKit gives to a processor: its `AudioProcessorOptions`, as far as they are used here. */
export interface LiveKitInput {
  readonly track: MediaStreamTrack;
  readonly audioContext?: AudioContext | undefined;
}

/**
 * A processor for LiveKit's LocalAudioTrack, a `TrackProcessor`. It works in LiveKit's context, follows it to another
 * microphone and another context, and may be set again after a reconnect, with the settings that it had.
 *
 * @example
 * ```ts
 * import { DenoiseProcessor } from 'denoise-node/livekit';
 *
 * const processor = new DenoiseProcessor({ attenuationLimit: 30 });
 * async function denoise(track: { setProcessor(processor: DenoiseProcessor): Promise<void> }): Promise<void> {
 *   await processor.setOn(track); // a LocalAudioTrack
 * }
 * ```
 */
export class DenoiseProcessor extends TrackAdapter {
  readonly name = 'denoise-node';

  /**
   * Throws a TypeError or RangeError for bad options.
   * @param options as of a DenoisedTrack; the context is LiveKit's
   */
  constructor(options?: Omit<DenoisedTrackOptions, 'context'>) {
    super(options);
  }

  /**
   * Sets it on a LocalAudioTrack, as the track's `setProcessor` does. Rejects with a TypeError for what has no such
   * method: another object, or a track of a LiveKit that is too old.
   */
  async setOn(track: { setProcessor(processor: DenoiseProcessor): Promise<void> }): Promise<void> {
    requireMethod(track, 'setProcessor', 'DenoiseProcessor', 'a LocalAudioTrack of livekit-client 2.0.2');
    await track.setProcessor(this);
  }

  /** For LiveKit: what it publishes; undefined while the processor is set on no track. */
  get processedTrack(): MediaStreamTrack | undefined {
    return this.denoised?.track;
  }

  /**
   * For LiveKit: begins. Rejects with a TypeError for what is no live audio track, or for a second track at a time, and
   * with a DenoiseError 'context-closed' for a context that has closed.
   */
  async init({ track, audioContext }: LiveKitInput): Promise<void> {
    requireTrack(track, 'DenoiseProcessor');
    requireFree(this.denoised, track, 'DenoiseProcessor');
    await this.#begin(track, audioContext);
  }

  /** For LiveKit: another microphone, or another context. The same track goes on where the context is the same. */
  async restart({ track, audioContext }: LiveKitInput): Promise<void> {
    requireTrack(track, 'DenoiseProcessor');
    const present = this.denoised;
    if (present !== undefined && canGoOn(present, audioContext)) present.setInput(track);
    else await this.#begin(track, audioContext);
  }

  /** For LiveKit: ends, and frees all that is held. */
  destroy(): Promise<void> {
    return this.close(this.denoised);
  }

  async #begin(track: MediaStreamTrack, context: AudioContext | undefined): Promise<void> {
    const before = this.denoised;
    this.open(track, context);
    await this.close(before);
  }
}

/** LiveKit has stopped the output of a processor that it took away; before 2.23 it names the context only once. */
function canGoOn(denoised: DenoisedTrack, context: AudioContext | undefined): boolean {
  const isAlive = denoised.state !== 'disposed' && denoised.track.readyState === 'live';
  return isAlive && (context === undefined || context === denoised.context);
}
