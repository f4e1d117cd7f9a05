export { DenoiseNode, type DenoiseNodeConstructor } from './main/denoise-node.ts';
export type { Advice, AdviceCode, Diagnosis, DiagnosisOptions, MeasuredModel } from './main/diagnosis/diagnosis.ts';
export type { DenoiseEventMap, DenoiseMetrics, DenoiseMode, DenoiseState } from './main/events.ts';
export {
  DEFAULT_OPTIONS,
  type DenoiseAssets,
  type DenoiseOptions,
  LATENCY_HINT_SECONDS,
  RANGES,
} from './main/options.ts';
export type { Census } from './main/worker-pool.ts';
export { DenoiseError, type DenoiseErrorCode } from './shared/errors.ts';
export type { Refusal } from './shared/protocol.ts';
