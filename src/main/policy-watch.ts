import type { Refusal } from '../shared/protocol.ts';

/** Browsers tell of a refusal in a task of its own, after the call that was refused. */
const TELLING_MS = 50;
/** What a worker of another origin is refused by, which starts from a blob; the page has blobs of its own. */
const BLOB_DIRECTIVE = /^(?:worker|child|script)-src/;

/** Resolves when a refusal that made something fail just now has been told. */
export function refusalsTold(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, TELLING_MS));
}

/**
 * Listens for what the content security policy of the page refuses of ours: what fails by that says nothing of it.
 * [main]
 */
export class PolicyWatch {
  /** So far. */
  readonly refusals: Refusal[] = [];
  readonly #urls: readonly string[];

  /** @param urls what will be asked for */
  constructor(urls: readonly string[]) {
    this.#urls = urls;
    document.addEventListener('securitypolicyviolation', this.#notice);
  }

  /** A sentence after a space that names the directive, and what it must allow; empty where none refuses a script. */
  get sentence(): string {
    const refusal = this.refusals.find(({ directive }) => !directive.includes('trusted-types'));
    if (refusal === undefined) return '';
    const { origin } = new URL(this.#urls[0], document.baseURI);
    const own = origin === globalThis.location.origin ? "'self'" : origin;
    // Of a blob the event tells the scheme alone; what it imports has to be allowed as well.
    const source = isBlob(refusal.what) ? `blob: and ${origin}` : own;
    return ` The page's content security policy refuses it by its ${refusal.directive}: allow ${source} there.`;
  }

  end(): void {
    document.removeEventListener('securitypolicyviolation', this.#notice);
  }

  readonly #notice = (event: SecurityPolicyViolationEvent): void => {
    const { effectiveDirective: directive, blockedURI, sample, disposition } = event;
    if (disposition === 'enforce' && this.#isOurs(directive, blockedURI))
      this.refusals.push({ directive, what: sample ? `${blockedURI} ${sample}` : blockedURI });
  };

  #isOurs(directive: string, what: string): boolean {
    if (directive.includes('trusted-types')) return true;
    if (isBlob(what)) return BLOB_DIRECTIVE.test(directive);
    return this.#urls.some((url) => withoutQuery(new URL(url, document.baseURI).href) === withoutQuery(what));
  }
}

function isBlob(what: string): boolean {
  return what.startsWith('blob');
}

function withoutQuery(url: string): string {
  return url.replace(/[?#].*/s, '');
}
