/**
 * Tells on a line of its own that something was tried more than once until it held: the summary of `npm test` gathers
 * these lines, so that nothing hides behind a retry.
 * @param tries how many it took, of `most`
 */
export function tellSecondTry(what: string, tries: number, most: number): void {
  if (tries > 1) console.warn(`second try: ${what} ${tries}/${most}`);
}
