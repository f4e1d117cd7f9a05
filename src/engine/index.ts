export { DenoiseError, type DenoiseErrorCode } from '../errors.ts';
export { CONTEXT_RATE_HZ, Denoiser, type DenoiserSource, DenoiserStream } from './denoiser.ts';
export type { Manifest, SupportedManifest } from './manifest.ts';
