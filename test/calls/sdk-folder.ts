/** Makes the folder that is served: the SDKs from npm, the package from its tarball, the cases as bundles. */
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { makeFolder } from '../apps/build-app.ts';
import { run } from '../apps/run-tool.ts';
import { writeFiles } from '../apps/serve-app.ts';
import { CASES, type Case, COMPILED } from './cases.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SDKS = new URL('sdks/', import.meta.url);
/** What pages are made of, and where it is put: beside the SDKs, so that it imports them by their names. */
const SOURCES = {
  'test/calls/cases': 'src/calls/cases',
  'test/calls/support': 'src/calls/support',
  'test/calls/drive.ts': 'src/calls/drive.ts',
  'test/support/si-sdr.ts': 'src/support/si-sdr.ts',
};
const COMPILER_OPTIONS = {
  strict: true,
  skipLibCheck: true,
  allowJs: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  verbatimModuleSyntax: true,
  target: 'es2022',
  module: 'esnext',
  moduleResolution: 'bundler',
  lib: ['es2022', 'dom', 'dom.iterable'],
  types: [],
};

/** Installs what is not there yet, checks types against those of the SDKs, and bundles. Returns the folder. */
export async function makeSdkFolder(cases: readonly Case[], tarball: string): Promise<string> {
  const { dependencies, overrides } = JSON.parse(readFileSync(new URL('package.json', SDKS), 'utf8'));
  const lock = readFileSync(new URL('package-lock.json', SDKS), 'utf8');
  const folder = makeFolder({ name: 'calls', packages: dependencies, manifest: { overrides }, lock }, tarball);
  rmSync(join(folder, 'src'), { recursive: true, force: true });
  for (const [from, to] of Object.entries(SOURCES)) cpSync(join(ROOT, from), join(folder, to), { recursive: true });
  const guides = cases.map(({ name }) => name).flatMap(codeOfGuide);
  writeFiles(folder, Object.fromEntries(guides));
  const compiled = COMPILED.flatMap(codeOfGuide).map(([path, code]): [string, string] => [
    path,
    `// @ts-check\n${code}`,
  ]);
  writeFiles(folder, Object.fromEntries(compiled));
  const entries = cases.map(({ name }) => `src/calls/cases/${name}.ts`);
  const files = [...entries, ...compiled.map(([path]) => path)];
  writeFiles(folder, { 'tsconfig.json': JSON.stringify({ compilerOptions: COMPILER_OPTIONS, files }) });
  await run(folder, ['tsc', '-p', '.']);
  await build({
    absWorkingDir: folder,
    entryPoints: entries,
    outdir: join(folder, 'out'),
    bundle: true,
    format: 'esm',
    external: ['denoise-node', 'denoise-node/*'],
    // Named, they hold for what is required, too: Chime's AWS has a build for browsers beside that for Node.
    mainFields: ['browser', 'module', 'main'],
    define: { global: 'globalThis' },
    logLevel: 'error',
  });
  writeFiles(folder, { 'index.html': page(folder) });
  return folder;
}

/** The code of an SDK's page in docs/, as a module that its cases import. */
function codeOfGuide(name: string): [string, string][] {
  const [sdk] = [...CASES.map((one) => one.name), ...COMPILED].filter((start) => name.startsWith(start));
  const guide = readFileSync(join(ROOT, `docs/calls-${sdk}.md`), 'utf8');
  const [, code] = guide.match(new RegExp(`^\`\`\`js\\n// ${sdk}\\.js\\n([^]*?)^\`\`\``, 'm')) ?? [];
  if (code === undefined) throw new Error(`docs/calls-${sdk}.md: expected a code block that begins with // ${sdk}.js.`);
  return [[`src/calls/guide/${sdk}.js`, code]];
}

/** A page without a bundler for our own package, which it imports from where the tarball was unpacked. */
function page(folder: string): string {
  const own = 'node_modules/denoise-node';
  const { exports } = JSON.parse(readFileSync(join(folder, own, 'package.json'), 'utf8'));
  const modules = Object.entries<{ default?: string }>(exports)
    .filter(([, target]) => target.default !== undefined)
    .map(([entry, target]) => [join('denoise-node', entry), `/${join(own, target.default as string)}`]);
  const map = JSON.stringify({ imports: Object.fromEntries(modules) });
  return (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>Call</title>' +
    `<script type="importmap">${map}</script></head><body></body></html>`
  );
}
