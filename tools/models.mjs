/** The models that models/catalogue.json lists, for build, bench and tests. */
import { readFileSync } from 'node:fs';
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

/**
 * A model's manifest, and the bytes of all files that the engine reads, the manifest among them.
 *
 * @param {string} name as the catalogue has it
 */
export function readModel(name, folder = MODELS) {
  const { url, path } = modelNamed(name, folder);
  const text = readFileSync(url);
  const manifest = readJson(url);
  const bytes = Object.keys(manifest.files).reduce(
    (sum, file) => sum + readFileSync(new URL(file, url)).length,
    text.length,
  );
  return { manifest, bytes, url, path };
}

/** Where a model's manifest lies, as a path from the root of the repository: what a server of it answers to. */
export function manifestPath(name) {
  return `/models/${modelNamed(name, MODELS).path}`;
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
