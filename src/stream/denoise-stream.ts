import { DenoisedTrack } from './denoised-track.ts';
import type { DenoisedTrackOptions } from './options.ts';
import { requireStream, requireTrack } from './require-input.ts';

/**
 * The track denoised, in one line. The result takes its input over: stop it, and both end and nothing is left behind;
 * when the input ends by itself (its device is gone), so does the result, with an `ended` event. For settings there is
 * {@link DenoisedTrack.of}, for other devices a DenoisedTrack. Throws a TypeError for what is no live audio track, and
 * what constructor and `setInput` throw. [main]
 *
 * @param options as of a DenoisedTrack
 */
export function denoiseTrack(track: MediaStreamTrack, options?: DenoisedTrackOptions): MediaStreamTrack {
  requireTrack(track, 'denoiseTrack()');
  const denoised = new DenoisedTrack(options);
  try {
    denoised.setInput(track);
  } catch (error) {
    void denoised.dispose();
    throw error;
  }
  const output = denoised.track;
  const stop = (): void => {
    Reflect.deleteProperty(output, 'stop');
    output.stop();
    track.stop();
    void denoised.dispose();
  };
  // Nothing tells of a track that is stopped by the app.
  Object.defineProperty(output, 'stop', { value: stop, configurable: true, writable: true });
  denoised.addEventListener('inputended', () => {
    stop();
    output.dispatchEvent(new Event('ended'));
  });
  return output;
}

/**
 * A stream with every audio track of another denoised, in one line; those of video are the same ones. See
 * {@link denoiseTrack}. Throws a TypeError for what is no stream with a live audio track. [main]
 *
 * @param options as of a DenoisedTrack
 */
export function denoiseStream(stream: MediaStream, options?: DenoisedTrackOptions): MediaStream {
  const audio = requireStream(stream, 'denoiseStream()').getAudioTracks();
  for (const track of audio) requireTrack(track, 'denoiseStream()');
  return new MediaStream([...audio.map((track) => denoiseTrack(track, options)), ...stream.getVideoTracks()]);
}
