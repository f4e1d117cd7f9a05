/** The models that models/catalogue.json lists, for build, bench and tests. */
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MODELS = new URL('../models/', import.meta.url);

/**
 * Every model, `name`, and every variant of one, `name/variant`, in the catalogue's order.
 *
 * @param {URL} [folder] the one that holds catalogue.json
 * @returns {{ name: string, package: string, path: string, url: URL }[]} `path`: where the manifest lies in the folder
 */
export function listModels(folder = MODELS) {
  const { packages } = readJson(new URL('catalogue.json', folder));
  return packages.flatMap(({ name: packageName, folder: subfolder, models }) =>
    models.map(({ name, manifest }) => {
      const path = subfolder === '.' ? manifest : `${subfolder}/${manifest}`;
      return { name, package: packageName, path, url: new URL(path, folder) };
    }),
  );
}

/** @param {string} name as the catalogue has it */
export function readManifest(name, folder = MODELS) {
  return readJson(modelNamed(name, folder).url);
}

/**
 * A model's manifest, and the bytes of all files that the engine reads, the manifest among them.
 *
 * @param {string} name as the catalogue has it
 */
export function readModel(name, folder = MODELS) {
  const { url } = modelNamed(name, folder);
  const manifest = readJson(url);
  const files = [url, ...Object.keys(manifest.files).map((file) => new URL(file, url))];
  return { manifest, url, bytes: files.reduce((sum, file) => sum + statSync(file).size, 0) };
}

function modelNamed(name, folder) {
  const models = listModels(folder);
  const found = models.find((model) => model.name === name);
  if (found === undefined)
    throw new RangeError(`Expected a model of ${models.map((model) => model.name).join(', ')}, got "${name}".`);
  return found;
}

function readJson(url) {
  try {
    return JSON.parse(readFileSync(url, 'utf8'));
  } catch (error) {
    throw new Error(`${fileURLToPath(url)}: expected JSON: ${error.message}`, { cause: error });
  }
}
