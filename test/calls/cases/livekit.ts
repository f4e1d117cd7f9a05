import { createLocalAudioTrack, setLogLevel } from 'livekit-client';
import { driveLiveKit } from './livekit-track.ts';

setLogLevel('error');

export const report = (): ReturnType<typeof driveLiveKit> => driveLiveKit(createLocalAudioTrack, true);
