/** The room as one file, built once for each test file, because threads cannot run TypeScript. */
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Somewhere below the package, whose models it looks for. */
const FILE = fileURLToPath(
  new URL(`../../node_modules/.cache/denoise-node/server/server-${process.pid}.mjs`, import.meta.url),
);
process.on('exit', () => rmSync(FILE, { force: true }));

export async function builtServer(): Promise<typeof import('../../src/server/index.ts')> {
  await build({
    entryPoints: [fileURLToPath(new URL('../../src/server/index.ts', import.meta.url))],
    outfile: FILE,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
  });
  return import(FILE);
}
