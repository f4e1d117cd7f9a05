/** What a URL names: the endings by which files of a model and of the backend are told from folders. */
export type FileEnding = '.bin' | '.json' | '.wasm';

/**
 * Whether a URL names a file with that ending; a query behind it does not matter. Data and blobs carry no name: what
 * they hold is taken for the file that it should be, unless that is a manifest, which needs files beside it.
 */
export function namesFile(url: string, ending: FileEnding): boolean {
  if (/^(?:data|blob):/i.test(url)) return ending !== '.json';
  return url.replace(/[?#].*$/s, '').endsWith(ending);
}
