/** Makes the folder of an app: its files, the real tools from npm, the package from its tarball. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { App } from './app.ts';
import { run } from './run-tool.ts';
import { writeFiles } from './serve-app.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Outside the repository, whose own node_modules would be found from within. What was installed is kept. */
const CACHE = join(homedir(), '.cache', 'denoise-node', 'apps');

/** What a folder is made of before it has files of its own. */
type Parts = Pick<App, 'name' | 'folder' | 'packages' | 'manifest' | 'linked'> & {
  /** Content of the package-lock.json by which npm installs. Default: what npm finds now. */
  readonly lock?: string;
};

/** Packs the package of a folder as it is built now. Returns the path of the tarball. */
export function packPackage(of = '.'): string {
  const folder = join(tmpdir(), `denoise-node-pack-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const [{ filename }] = JSON.parse(
    execFileSync('npm', args, { cwd: join(ROOT, of), encoding: 'utf8', stdio: 'pipe' }),
  );
  return join(folder, filename);
}

/** Fills the app's folder, and builds it. Returns its path. Throws with what the tool said where that fails. */
export async function buildApp(app: App, tarball: string): Promise<string> {
  const folder = makeFolder(app, tarball);
  writeFiles(folder, app.files);
  for (const step of app.build ?? []) await (typeof step === 'function' ? step(folder, tarball) : run(folder, step));
  return folder;
}

/** A folder with the tools and the package, as npm would install them. */
export function makeFolder(app: Parts, tarball: string): string {
  const folder = join(CACHE, app.folder ?? app.name);
  install(app, folder);
  const modules = join(folder, 'node_modules');
  const own = join(modules, 'denoise-node');
  unpack(tarball, own);
  chmodSync(join(own, 'dist/cli.js'), 0o755);
  link(join(own, 'dist/cli.js'), join(modules, '.bin/denoise-node'));
  for (const name of app.linked ?? []) link(join(ROOT, 'node_modules', name), join(modules, name));
  return folder;
}

/** A package in its place, without what it may depend on. */
export function unpack(tarball: string, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', folder, '--strip-components', '1']);
}

/** Installs what the app asks of npm, unless it is there. */
function install({ packages = {}, manifest: more = {}, lock }: Parts, folder: string): void {
  const manifest = JSON.stringify({ private: true, type: 'module', dependencies: packages, ...more }, null, 2);
  const path = join(folder, 'package.json');
  const isThere = existsSync(path) && readFileSync(path, 'utf8') === manifest;
  const installed = join(folder, 'installed');
  if (isThere && existsSync(installed) && readFileSync(installed, 'utf8') === (lock ?? '')) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, manifest);
  if (lock !== undefined) writeFileSync(join(folder, 'package-lock.json'), lock);
  const command = lock === undefined ? ['install'] : ['ci', '--ignore-scripts'];
  if (Object.keys(packages).length > 0)
    execFileSync('npm', [...command, '--no-audit', '--no-fund', '--prefer-offline'], { cwd: folder, stdio: 'pipe' });
  writeFileSync(installed, lock ?? '');
}

function link(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(dirname(to), { recursive: true });
  symlinkSync(from, to);
}
