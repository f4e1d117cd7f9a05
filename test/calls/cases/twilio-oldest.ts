import { noiseCancellationOptions } from 'denoise-node/twilio';
import { createLocalAudioTrack } from 'twilio-video-oldest';
import { driveTwilio } from './twilio-plugin.ts';

export const report = (): ReturnType<typeof driveTwilio> =>
  driveTwilio(createLocalAudioTrack, (options) =>
    createLocalAudioTrack({ ...options, noiseCancellationOptions: noiseCancellationOptions() }),
  );
