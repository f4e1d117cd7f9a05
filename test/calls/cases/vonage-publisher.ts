/** Vonage's own publisher, old or new, before it has a session to publish to. */

import type OT from '@vonage/client-sdk-video';
import { MICROPHONE } from 'denoise-node/stream';
import { drive, type Microphone, type Report } from '../drive.ts';
import { connector, denoise } from '../guide/vonage.js';

/** The adapter is what the SDK's types ask for. */
export const typed: NonNullable<Parameters<OT.Publisher['setAudioMediaProcessorConnector']>[0]> = connector;

/** What is used of the SDK, in all its versions. */
interface Vonage {
  initPublisher(
    element: HTMLElement,
    properties: OT.PublisherProperties,
    callback: (error?: OT.OTError) => void,
  ): OT.Publisher;
}

export function driveVonage(vonage: Vonage): Promise<Report> {
  return drive(() => open(vonage), connector);
}

async function open(vonage: Vonage): Promise<Microphone> {
  const publisher = await new Promise<OT.Publisher>((resolve, reject) => {
    const properties = { ...MICROPHONE, videoSource: null, publishVideo: false };
    const made = vonage.initPublisher(document.body, properties, (error) => {
      if (error === undefined || error === null) resolve(made);
      else reject(new Error(error.message));
    });
  });
  return {
    sent: () => sentBy(publisher),
    denoise: () => denoise(publisher),
    undo: () => publisher.setAudioMediaProcessorConnector(null),
    mute: async (isMuted) => void publisher.publishAudio(!isMuted),
    change: async (deviceId) => void (await publisher.setAudioSource(await sourceOf(deviceId))),
    close: async () => void publisher.destroy(),
  };
}

/** In Firefox a publisher gives up on a device ("getUserMedia request was aborted"), also without a connector. */
async function sourceOf(deviceId: string): Promise<string | MediaStreamTrack> {
  if (!navigator.userAgent.includes('Firefox')) return deviceId;
  const audio = { ...MICROPHONE, deviceId: { exact: deviceId } };
  return (await navigator.mediaDevices.getUserMedia({ audio })).getAudioTracks()[0];
}

/** A publisher plays to its own page, muted, what it sends. */
function sentBy(publisher: OT.Publisher): MediaStreamTrack {
  const stream = publisher.element?.querySelector('video')?.srcObject;
  const [track] = stream instanceof MediaStream ? stream.getAudioTracks() : [];
  if (track === undefined) throw new Error('the publisher sends nothing');
  return track;
}
