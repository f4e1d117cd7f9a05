export { DenoiseError, type DenoiseErrorCode } from '../shared/errors.ts';
export { CONTEXT_RATE_HZ } from '../shared/units.ts';
export { Denoiser, type DenoiserSource, DenoiserStream } from './denoiser.ts';
export type { BlockManifest } from './manifest/block-manifest.ts';
export { advanceSamples, algorithmicDelaySamples, type Manifest } from './manifest/manifest.ts';
export type { StreamingManifest } from './manifest/streaming-manifest.ts';
