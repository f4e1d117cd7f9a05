import { beside } from '../shared/beside.ts';

/** The models that come with the package, by the names that the option `model` takes. */
export const BUNDLED_MODELS = ['base', 'tiny'] as const;
type BundledModel = (typeof BUNDLED_MODELS)[number];

/**
 * Where the files of the package lie: beside this module, which is bundled into `dist/`. Each is named in an expression
 * of its own, because bundlers follow files, not folders.
 */
export const bundledFiles = {
  worklet: (): string => beside(() => new URL('./denoise-processor.js', import.meta.url), 'denoise-processor.js'),
  worker: (): string => beside(() => new URL('./denoise-worker.js', import.meta.url), 'denoise-worker.js'),
  wasm: (): string =>
    beside(() => new URL('./wasm/tfjs-backend-wasm-simd.wasm', import.meta.url), 'wasm/tfjs-backend-wasm-simd.wasm'),
  models: {
    base: (): string => beside(() => new URL('./models/base.bin', import.meta.url), 'models/base.bin'),
    tiny: (): string => beside(() => new URL('./models/tiny.bin', import.meta.url), 'models/tiny.bin'),
  } satisfies Record<BundledModel, () => string>,
};

export function isBundledModel(name: string): name is BundledModel {
  return (BUNDLED_MODELS as readonly string[]).includes(name);
}
