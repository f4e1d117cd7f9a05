import { noiseCancellationOptions } from 'denoise-node/twilio';
import type { NoiseCancellationOptions } from 'twilio-video';
import { createLocalAudioTrack } from 'twilio-video';
import { openMicrophone } from '../guide/twilio.js';
import { driveTwilio } from './twilio-plugin.ts';

/** What the SDK's types ask for. */
export const typed: NoiseCancellationOptions = noiseCancellationOptions();

export const report = (): ReturnType<typeof driveTwilio> => driveTwilio(createLocalAudioTrack, openMicrophone);
