/**
 * Trusted Types (https://w3c.github.io/trusted-types/): a page may refuse every script URL that is a plain string. What
 * its own policies have made passes as it is; the URL beside this module passes by a policy of ours.
 */

/** A `TrustedScriptURL`, which the compiler's DOM types do not know. */
export type TrustedUrl = object & { toString(): string };

/** The part of `trustedTypes` that is used here. */
interface PolicyFactory {
  isScriptURL(value: unknown): value is TrustedUrl;
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): { createScriptURL(url: string): TrustedUrl };
}

/** The name that a page lists in `trusted-types`. */
const POLICY_NAME = 'denoise-node';

const { trustedTypes } = globalThis as { trustedTypes?: PolicyFactory };
let policy: ReturnType<PolicyFactory['createPolicy']> | undefined;

export function isTrustedUrl(url: unknown): url is TrustedUrl {
  return trustedTypes?.isScriptURL(url) ?? false;
}

/**
 * Vouches for the URL of a script of this package, never for a string that was given to it. A page that does not allow
 * the policy gets the string, and its own answer when that is used.
 */
export function trustOwnScript(url: string): string | TrustedUrl {
  try {
    policy ??= trustedTypes?.createPolicy(POLICY_NAME, { createScriptURL: (own) => own });
    return policy?.createScriptURL(url) ?? url;
  } catch {
    return url;
  }
}
