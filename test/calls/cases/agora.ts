import AgoraRTC from 'agora-rtc-sdk-ng';
import { driveAgora } from './agora-track.ts';

export const report = (): ReturnType<typeof driveAgora> => driveAgora(AgoraRTC);
