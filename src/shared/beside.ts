/** The classic script that runs while this module is evaluated: null later, and in modules. */
const script = (globalThis as { document?: { currentScript: { src?: string } | null } }).document?.currentScript;
const scriptUrl = script?.src === '' ? undefined : script?.src;

/**
 * A file beside the module that asks. `find` must hold a literal `new URL(path, import.meta.url)`: bundlers look for
 * that expression, take the file along and put its new place there. Classic scripts (an "IIFE" bundle) have no
 * `import.meta.url`: there the file is expected beside the script. Relative to the document where a bundler gives a
 * path without an origin.
 */
export function beside(find: () => URL, path: string): string {
  try {
    return String(find());
  } catch {
    return new URL(path, scriptUrl ?? (globalThis as { document?: { baseURI: string } }).document?.baseURI).href;
  }
}
