/** LiveKit's own LocalAudioTrack, old or new, as a Room would treat it. */
import { MICROPHONE } from 'denoise-node/stream';
import type { AudioProcessorOptions, Track, TrackProcessor } from 'livekit-client';
import { drive, type Microphone, type Report } from '../drive.ts';
import { denoise, processor } from '../guide/livekit.js';

/** The adapter is what the SDK's types ask for. */
export const typed: TrackProcessor<Track.Kind.Audio, AudioProcessorOptions> = processor;

/** What is used of the class, in all its versions. */
interface LocalAudioTrack {
  readonly mediaStreamTrack: MediaStreamTrack;
  sender?: RTCRtpSender | undefined;
  setAudioContext(context: AudioContext): unknown;
  setProcessor(processor: never): Promise<void>;
  stopProcessor(): Promise<void>;
  restartTrack(options: { deviceId: string }): Promise<void>;
  mute(): Promise<unknown>;
  unmute(): Promise<unknown>;
  stop(): void;
}

/**
 * Drives the class of a version, which its `createLocalAudioTrack` makes.
 * @param followsContext whether it sets a processor anew in another context, as it does since 2.23
 */
export function driveLiveKit(create: Create, followsContext: boolean): Promise<Report> {
  return drive(async () => {
    const { changeContext, ...microphone } = await open(create);
    return followsContext ? { ...microphone, changeContext } : microphone;
  }, processor);
}

type Create = (options: typeof MICROPHONE) => Promise<LocalAudioTrack>;

async function open(create: Create): Promise<Required<Omit<Microphone, 'call' | 'input'>>> {
  const track = await create(MICROPHONE);
  let context = new AudioContext();
  await track.setAudioContext(context); // A Room does, once the track is published.
  return {
    sent: () => track.mediaStreamTrack,
    sendBy: (sender) => {
      track.sender = sender;
    },
    denoise: () => denoise(track),
    undo: () => track.stopProcessor(),
    mute: async (isMuted) => void (await (isMuted ? track.mute() : track.unmute())),
    change: (deviceId) => track.restartTrack({ ...MICROPHONE, deviceId }),
    changeContext: async () => {
      const former = context;
      context = new AudioContext();
      await track.setAudioContext(context);
      await former.close();
    },
    close: async () => {
      track.stop();
      await context.close();
    },
  };
}
