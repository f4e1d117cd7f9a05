import { beside } from '../shared/beside.ts';

/**
 * Where the files of the package lie: beside this module, which is bundled into `dist/`. Each is named in an expression
 * of its own, because bundlers follow files, not folders.
 */
export const bundledFiles = {
  worklet: (): string => beside(() => new URL('./denoise-processor.js', import.meta.url), 'denoise-processor.js'),
  worker: (): string => beside(() => new URL('./denoise-worker.js', import.meta.url), 'denoise-worker.js'),
  wasm: (): string =>
    beside(() => new URL('./wasm/tfjs-backend-wasm-simd.wasm', import.meta.url), 'wasm/tfjs-backend-wasm-simd.wasm'),
  /** The models that come with the package, by the names that the option `model` takes. */
  models: {
    base: (): string => beside(() => new URL('./models/base.bin', import.meta.url), 'models/base.bin'),
    tiny: (): string => beside(() => new URL('./models/tiny.bin', import.meta.url), 'models/tiny.bin'),
  },
};

export type BundledModel = keyof typeof bundledFiles.models;

/** The bundled models from the heaviest to the lightest. */
export const TIERS: readonly BundledModel[] = ['base', 'tiny'];

export function isBundledModel(name: string): name is BundledModel {
  return Object.hasOwn(bundledFiles.models, name);
}
