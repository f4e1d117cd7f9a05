import { createLocalAudioTrack, setLogLevel } from 'livekit-client-oldest';
import { driveLiveKit } from './livekit-track.ts';

setLogLevel('error');

export const report = (): ReturnType<typeof driveLiveKit> => driveLiveKit(createLocalAudioTrack, false);
