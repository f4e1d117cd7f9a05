/** The files that tests of the project read. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

/** Scripts below a folder, as paths from the root. */
export function scriptsIn(folder: string): string[] {
  return filesIn(folder, /\.(ts|mjs|js)$/);
}

/** Files of a kind below a folder, as paths from the root. */
export function filesIn(folder: string, kind: RegExp): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => kind.test(path))
    .map((path) => join(folder, path))
    .sort();
}
