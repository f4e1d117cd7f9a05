/** No SDK: a microphone of the browser, and a track that is sent. */
import { MICROPHONE } from 'denoise-node/stream';
import { drive, type Microphone, type Report } from '../drive.ts';
import { denoised, leave, mute, open as openDenoised } from '../guide/webrtc.js';

export function report(): Promise<Report> {
  const adapter = {
    get enabled() {
      return denoised.enabled;
    },
    set enabled(enabled: boolean) {
      denoised.enabled = enabled;
    },
    node: denoised.node,
    denoised,
  };
  return drive(open, adapter);
}

/** The sound as it is until it is denoised, as in an app with a switch. */
async function open(): Promise<Microphone> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: MICROPHONE });
  const [plain] = stream.getAudioTracks();
  let isDenoised = false;
  return {
    sent: () => (isDenoised ? denoised.track : plain),
    denoise: async () => {
      await openDenoised();
      isDenoised = true;
    },
    undo: async () => {
      isDenoised = false;
    },
    mute: async (isMuted) => mute(isMuted),
    change: (deviceId) => openDenoised(deviceId),
    close: async () => {
      plain.stop();
      await leave();
    },
  };
}
