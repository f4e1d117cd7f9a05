import { DenoiseError } from '../shared/errors.ts';
import { namesFile } from '../shared/file-url.ts';
import { bundledFiles, isBundledModel } from './bundled-files.ts';
import { unknownModel } from './missing-model.ts';
import { type DenoiseAssets, isModelName } from './options.ts';
import { isTrustedUrl, type TrustedUrl, trustOwnScript } from './trusted-url.ts';

/** Where every file of one node comes from, as absolute URLs (a trusted one may be relative). */
export interface AssetUrls {
  readonly worklet: string;
  readonly worker: string | TrustedUrl;
  /** The backend's `.wasm` file, or a folder that holds it, which ends with a slash. */
  readonly wasm: string;
  /** A packed model, a folder, which ends with a slash, or the manifest of a variant, which ends with `.json`. */
  readonly model: string;
}

/**
 * Fills in the URLs of the package's own files. Relative overrides count from the document. Throws a DenoiseError
 * 'module-load' for a URL that is none, 'model-load' for a name that no model of the package has.
 */
export function resolveAssets(given: string | URL | DenoiseAssets, model: string | URL): AssetUrls {
  try {
    const assets = isFolder(given) ? assetsIn(folder(given)) : given;
    return {
      worklet: absolute(assets.worklet ?? bundledFiles.worklet()),
      worker: workerUrl(assets.worker),
      wasm: fileOrFolder(assets.wasm ?? bundledFiles.wasm(), '.wasm'),
      model: isModelName(model) ? namedModel(assets.models, model) : modelUrl(model),
    };
  } catch (cause) {
    if (cause instanceof DenoiseError) throw cause;
    throw new DenoiseError('module-load', `A URL given to DenoiseNode cannot be read: ${String(cause)}`, { cause });
  }
}

function isFolder(assets: string | URL | DenoiseAssets): assets is string | URL {
  return typeof assets === 'string' || assets instanceof URL;
}

/** The files in a folder that is laid out as the package's `dist/` is. */
function assetsIn(base: string): DenoiseAssets {
  return {
    worklet: `${base}denoise-processor.js`,
    worker: `${base}denoise-worker.js`,
    wasm: `${base}wasm/tfjs-backend-wasm-simd.wasm`,
    models: `${base}models/`,
  };
}

/** What a policy of the page has made stays what it is: as a string it would be refused. */
function workerUrl(url: DenoiseAssets['worker']): string | TrustedUrl {
  if (url === undefined) return trustOwnScript(absolute(bundledFiles.worker()));
  return isTrustedUrl(url) ? url : absolute(url as string | URL);
}

function absolute(url: string | URL): string {
  return new URL(url, document.baseURI).href;
}

/** In a folder of models `base` is a file, any other `model` a folder, and `model/variant` a manifest in that. */
function namedModel(models: string | URL | undefined, name: string): string {
  if (models === undefined) {
    if (isBundledModel(name)) return absolute(bundledFiles.models[name]());
    throw unknownModel(name);
  }
  if (isBundledModel(name)) return `${folder(models)}${name}.bin`;
  return name.includes('/') ? `${folder(models)}${name}.json` : `${folder(models)}${name}/`;
}

function modelUrl(url: string | URL): string {
  const href = absolute(url);
  return namesFile(href, '.json') || namesFile(href, '.bin') ? href : folder(href);
}

function fileOrFolder(url: string | URL, ending: '.wasm'): string {
  const href = absolute(url);
  return namesFile(href, ending) ? href : folder(href);
}

function folder(url: string | URL): string {
  const href = absolute(url);
  return href.endsWith('/') ? href : `${href}/`;
}
