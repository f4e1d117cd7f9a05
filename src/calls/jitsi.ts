/**
 * In:     the stream of a JitsiLocalTrack of audio
 * Out:    the stream that the conference gets in its place
 * Thread: [main]
 */
import { requireStream, requireTrack } from '../stream/require-input.ts';
import { requireFree, TrackAdapter } from './track-adapter.ts';

/** What Jitsi asks an effect about: its `JitsiLocalTrack`, as far as it is used here. */
export interface JitsiTrack {
  getType(): string;
}

/**
 * An effect for lib-jitsi-meet's JitsiLocalTrack, an `IStreamEffect`. One is for one track at a time; it may be set
 * again, and has the settings then that it had.
 *
 * @example
 * ```ts
 * import { DenoiseEffect } from 'denoise-node/jitsi';
 *
 * const effect = new DenoiseEffect({ attenuationLimit: 30 });
 * async function denoise(track: { setEffect(effect: DenoiseEffect | undefined): Promise<unknown> }): Promise<void> {
 *   await track.setEffect(effect); // of a JitsiLocalTrack; undefined takes it away
 * }
 * ```
 */
export class DenoiseEffect extends TrackAdapter {
  /** For Jitsi: whether it is for a track, which is so for audio. */
  isEnabled(track: JitsiTrack): boolean {
    return track.getType() === 'audio';
  }

  /**
   * For Jitsi: begins. Throws a TypeError for a stream without a live audio track, or for a second one at a time, and
   * what `new DenoisedTrack` throws.
   */
  startEffect(stream: MediaStream): MediaStream {
    const [track] = requireStream(stream, 'DenoiseEffect').getAudioTracks();
    requireTrack(track, 'DenoiseEffect');
    requireFree(this.denoised, track, 'DenoiseEffect');
    const before = this.denoised;
    const denoised = this.open(track);
    void this.close(before);
    // Jitsi mutes what it sends, and asks that whether it is muted: what was muted before stays so.
    denoised.track.enabled = track.enabled;
    track.enabled = true;
    return denoised.stream;
  }

  /** For Jitsi: ends, and frees all that is held. The microphone goes on, muted where the effect was. */
  stopEffect(): void {
    const { denoised } = this;
    if (denoised?.input) denoised.input.enabled = denoised.track.enabled;
    void this.close(denoised);
  }
}
