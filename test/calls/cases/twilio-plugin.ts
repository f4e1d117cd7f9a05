/** Twilio's own LocalAudioTrack with its noise cancellation, which is chosen when the track is made. */
import { MICROPHONE } from 'denoise-node/stream';
import { denoiser, noiseCancellationOf } from 'denoise-node/twilio';
import type { NoiseCancellation } from 'twilio-video';
import { type Adapter, drive, type Microphone, type Report } from '../drive.ts';

/** What is used of the class, in all its versions. */
interface LocalAudioTrack {
  readonly mediaStreamTrack: MediaStreamTrack;
  readonly noiseCancellation?: NoiseCancellation | undefined;
  disable(): unknown;
  enable(): unknown;
  restart(constraints?: MediaTrackConstraints): Promise<void>;
  stop(): unknown;
}

type Create = (options: MediaTrackConstraints) => Promise<LocalAudioTrack>;

/** What hands the track to a peer connection, inside the SDK. */
interface Sending {
  readonly _trackSender: { addSender(sender: RTCRtpSender): void };
}

/**
 * Drives the class of a version.
 * @param plain makes a track without noise cancellation, @param denoised one with it
 */
export function driveTwilio(plain: Create, denoised: Create): Promise<Report> {
  let track: LocalAudioTrack;
  let sender: RTCRtpSender | undefined;
  const use = async (create: Create): Promise<void> => {
    track?.stop();
    track = await create(MICROPHONE);
    await publish();
  };
  const publish = async (): Promise<void> => {
    if (sender === undefined) return;
    await sender.replaceTrack(track.mediaStreamTrack);
    (track as unknown as Sending)._trackSender.addSender(sender);
  };
  const adapter: Adapter = {
    get enabled() {
      return noiseCancellationOf(track).isEnabled;
    },
    set enabled(enabled) {
      void (enabled ? noiseCancellationOf(track).enable() : noiseCancellationOf(track).disable());
    },
    get node() {
      return denoiser.node;
    },
    get denoised() {
      return denoiser.denoised;
    },
  };
  const microphone: Microphone = {
    sent: () => track.mediaStreamTrack,
    sendBy: (by) => {
      sender = by;
      (track as unknown as Sending)._trackSender.addSender(by);
    },
    denoise: async () => {
      await use(denoised);
      noiseCancellationOf(track);
    },
    undo: () => use(plain),
    mute: async (isMuted) => void (isMuted ? track.disable() : track.enable()),
    change: async (deviceId) => {
      const { sourceTrack } = noiseCancellationOf(track);
      await track.restart({ ...MICROPHONE, deviceId: { exact: deviceId } });
      if (sourceTrack.readyState !== 'ended') throw new Error('the former microphone goes on');
    },
    close: async () => void track.stop(),
  };
  return drive(async () => {
    await use(plain);
    return microphone;
  }, adapter);
}
