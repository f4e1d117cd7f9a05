/** What tests of the adapters share: the built entries, and tracks. */
import type * as Jitsi from '../../../src/calls/jitsi.ts';
import type * as LiveKit from '../../../src/calls/livekit.ts';
import type * as StreamIo from '../../../src/calls/stream-io.ts';
import type * as Twilio from '../../../src/calls/twilio.ts';

export { DenoiseError, DenoiseNode, until } from '../../main/support.ts';

const DIST = `${location.origin}/dist`;

export const { DenoiseEffect }: typeof Jitsi = await import(`${DIST}/jitsi.js`);
export const { DenoiseProcessor }: typeof LiveKit = await import(`${DIST}/livekit.js`);
export const { DenoiseFilter }: typeof StreamIo = await import(`${DIST}/stream-io.js`);
export const { denoiser, noiseCancellationOf, noiseCancellationOptions }: typeof Twilio = await import(
  `${DIST}/twilio.js`
);

/** The module that Twilio imports from a folder. */
export const importPlugin = (): Promise<{ default: unknown }> => import(`${DIST}/twilio/rnnoise_sdk.mjs`);

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
