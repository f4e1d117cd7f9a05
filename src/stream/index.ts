export type { BrowserProcessing } from './browser-processing.ts';
export { MICROPHONE } from './browser-processing.ts';
export { denoiseStream, denoiseTrack } from './denoise-stream.ts';
export { DenoisedTrack, type DenoisedTrackOptions } from './denoised-track.ts';
export type { DenoisedTrackEventMap, DenoisedTrackState } from './events.ts';
