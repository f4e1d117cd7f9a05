export { DenoiseExtension } from './agora/denoise-extension.ts';
export { DenoiseProcessor, type DenoiseProcessorEvents } from './agora/denoise-processor.ts';
export type { AgoraContext, AgoraInput, AgoraProcessor } from './agora/pipeline.ts';
