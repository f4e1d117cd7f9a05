/** The microphones that a page opens, for SDKs that keep their track to themselves. */

const opened: MediaStreamTrack[] = [];
const { mediaDevices } = navigator;
const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
mediaDevices.getUserMedia = async (constraints) => {
  const stream = await getUserMedia(constraints);
  opened.push(...stream.getAudioTracks());
  return stream;
};

/** The one that was opened last. */
export function openedMicrophone(): MediaStreamTrack {
  const last = opened.at(-1);
  if (last === undefined) throw new Error('Expected a microphone to be open, found none.');
  return last;
}
