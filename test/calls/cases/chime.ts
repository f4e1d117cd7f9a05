/** Amazon Chime's own device controller, as a meeting uses it. */
import {
  type AudioInputDevice,
  type AudioTransformDevice,
  ConsoleLogger,
  DefaultDeviceController,
  LogLevel,
} from 'amazon-chime-sdk-js';
import { MICROPHONE } from 'denoise-node/stream';
import { drive, type Microphone, type Report } from '../drive.ts';
import { change, denoise, device, leave } from '../guide/chime.js';
import { openedMicrophone } from '../support/opened-microphone.ts';

/** The adapter is what the SDK's types ask for. */
export const typed: AudioTransformDevice & AudioInputDevice = device;

export function report(): Promise<Report> {
  return drive(open, device);
}

async function open(): Promise<Microphone> {
  const controller = new DefaultDeviceController(new ConsoleLogger('call', LogLevel.OFF), { enableWebAudio: true });
  // What a meeting sends stays the same until the context changes.
  let stream = await controller.startAudioInput(MICROPHONE);
  return {
    sent: () => trackOf(stream),
    input: openedMicrophone,
    denoise: () => denoise(controller),
    undo: async () => {
      await controller.startAudioInput(MICROPHONE);
      await device.stop();
    },
    mute: async (isMuted) => {
      if (isMuted) controller.muteLocalAudioInputStream();
      else controller.unmuteLocalAudioInputStream();
    },
    change: (deviceId) => change(controller, deviceId),
    changeContext: async () => {
      await controller.stopAudioInput();
      DefaultDeviceController.closeAudioContext();
      stream = await controller.startAudioInput(device);
    },
    close: async () => {
      await leave(controller);
      DefaultDeviceController.closeAudioContext();
    },
  };
}

function trackOf(stream: MediaStream | undefined): MediaStreamTrack {
  const [track] = stream?.getAudioTracks() ?? [];
  if (track === undefined) throw new Error('Chime sends nothing');
  return track;
}
