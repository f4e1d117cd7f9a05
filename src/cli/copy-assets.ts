/**
 * In:     `copy-assets DIR [--models NAME,…] [--inline]`
 * Out:    the files that a page loads beside its script, in DIR, laid out as the option `assets` takes them, or one
 *         module that holds them
 * Thread: main
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { modelNames, modelUrl, packageRoot } from '../node/bundled-models.ts';
import { UsageError } from './arguments.ts';
import { INLINE_DECLARATIONS, inlineModule } from './inline-assets.ts';

/** What every page needs, below the package's dist/ as below DIR. */
const WORKLET = 'denoise-processor.js';
const WORKER = 'denoise-worker.js';
const WASM = 'wasm/tfjs-backend-wasm-simd.wasm';
/** For pages that are plugin hosts. */
const WAM = 'wam/wam-processor.js';
const INLINE = 'denoise-inline';

/**
 * Copies, and returns the paths that were written. UsageError for arguments that it does not understand, and for a
 * folder that cannot be written to.
 */
export function copyAssets(args: readonly string[]): readonly string[] {
  const { folder, models, isInline } = readArguments(args);
  try {
    if (isInline) return writeInline(folder, models);
    const written = [WORKLET, WORKER, WASM, WAM].map((path) => copied(inDist(path), join(folder, path)));
    return [...written, ...models.flatMap((name) => copyModel(name, join(folder, 'models')))];
  } catch (error) {
    throw new UsageError(`Cannot copy into ${folder}: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function readArguments(args: readonly string[]) {
  const { values, positionals } = parsed(args);
  if (positionals.length !== 1) {
    throw new UsageError(`Expected copy-assets and one folder to copy into, got ${positionals.length}.`);
  }
  const { installed } = modelNames();
  const own = installed.filter((name) => existsSync(packed(name)));
  const isInline = values.inline;
  const models = values.models?.split(',') ?? (isInline ? own.slice(0, 1) : own);
  for (const name of models)
    if (!installed.includes(name))
      throw new UsageError(`Expected --models of ${installed.join(', ')}, separated by commas, got "${name}".`);
  if (isInline && (models.length !== 1 || !own.includes(models[0])))
    throw new UsageError(`Expected one of ${own.join(', ')} with --inline, got "${models.join(',')}".`);
  return { folder: positionals[0], models, isInline };
}

/** One module, and its declarations. */
function writeInline(folder: string, [model]: readonly string[]): readonly string[] {
  const files = { worklet: inDist(WORKLET), worker: inDist(WORKER), wasm: inDist(WASM), model: packed(model) };
  mkdirSync(folder, { recursive: true });
  const contents = { js: inlineModule(files), 'd.ts': INLINE_DECLARATIONS };
  return Object.entries(contents).map(([ending, content]) => {
    const path = join(folder, `${INLINE}.${ending}`);
    writeFileSync(path, content);
    return path;
  });
}

function parsed(args: readonly string[]) {
  const options = { models: { type: 'string' }, inline: { type: 'boolean', default: false } } as const;
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
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
