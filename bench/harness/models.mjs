/** The models in models/, under the names that the node's option and the command line take. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MODELS = new URL('../../models/', import.meta.url);

/** Every model, `name`, and its variants, `name/variant`: whatever describes itself by a manifest. */
export function bundledModels(folder = MODELS) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => {
      const manifests = readdirSync(new URL(`${name}/`, folder)).filter(
        (file) => file.endsWith('.json') && isManifest(new URL(`${name}/${file}`, folder)),
      );
      return manifests.map((file) => (file === 'manifest.json' ? name : `${name}/${file.slice(0, -'.json'.length)}`));
    })
    .sort();
}

/** Where a model's manifest lies, as a path from the root of the repository. */
export function manifestPath(model) {
  return model.includes('/') ? `/models/${model}.json` : `/models/${model}/manifest.json`;
}

/** A model's manifest and the bytes of all files that the engine reads, the manifest among them. */
export function readModel(model) {
  const url = new URL(`../..${manifestPath(model)}`, import.meta.url);
  const text = readFileSync(url);
  const manifest = JSON.parse(text.toString());
  const bytes = Object.keys(manifest.files).reduce(
    (sum, file) => sum + readFileSync(new URL(file, url)).length,
    text.length,
  );
  return { manifest, bytes, path: fileURLToPath(url) };
}

function isManifest(url) {
  try {
    return 'contract' in JSON.parse(readFileSync(url, 'utf8'));
  } catch (error) {
    throw new Error(`${fileURLToPath(url)} is not JSON: ${error.message}`, { cause: error });
  }
}
