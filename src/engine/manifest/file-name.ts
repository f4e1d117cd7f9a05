/**
 * What a URL or a path could take for something else: a scheme or drive, a parent folder on Windows, an escape, a
 * query, a fragment, and what URL parsers drop (control characters anywhere, spaces at the ends).
 */
const MISLEADING = /[:\\%?#\p{Cc}]|^\s|\s$/u;

/** Whether this is the name of a file in a model's folder, or in a folder of that, and can be nothing else. */
export function isFileName(name: string): boolean {
  return !MISLEADING.test(name) && name.split('/').every((part) => !['', '.', '..'].includes(part));
}
