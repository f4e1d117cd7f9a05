import AgoraRTC from 'agora-rtc-sdk-ng-oldest';
import { driveAgora } from './agora-track.ts';

export const report = (): ReturnType<typeof driveAgora> => driveAgora(AgoraRTC);
