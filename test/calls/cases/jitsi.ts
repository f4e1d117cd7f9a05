/** Jitsi's own JitsiLocalTrack. A conference swaps what it sends; here the test does, as a conference would. */
import type JitsiLocalTrack from '@lyno/lib-jitsi-meet/dist/modules/RTC/JitsiLocalTrack';
// @ts-expect-error It has no types.
import JitsiMeetJS from '@lyno/lib-jitsi-meet/lib-jitsi-meet.min.js';
import { drive, type Report } from '../drive.ts';
import { denoise, effect } from '../guide/jitsi.js';

/** As the newest lib-jitsi-meet has it in its JitsiLocalTrack.ts; the types of this one are looser. */
interface IStreamEffect {
  isEnabled: (track: JitsiLocalTrack) => boolean;
  isMuted?: () => boolean;
  setMuted?: (muted: boolean) => void;
  startEffect: (stream: MediaStream) => MediaStream;
  stopEffect: () => void;
}

export const typed: IStreamEffect = effect;

async function open(micDeviceId?: string): Promise<JitsiLocalTrack> {
  const [track] = await JitsiMeetJS.createLocalTracks({ devices: ['audio'], micDeviceId });
  return track;
}

export async function report(): Promise<Report> {
  JitsiMeetJS.init({ disableNS: true, disableAGC: true });
  JitsiMeetJS.setLogLevel(JitsiMeetJS.logLevels.ERROR);
  let track = await open();
  return drive(
    async () => ({
      sent: () => track.getTrack(),
      denoise: () => denoise(track),
      undo: async () => void (await track.setEffect(undefined)),
      mute: (isMuted) => (isMuted ? track.mute() : track.unmute()),
      change: async (deviceId) => {
        await track.dispose();
        track = await open(deviceId);
        await denoise(track);
      },
      close: () => track.dispose(),
    }),
    effect,
  );
}
