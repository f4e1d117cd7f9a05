/**
 * In:     names of packages that are not installed with this one
 * Out:    the packages, to s3/ and queue/
 * Thread: any of Node's
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A package is missing. The message says which line installs it. */
export class MissingPackage extends Error {
  override readonly name = 'MissingPackage';
  readonly code = 'MISSING_PACKAGE';
}

/**
 * The package where Node finds it from here or, for a command that is installed elsewhere, from the working directory.
 * Throws {@link MissingPackage}.
 * @param needs what cannot be done without it
 * @param all what has to be installed, names separated by spaces
 */
export function optionalPackage(name: string, needs: string, all: string): unknown {
  for (const from of [import.meta.url, pathToFileURL(join(process.cwd(), 'here.js'))]) {
    const require = createRequire(from);
    try {
      require.resolve(name);
    } catch {
      continue;
    }
    return require(name);
  }
  throw new MissingPackage(`${needs} with packages that are not installed: npm install ${all} brings them`);
}
