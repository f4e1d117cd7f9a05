/** What every target holds its subject to. */

/** Something that must not happen has happened. */
export class Finding extends Error {
  override readonly name = 'Finding';
}

/** Longest message that a person would read. */
const MOST_MESSAGE = 600;
/** What engines say of mistakes in a program, not of mistakes in its input. */
const ACCIDENTS =
  /is not a function|is not iterable|Cannot read|of null|out of bounds|outside the bounds|unreachable|call stack/;

/** Throws a {@link Finding} where a condition does not hold. */
export function expect(condition: boolean, words: string): asserts condition {
  if (!condition) throw new Finding(words);
}

/** Throws a {@link Finding} where an error is not of the kinds that are declared, or does not speak to a person. */
export function expectDeclared(error: unknown, kinds: readonly string[]): asserts error is Error {
  if (error instanceof Finding) throw error;
  expect(error instanceof Error, `threw ${String(error)}, which is no Error`);
  const told = `${error.name}: ${error.message.slice(0, MOST_MESSAGE)}`;
  expect(kinds.includes(error.name), `expected ${kinds.join(' or ')}, got ${told}\n${error.stack}`);
  expect(
    error.message.length > 0 && error.message.length <= MOST_MESSAGE,
    `${error.message.length} characters: ${told}`,
  );
  // A DenoiseError has a code that says what to do, and may quote whatever stands behind it.
  expect(
    error.name === 'DenoiseError' || !ACCIDENTS.test(error.message),
    `an accident, told as an error: ${told}\n${error.stack}`,
  );
}
