import { createLocalAudioTrack } from 'twilio-video';
import { driveTwilio } from './twilio-plugin.ts';

/** Where the server has the package. */
const FOLDER = '/node_modules/denoise-node/dist/twilio';

export const report = (): ReturnType<typeof driveTwilio> =>
  driveTwilio(createLocalAudioTrack, (options) =>
    createLocalAudioTrack({ ...options, noiseCancellationOptions: { vendor: 'rnnoise', sdkAssetsPath: FOLDER } }),
  );
