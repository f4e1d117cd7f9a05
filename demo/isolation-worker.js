/**
 * A service worker that adds the isolation headers to what a plain static host serves, so that the demo page gets
 * shared memory (isolation.ts registers it). It stores nothing. Plain JavaScript beside the page, because its folder is
 * its scope.
 */
const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

const scope = new URL(self.registration.scope);

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== scope.origin) return;
  // Of the pages only the demo itself: others below this folder have workers of their own, which lie outside of the
  // scope.
  const isDemo =
    ['', 'index.html'].includes(url.pathname.slice(scope.pathname.length)) &&
    url.searchParams.get('mode') !== 'message';
  if (request.mode === 'navigate' && !isDemo) return;
  event.respondWith(isolated(request, url));
});

/** The browser's answer with the headers; what is asked for in demo/dist/ comes from dist/ beside demo/. */
async function isolated(request, url) {
  const inside = url.pathname.slice(scope.pathname.length);
  const isMoved = url.pathname.startsWith(scope.pathname) && inside.startsWith('dist/');
  const response = await fetch(isMoved ? new URL(`../${inside}`, scope) : request);
  // A redirect is opaque here; the browser follows it, and its target passes here again.
  if (response.type === 'opaqueredirect') return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
