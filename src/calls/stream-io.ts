/**
 * In:     the stream of Stream Video's microphone
 * Out:    the stream that the call gets in its place
 * Thread: [main]
 */
import { requireStream, requireTrack } from '../stream/require-input.ts';
import { TrackAdapter } from './track-adapter.ts';

/** What Stream takes from a filter: the stream in its place, and how to end it. */
export interface StreamFilterResult {
  readonly output: MediaStream;
  readonly stop: () => void;
}

/**
 * A filter for the microphone of Stream Video. Stream runs it anew when the microphone is unmuted or changed; the
 * settings stay.
 *
 * @example
 * ```ts
 * import { DenoiseFilter } from 'denoise-node/stream-io';
 *
 * const denoise = new DenoiseFilter({ attenuationLimit: 30 });
 * function use(microphone: { registerFilter(filter: typeof denoise.filter): unknown }): void {
 *   microphone.registerFilter(denoise.filter); // of call.microphone
 * }
 * ```
 */
export class DenoiseFilter extends TrackAdapter {
  /**
   * For `call.microphone.registerFilter`. Throws a TypeError for a stream without a live audio track, and what
   * `new DenoisedTrack` throws. Bound to its object.
   */
  readonly filter = (stream: MediaStream): StreamFilterResult => {
    const [track] = requireStream(stream, 'DenoiseFilter').getAudioTracks();
    const denoised = this.open(requireTrack(track, 'DenoiseFilter'));
    const close = (): void => void this.close(denoised);
    // Older ones take what a filter returns for a stream, and ask that for its tracks.
    const getTracks = (): never => {
      close();
      throw new TypeError('DenoiseFilter: expected @stream-io/video-client 1.4.4 or newer, got one that is older.');
    };
    return Object.defineProperty({ output: denoised.stream, stop: close }, 'getTracks', { value: getTracks });
  };
}
