/**
 * Shared memory from a host that sends no isolation headers: isolation-worker.js, a service worker, adds them.
 * Where that cannot be, nothing happens, and the DenoiseNode runs in message mode.
 */
import type { DenoiseAssets } from 'denoise-node';

/**
 * In the page's address: leave it as the host serves it, which is how message mode is seen on purpose.
 * isolation-worker.js knows it too.
 */
const LEAVE = ['mode', 'message'] as const;
/** Set before the page reloads itself, so that a browser where that does not help is not sent round in circles. */
const TRIED = 'isolation-tried';

/**
 * Loads the page again behind the service worker where that gains isolation; else does nothing. The page may be used
 * meanwhile: `isInUse` is asked last, and a visitor who has begun is left alone until the next visit.
 */
export async function isolate(isInUse: () => boolean): Promise<void> {
  if (crossOriginIsolated) return sessionStorage.removeItem(TRIED);
  if (new URLSearchParams(location.search).get(LEAVE[0]) === LEAVE[1]) return;
  if (!isSecureContext || !('serviceWorker' in navigator) || sessionStorage.getItem(TRIED)) return;
  try {
    await navigator.serviceWorker.register('isolation-worker.js');
    await navigator.serviceWorker.ready;
  } catch {
    return; // Private windows, policies, hosts without the file: message mode it is.
  }
  if (isInUse()) return;
  sessionStorage.setItem(TRIED, 'yes');
  location.reload();
}

/**
 * Where the package's worker is fetched from. A service worker answers for addresses below its own folder only, and the
 * worker of an isolated page must come with its headers: it is asked for at an address inside, and fetched from dist/.
 */
export function isolatedAssets(): DenoiseAssets {
  return crossOriginIsolated && navigator.serviceWorker?.controller
    ? { worker: new URL('dist/denoise-worker.js', document.baseURI) }
    : {};
}
