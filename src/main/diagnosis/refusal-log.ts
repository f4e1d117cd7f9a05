import type { Refusal } from '../../shared/protocol.ts';

/** Browsers tell of a refusal in a task of its own, after the call that was refused. */
const TELLING_MS = 50;

/** Resolves when a refusal that made something fail just now has been told. */
export function refusalsTold(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, TELLING_MS));
}

/** Listens to what the page's content security policy refuses of ours. [main] */
export class RefusalLog {
  readonly #refusals: Refusal[] = [];
  readonly #names: readonly string[];
  readonly #listen = (event: SecurityPolicyViolationEvent): void => {
    const { effectiveDirective: directive, blockedURI, sample, disposition } = event;
    if (disposition !== 'enforce' || !this.#isOurs(directive, blockedURI)) return;
    this.#refusals.push({ directive, what: sample ? `${blockedURI} ${sample}` : blockedURI });
  };

  /** @param urls what will be asked for */
  constructor(urls: readonly string[]) {
    this.#names = urls.map(withoutQuery);
    document.addEventListener('securitypolicyviolation', this.#listen);
  }

  /** What was refused, once it has been told of all. */
  async end(): Promise<readonly Refusal[]> {
    await refusalsTold();
    document.removeEventListener('securitypolicyviolation', this.#listen);
    return this.#refusals;
  }

  /** The page has refusals of its own. A worker of another origin starts from a blob. */
  #isOurs(directive: string, what: string): boolean {
    if (directive.includes('trusted-types')) return true;
    return what.startsWith('blob') ? directive === 'worker-src' : this.#names.includes(withoutQuery(what));
  }
}

function withoutQuery(url: string): string {
  return url.replace(/[?#].*/s, '');
}
