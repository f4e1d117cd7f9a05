import { isTrustedUrl, type TrustedUrl, trustOwnScript } from './trusted-url.ts';

/**
 * Starts a module worker. Browsers refuse one whose script is of another origin, whatever that sends; so there a module
 * of the page's own, of one line, imports it. The other origin must allow that (CORS), as for any module. [main]
 */
export function startWorker(url: string | TrustedUrl): Worker {
  const options = { type: 'module', name: 'denoise-node' } as const;
  const { href } = new URL(String(url), document.baseURI);
  if (!isForeign(href)) return new Worker(url as string, options);
  const module = new Blob([`import ${JSON.stringify(href)};`], { type: 'text/javascript' });
  const own = URL.createObjectURL(module);
  const worker = new Worker((isTrustedUrl(url) ? trustOwnScript(own) : own) as string, options);
  // It has begun to load once it answers, or has failed; until then the URL is needed.
  const revoke = (): void => URL.revokeObjectURL(own);
  worker.addEventListener('message', revoke, { once: true });
  worker.addEventListener('error', revoke, { once: true });
  return worker;
}

/** Data and blobs are of the page's own making. */
function isForeign(url: string): boolean {
  const { protocol, origin } = new URL(url);
  return protocol.startsWith('http') && origin !== globalThis.location.origin;
}
