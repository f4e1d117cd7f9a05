/** What tests of the adapters share: the built entries, and tracks. */
import type * as LiveKit from '../../../src/calls/livekit.ts';

export { DenoiseError, DenoiseNode, until } from '../../main/support.ts';

export const { DenoiseProcessor }: typeof LiveKit = await import(`${location.origin}/dist/livekit.js`);

/** A live audio track that is silent. */
export function audioTrack(): MediaStreamTrack {
  return new AudioContext().createMediaStreamDestination().stream.getAudioTracks()[0];
}

export function videoTrack(): MediaStreamTrack {
  const canvas = document.createElement('canvas');
  canvas.getContext('2d');
  return canvas.captureStream().getVideoTracks()[0];
}

export function endedTrack(): MediaStreamTrack {
  const track = audioTrack();
  track.stop();
  return track;
}

/** What something was refused with; fails where it was not. */
export async function refusal(act: () => unknown): Promise<Error> {
  try {
    await act();
  } catch (error) {
    return error as Error;
  }
  throw new Error('Expected a refusal, and there was none.');
}
