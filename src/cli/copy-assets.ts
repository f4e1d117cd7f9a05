/**
 * In:     `copy-assets DIR [--models NAME,…]`
 * Out:    the files that a page loads beside its script, in DIR, laid out as the option `assets` takes them
 * Thread: main
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from './arguments.ts';
import { modelNames, modelUrl, packageRoot } from './bundled-models.ts';

/** What every page needs, below the package's dist/ as below DIR. */
const SCRIPTS = ['denoise-processor.js', 'denoise-worker.js', 'wasm/tfjs-backend-wasm-simd.wasm'];

/** Copies, and returns the paths that were written. UsageError for arguments that it does not understand. */
export function copyAssets(args: readonly string[]): readonly string[] {
  const { folder, models } = readArguments(args);
  const written = SCRIPTS.map((path) => copied(inDist(path), join(folder, path)));
  return [...written, ...models.flatMap((name) => copyModel(name, join(folder, 'models')))];
}

function readArguments(args: readonly string[]): { folder: string; models: readonly string[] } {
  const { values, positionals } = parsed(args);
  if (positionals.length !== 1) {
    throw new UsageError(`Expected copy-assets and one folder to copy into, got ${positionals.length}.`);
  }
  const { installed } = modelNames();
  const models = values.models?.split(',') ?? installed.filter((name) => existsSync(packed(name)));
  for (const name of models)
    if (!installed.includes(name))
      throw new UsageError(`Expected --models of ${installed.join(', ')}, separated by commas, got "${name}".`);
  return { folder: positionals[0], models };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: { models: { type: 'string' } } });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function inDist(path: string): string {
  return join(packageRoot(), 'dist', path);
}

function packed(name: string): string {
  return inDist(`models/${name}.bin`);
}

/** A model of this package is one file, any other what its manifest names, in a folder. */
function copyModel(name: string, to: string): readonly string[] {
  if (existsSync(packed(name))) return [copied(packed(name), join(to, `${name}.bin`))];
  const manifest = modelUrl(name);
  const { files } = JSON.parse(readFileSync(manifest, 'utf8')) as { files: Record<string, unknown> };
  const folder = join(to, name.split('/')[0]);
  return [basename(manifest), ...Object.keys(files)].map((file) =>
    copied(join(dirname(manifest), file), join(folder, file)),
  );
}

function copied(from: string, to: string): string {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
  return to;
}
