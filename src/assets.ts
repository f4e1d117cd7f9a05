import type { DenoiseAssets } from './options.ts';

/** Where every file of one node comes from, as absolute URLs. */
export interface AssetUrls {
  readonly worklet: string;
  readonly worker: string;
  /** Both folders end with a slash. */
  readonly wasm: string;
  readonly model: string;
}

/**
 * Fills in the URLs beside this module (which is bundled into `dist/`). They are literal `new URL(…, import.meta.url)`
 * expressions, which bundlers recognise and follow. Relative overrides count from the document.
 */
export function resolveAssets(assets: DenoiseAssets, model: string | URL): AssetUrls {
  const models = folder(assets.models ?? new URL('../models/', import.meta.url));
  const isName = typeof model === 'string' && !model.includes('/');
  return {
    worklet: absolute(assets.worklet ?? new URL('./denoise-processor.js', import.meta.url)),
    worker: absolute(assets.worker ?? new URL('./denoise-worker.js', import.meta.url)),
    wasm: folder(assets.wasm ?? new URL('./wasm/', import.meta.url)),
    model: isName ? `${models}${model}/` : folder(model),
  };
}

function absolute(url: string | URL): string {
  return new URL(url, document.baseURI).href;
}

function folder(url: string | URL): string {
  const href = absolute(url);
  return href.endsWith('/') ? href : `${href}/`;
}
