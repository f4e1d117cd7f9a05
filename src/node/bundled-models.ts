/**
 * In:     the name of a model, from cli/ or server/; models/catalogue.json; packages of models that are installed
 * Out:    where its manifest lies; the names that there are
 * Thread: any of Node's
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** What models/catalogue.json lists: the models and variants of each package, in the order in which they are shown. */
interface Catalogue {
  readonly packages: readonly ModelPackage[];
}

interface ModelPackage {
  readonly name: string;
  /** Where the package's models lie below models/ in a clone of the repository. */
  readonly folder: string;
  /** A name as `--model` takes it, and where the manifest lies in the package's folder. */
  readonly models: readonly { readonly name: string; readonly manifest: string }[];
}

/** Names of models that `--model` takes. */
export interface ModelNames {
  readonly installed: readonly string[];
  /** Those that a further package has, by the line that installs it. */
  readonly installable: ReadonlyMap<string, readonly string[]>;
}

/**
 * Where a model lies: one of the catalogue by its name, anything else as a path or URL. Throws where a name is of a
 * package that is not installed; the message says how to install it.
 */
export function modelUrl(model: string): string {
  for (const modelPackage of catalogue().packages) {
    const found = modelPackage.models.find(({ name }) => name === model);
    if (found === undefined) continue;
    const folder = folderOf(modelPackage);
    if (folder !== undefined) return manifestOrPacked(folder, found);
    throw new Error(
      `The model ${model} comes with a package that is not installed: ${installLine(modelPackage)} brings it.`,
    );
  }
  return model;
}

/** The names in the catalogue. */
export function modelNames(): ModelNames {
  const packages = catalogue().packages.map((modelPackage) => ({
    modelPackage,
    names: modelPackage.models.map(({ name }) => name),
    isInstalled: folderOf(modelPackage) !== undefined,
  }));
  return {
    installed: packages.flatMap(({ isInstalled, names }) => (isInstalled ? names : [])),
    installable: new Map(
      packages.flatMap(({ isInstalled, names, modelPackage }) =>
        isInstalled ? [] : [[installLine(modelPackage), names] as const],
      ),
    ),
  };
}

export function packageVersion(): string {
  return (JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }).version;
}

function installLine({ name }: ModelPackage): string {
  return `npm install ${name}`;
}

/** A clone of the repository has the model's folder, the package has it packed beside the command. */
function manifestOrPacked(folder: string, { name, manifest }: ModelPackage['models'][number]): string {
  const unpacked = join(folder, manifest);
  return existsSync(unpacked) ? unpacked : join(packageRoot(), 'dist/models', `${name}.bin`);
}

/**
 * The folder of a package's models: in this package, or a clone of the repository; else where Node finds the package
 * from here or, for a command that is installed elsewhere, from the working directory.
 */
function folderOf({ name, folder }: ModelPackage): string | undefined {
  const own = join(packageRoot(), 'models', folder);
  if (existsSync(own)) return own;
  for (const from of [import.meta.url, pathToFileURL(join(process.cwd(), 'here.js'))]) {
    try {
      return dirname(createRequire(from).resolve(`${name}/package.json`));
    } catch {
      // Not from there.
    }
  }
  return undefined;
}

function catalogue(): Catalogue {
  return JSON.parse(readFileSync(join(packageRoot(), 'models/catalogue.json'), 'utf8')) as Catalogue;
}

/**
 * The nearest folder above this file with a package.json, which is the package's own whether this runs from source or
 * from dist.
 */
export function packageRoot(): string {
  let folder = fileURLToPath(new URL('.', import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const above = join(folder, '..');
    if (above === folder)
      throw new Error('Expected a package.json above the command, found none: install the package again.');
    folder = above;
  }
  return folder;
}
