/**
 * Starts a module worker. Browsers refuse one whose script is of another origin, whatever that sends; so there a module
 * of the page's own, of one line, imports it. The other origin must allow that (CORS), as for any module. [main]
 */
export function startWorker(url: string): Worker {
  const options = { type: 'module', name: 'denoise-node' } as const;
  if (!isForeign(url)) return new Worker(url, options);
  const module = new Blob([`import ${JSON.stringify(url)};`], { type: 'text/javascript' });
  const own = URL.createObjectURL(module);
  const worker = new Worker(own, options);
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
