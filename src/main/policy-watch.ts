/**
 * Listens for what the content security policy of the page refuses while a script of ours loads: the load itself fails
 * without a word about it. [main]
 */
export class PolicyWatch {
  readonly #url: string;
  #refusal = '';

  /** @param url of the script, as it was asked for */
  constructor(url: string) {
    this.#url = url;
    document.addEventListener('securitypolicyviolation', this.#notice);
  }

  /** A sentence after a space that names the directive, and what it must allow; empty where none has refused it. */
  get refusal(): string {
    return this.#refusal;
  }

  end(): void {
    document.removeEventListener('securitypolicyviolation', this.#notice);
  }

  readonly #notice = (event: SecurityPolicyViolationEvent): void => {
    const { disposition, blockedURI, effectiveDirective: directive } = event;
    if (disposition !== 'enforce') return;
    const { origin, pathname } = new URL(this.#url, document.baseURI);
    // Of a blob the event tells the scheme alone; what it imports has to be allowed as well.
    const isBlob = blockedURI === 'blob';
    if (!isBlob && !blockedURI.startsWith(origin + pathname)) return;
    const source = isBlob ? `blob: and ${origin}` : origin === globalThis.location.origin ? "'self'" : origin;
    this.#refusal = ` The page's content security policy refuses it by its ${directive}: allow ${source} there.`;
  };
}
