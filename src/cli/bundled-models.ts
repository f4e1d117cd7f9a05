/**
 * In:     the name of a model, from main.ts; models/catalogue.json
 * Out:    where its manifest lies, to enhance-file.ts; the names that there are, to main.ts
 * Thread: main
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What models/catalogue.json lists: the models and variants of each package, in the order in which they are shown. */
interface Catalogue {
  readonly packages: readonly {
    readonly name: string;
    /** Where the package's models lie below models/ in a clone of the repository. */
    readonly folder: string;
    /** A name as `--model` takes it, and the manifest in the folder. */
    readonly models: readonly { readonly name: string; readonly manifest: string }[];
  }[];
}

/** A bundled model, or a variant of one, by its name; anything else as a path or URL. */
export function modelUrl(model: string): string {
  for (const { folder, models } of catalogue().packages) {
    const found = models.find(({ name }) => name === model);
    if (found !== undefined) return join(modelsFolder(), folder, found.manifest);
  }
  return model;
}

/** Names of bundled models and their variants, as `--model` takes them. */
export function bundledModels(): string[] {
  return catalogue().packages.flatMap(({ models }) => models.map(({ name }) => name));
}

export function packageVersion(): string {
  return (JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }).version;
}

function catalogue(): Catalogue {
  return JSON.parse(readFileSync(join(modelsFolder(), 'catalogue.json'), 'utf8')) as Catalogue;
}

function modelsFolder(): string {
  return join(packageRoot(), 'models');
}

/**
 * The nearest folder above this file with a package.json, which is the package's own whether this runs from source or
 * from dist.
 */
function packageRoot(): string {
  let folder = fileURLToPath(new URL('.', import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const above = join(folder, '..');
    if (above === folder)
      throw new Error('Expected a package.json above the command, found none: install the package again.');
    folder = above;
  }
  return folder;
}
