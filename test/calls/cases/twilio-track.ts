/** The way without a plugin: Twilio gets a track that is denoised already. */
import { MICROPHONE } from 'denoise-node/stream';
import { drive, type Report } from '../drive.ts';
import { openTrack } from '../guide/twilio.js';

async function microphone(deviceId?: string): Promise<MediaStreamTrack> {
  const audio = deviceId === undefined ? MICROPHONE : { ...MICROPHONE, deviceId };
  return (await navigator.mediaDevices.getUserMedia({ audio })).getAudioTracks()[0];
}

export async function report(): Promise<Report> {
  let input = await microphone();
  let opened: ReturnType<typeof openTrack> | undefined;
  return drive(
    async () => ({
      sent: () => opened?.track.mediaStreamTrack ?? input,
      denoise: async () => {
        opened = openTrack(input);
      },
      undo: async () => {
        opened?.track.stop();
        await opened?.denoised.dispose();
        opened = undefined;
      },
      mute: async (isMuted) => void (isMuted ? opened?.track.disable() : opened?.track.enable()),
      change: async (deviceId) => {
        input.stop();
        input = await microphone(deviceId);
        opened?.denoised.setInput(input);
      },
      close: async () => {
        opened?.track.stop();
        await opened?.denoised.dispose();
        input.stop();
      },
    }),
    {
      get enabled() {
        return opened?.denoised.enabled ?? false;
      },
      set enabled(enabled) {
        if (opened) opened.denoised.enabled = enabled;
      },
      get node() {
        return opened?.denoised.node;
      },
      get denoised() {
        return opened?.denoised;
      },
    },
  );
}
