/** A static server for a folder, for this machine alone unless told otherwise, with or without headers of isolation. */
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { Refusal, sendFile } from './send-file.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PORTS_TO_TRY = 20;

/** Names by which this machine calls itself. */
const OWN_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** What gives a page shared memory. */
export const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/**
 * Serves the files of the repository, or of another folder.
 *
 * @typedef {import('node:http').IncomingMessage} Request
 * @typedef {import('node:http').ServerResponse} Response
 * @param {{
 *   root?: string,
 *   folders?: readonly string[],
 *   host?: string | undefined,
 *   port?: number,
 *   isolated?: boolean,
 *   headers?: Record<string, string>,
 *   home?: string,
 *   isMissing?: ((path: string) => boolean) | undefined,
 *   routes?: Record<string, (request: Request, response: Response, rest: string) => void | Promise<void>>,
 * }} [options] `folders`: those of the root that are served; all without it. `host`: a name or address of this machine
 *   to listen at, for others to come by; without it only this machine can. `port`: the first free one from there on; 0,
 *   the default, takes any. `headers`: more of them, for every answer. `home`: where `/` leads. `isMissing`: paths that
 *   are answered as if there were no file, asked anew for each request. `routes`: handlers of paths that begin with a
 *   prefix; `rest` is what follows it
 * @returns {Promise<{ origin: string, served: string[], close: () => Promise<void> }>} `served`: paths of the files
 *   asked for so far
 */
export async function startServer(options = {}) {
  const { root = ROOT, folders, host, port = 0, isolated = true, headers = {}, home, isMissing, routes = {} } = options;
  const served = [];
  const all = { 'Cache-Control': 'no-cache', ...(isolated ? ISOLATION : {}), ...headers };
  const names = host === undefined ? OWN_NAMES : [...OWN_NAMES, inUrl(host).toLowerCase()];

  async function answer(request, response) {
    requireName(request.headers.host, names);
    const path = pathOf(request.url);
    const prefix = Object.keys(routes).find((one) => path.startsWith(one));
    if (prefix !== undefined) return routes[prefix](request, response, path.slice(prefix.length));
    if (request.method !== 'GET' && request.method !== 'HEAD')
      throw new Refusal(405, 'Only GET and HEAD are answered here.', { Allow: 'GET, HEAD' });
    if (path === '/' && home !== undefined) return response.writeHead(302, { Location: home }).end();
    if (isMissing?.(path)) throw new Refusal(404, 'Not found.');
    served.push(path);
    return sendFile(root, path, request, response, { folders });
  }

  const server = createServer(async (request, response) => {
    for (const [name, value] of Object.entries(all)) response.setHeader(name, value);
    try {
      await answer(request, response);
    } catch (error) {
      const { status, headers: more } = error instanceof Refusal ? error : { status: 500, headers: {} };
      // Whoever has a part of an answer must not take it for the whole.
      if (response.headersSent) response.destroy();
      else
        response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...more }).end(`${error.message}\n`);
    }
  });
  await listenFrom(server, host, port);
  return {
    served,
    origin: `http://${inUrl(host ?? 'localhost')}:${server.address().port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function listenFrom(server, host, port) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await listen(server, host, port === 0 ? 0 : port + attempt);
    } catch (error) {
      if (error.code !== 'EADDRINUSE' || attempt === PORTS_TO_TRY) throw error;
    }
  }
}

function listen(server, host, port) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host ?? 'localhost', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** A page of another site whose name was made to lead here (DNS rebinding) asks by that name. */
function requireName(host, names) {
  const name = (host ?? '').replace(/:\d*$/, '').toLowerCase();
  if (names.includes(name)) return;
  throw new Refusal(403, `This server answers to ${names.join(', ')} only. See "node demo/serve.mjs --host".`);
}

function pathOf(url) {
  try {
    return decodeURIComponent(new URL(url, 'http://localhost').pathname);
  } catch {
    throw new Refusal(400, 'The address of that request cannot be read.');
  }
}

/** An IPv6 address stands in brackets. */
function inUrl(host) {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
