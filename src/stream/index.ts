export type { BrowserProcessing } from './browser-processing.ts';
export { MICROPHONE } from './browser-processing.ts';
export { denoiseStream, denoiseTrack } from './denoise-stream.ts';
export { DenoisedTrack } from './denoised-track.ts';
export type { DenoisedTrackEventMap, DenoisedTrackState } from './events.ts';
export type { DenoisedTrackOptions } from './options.ts';
