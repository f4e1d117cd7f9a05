/** Amazon Chime 2.0: its device controller, and what mutes a meeting. */
import {
  ConsoleLogger,
  DefaultDeviceController,
  DefaultRealtimeController,
  LogLevel,
} from 'amazon-chime-sdk-js-oldest';
import { MICROPHONE } from 'denoise-node/stream';
import { drive, type Microphone, type Report } from '../drive.ts';
import { device } from '../guide/chime.js';
import { openedMicrophone } from '../support/opened-microphone.ts';

export function report(): Promise<Report> {
  return drive(open, device);
}

async function open(): Promise<Microphone> {
  const controller = new DefaultDeviceController(new ConsoleLogger('call', LogLevel.OFF), { enableWebAudio: true });
  const realtime = new DefaultRealtimeController();
  let present = device;
  realtime.realtimeSubscribeToMuteAndUnmuteLocalAudio((isMuted) => void present.mute(isMuted));
  const sent = async (): Promise<MediaStream> => {
    const stream = await controller.acquireAudioInputStream();
    realtime.realtimeSetLocalAudioInput(stream);
    return stream;
  };
  await controller.chooseAudioInputDevice(MICROPHONE);
  const stream = await sent();
  return {
    sent: () => stream.getAudioTracks()[0],
    input: openedMicrophone,
    denoise: () => controller.chooseAudioInputDevice(device),
    undo: async () => {
      await controller.chooseAudioInputDevice(MICROPHONE);
      await device.stop();
    },
    mute: async (isMuted) => {
      if (isMuted) realtime.realtimeMuteLocalAudio();
      else realtime.realtimeUnmuteLocalAudio();
    },
    change: async (deviceId) => {
      present = await present.chooseNewInnerDevice(deviceId);
      await controller.chooseAudioInputDevice(present);
    },
    close: async () => {
      await controller.chooseAudioInputDevice(null);
      await device.stop();
      DefaultDeviceController.closeAudioContext();
    },
  };
}
