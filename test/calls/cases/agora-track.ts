/** Agora's own microphone track, old or new. */

import type { IMicrophoneAudioTrack } from 'agora-rtc-sdk-ng';
import type { IExtension } from 'agora-rte-extension';
import { DenoiseExtension } from 'denoise-node/agora';
import { drive, type Microphone, type Report } from '../drive.ts';
import { denoise, processor } from '../guide/agora.js';

/** The adapters are what the SDK's types ask for. */
export const typed: Parameters<IMicrophoneAudioTrack['pipe']>[0] = processor;
export const typedExtension: IExtension<typeof processor> = new DenoiseExtension();

/** What is used of the SDK, in all its versions. */
interface Agora {
  setLogLevel(level: number): void;
  registerExtensions(extensions: IExtension<typeof processor>[]): void;
  createMicrophoneAudioTrack(config: { AEC: boolean; ANS: boolean; AGC: boolean }): Promise<AgoraTrack>;
}

type AgoraTrack = Pick<
  IMicrophoneAudioTrack,
  'close' | 'getMediaStreamTrack' | 'pipe' | 'processorDestination' | 'setDevice' | 'setMuted' | 'setVolume' | 'unpipe'
>;

export function driveAgora(agora: Agora): Promise<Report> {
  agora.setLogLevel(4); // none
  agora.registerExtensions([typedExtension]);
  return drive(() => open(agora), processor);
}

async function open(agora: Agora): Promise<Microphone> {
  const track = await agora.createMicrophoneAudioTrack({ AEC: true, ANS: false, AGC: false });
  const input = track.getMediaStreamTrack();
  return {
    sent: () => {
      // A client sends what comes out of the track's graph. Outside of one, this makes the track give that.
      track.setVolume(100);
      return track.getMediaStreamTrack();
    },
    input: () => input,
    denoise: async () => denoise(track),
    undo: async () => track.unpipe(),
    mute: (isMuted) => track.setMuted(isMuted),
    change: (deviceId) => track.setDevice(deviceId),
    close: async () => track.close(),
  };
}
