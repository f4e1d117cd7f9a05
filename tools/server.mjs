/** A static server for a folder, on this machine alone, with or without the headers of isolation. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PORTS_TO_TRY = 20;

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wav': 'audio/wav',
  '.wasm': 'application/wasm',
};

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
 *   port?: number,
 *   isolated?: boolean,
 *   headers?: Record<string, string>,
 *   home?: string,
 *   isMissing?: ((path: string) => boolean) | undefined,
 *   routes?: Record<string, (request: Request, response: Response, rest: string) => void | Promise<void>>,
 * }} [options] `port`: the first free one from there on; 0, the default, takes any. `headers`: more of them, for every
 *   answer. `home`: where `/` leads. `isMissing`: paths that are answered as if there were no file, asked anew for each
 *   request. `routes`: handlers of paths that begin with a prefix; `rest` is what follows it
 * @returns {Promise<{ origin: string, served: string[], close: () => Promise<void> }>} `served`: paths of the files
 *   asked for so far
 */
export async function startServer(options = {}) {
  const { root = ROOT, port = 0, isolated = true, headers = {}, home, isMissing, routes = {} } = options;
  const served = [];
  const all = { 'Cache-Control': 'no-cache', ...(isolated ? ISOLATION : {}), ...headers };
  const server = createServer(async (request, response) => {
    for (const [name, value] of Object.entries(all)) response.setHeader(name, value);
    try {
      const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
      if (path === '/' && home !== undefined) return response.writeHead(302, { Location: home }).end();
      const prefix = Object.keys(routes).find((one) => path.startsWith(one));
      if (prefix !== undefined) return await routes[prefix](request, response, path.slice(prefix.length));
      if (isMissing?.(path)) throw Object.assign(new Error('Not found.'), { code: 'ENOENT' });
      served.push(path);
      await sendFile(root, path, request.method, response);
    } catch (error) {
      const isThere = error.code !== 'ENOENT';
      if (!response.headersSent) response.writeHead(isThere ? 500 : 404, { 'Content-Type': 'text/plain' });
      response.end(isThere ? `${error.message}\n` : 'Not found. Has "npm run build" run?\n');
    }
  });
  await listenFrom(server, port);
  return {
    served,
    origin: `http://localhost:${server.address().port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function listenFrom(server, port) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await listen(server, port === 0 ? 0 : port + attempt);
    } catch (error) {
      if (error.code !== 'EADDRINUSE' || attempt === PORTS_TO_TRY) throw error;
    }
  }
}

function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, 'localhost', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function sendFile(root, path, method, response) {
  // A path that would leave the root is taken from there.
  const file = join(root, normalize(join('/', path.endsWith('/') ? `${path}index.html` : path)));
  const found = await stat(file);
  if (!found.isFile()) throw Object.assign(new Error(`${path} is no file.`), { code: 'ENOENT' });
  response.writeHead(200, {
    'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
    'Content-Length': found.size,
  });
  if (method === 'HEAD') response.end();
  else await pipeline(createReadStream(file), response);
}
