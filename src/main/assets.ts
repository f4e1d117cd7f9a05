import { DenoiseError } from '../shared/errors.ts';
import { type DenoiseAssets, isModelName } from './options.ts';

/** Where every file of one node comes from, as absolute URLs. */
export interface AssetUrls {
  readonly worklet: string;
  readonly worker: string;
  /** A folder; ends with a slash. */
  readonly wasm: string;
  /** A folder, which ends with a slash, or the manifest of a variant, which ends with `.json`. */
  readonly model: string;
}

/**
 * Fills in the URLs beside this module (which is bundled into `dist/`). They are literal `new URL(…, import.meta.url)`
 * expressions, which bundlers recognise and follow. Relative overrides count from the document. Throws a DenoiseError
 * 'module-load' for a URL that is none.
 */
export function resolveAssets(assets: DenoiseAssets, model: string | URL): AssetUrls {
  try {
    const models = folder(assets.models ?? new URL('../models/', import.meta.url));
    return {
      worklet: absolute(assets.worklet ?? new URL('./denoise-processor.js', import.meta.url)),
      worker: absolute(assets.worker ?? new URL('./denoise-worker.js', import.meta.url)),
      wasm: folder(assets.wasm ?? new URL('./wasm/', import.meta.url)),
      model: isModelName(model) ? namedModel(models, model) : modelUrl(model),
    };
  } catch (cause) {
    throw new DenoiseError('module-load', `A URL given to DenoiseNode cannot be read: ${String(cause)}`, { cause });
  }
}

function absolute(url: string | URL): string {
  return new URL(url, document.baseURI).href;
}

/** `model` is a folder among the models, `model/variant` a manifest in it. */
function namedModel(models: string, name: string): string {
  return name.includes('/') ? `${models}${name}.json` : `${models}${name}/`;
}

function modelUrl(url: string | URL): string {
  const href = absolute(url);
  return href.endsWith('.json') ? href : folder(href);
}

function folder(url: string | URL): string {
  const href = absolute(url);
  return href.endsWith('/') ? href : `${href}/`;
}
