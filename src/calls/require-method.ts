import { nameOf } from '../main/audio-family.ts';

/**
 * Throws a TypeError where an SDK's object has no such method: it is another object, or of an SDK that is too old.
 * @param expected what it should be, with the oldest version
 */
export function requireMethod(object: unknown, method: string, what: string, expected: string): void {
  if (typeof (object as Partial<Record<string, unknown>> | null | undefined)?.[method] === 'function') return;
  throw new TypeError(`${what}: expected ${expected} or newer, got ${nameOf(object)}, which has no ${method}().`);
}
