export { DenoiseNode, type DenoiseNodeConstructor } from './denoise-node.ts';
export type { DenoiseEventMap, DenoiseMetrics, DenoiseMode, DenoiseState } from './events.ts';
export { DEFAULT_OPTIONS, type DenoiseAssets, type DenoiseOptions, LATENCY_HINT_SECONDS, RANGES } from './options.ts';
export { DenoiseError, type DenoiseErrorCode } from './shared/errors.ts';
export type { Census } from './worker-pool.ts';
