/**
 * A static server for the repository, with the headers of cross-origin isolation or without. For this machine alone.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.wav': 'audio/wav',
};

const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/**
 * Starts a server on a free port.
 *
 * @param {{ isolated?: boolean, routes?: Record<string, (request, response, rest: string) => Promise<void>> }}
 *   [options] `routes`: handlers for
 *   paths that begin with a prefix; `rest` is what follows it
 * @returns {Promise<{ origin: string, served: string[], close: () => Promise<void> }>} `served`: paths of the files
 *   asked for so far
 */
export async function startServer({ isolated = true, routes = {} } = {}) {
  const served = [];
  const server = createServer(async (request, response) => {
    try {
      const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
      // Browsers may keep what they got: that is what a warm start is. Every run has a new browser profile.
      response.setHeader('Cache-Control', 'max-age=3600');
      if (isolated) for (const [name, value] of Object.entries(ISOLATION)) response.setHeader(name, value);
      const prefix = Object.keys(routes).find((one) => path.startsWith(one));
      if (prefix === undefined) {
        served.push(path);
        await sendFile(path, response);
      } else await routes[prefix](request, response, path.slice(prefix.length));
    } catch (error) {
      if (!response.headersSent) response.writeHead(error.code === 'ENOENT' ? 404 : 500);
      response.end(String(error));
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    served,
    origin: `http://localhost:${server.address().port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

async function sendFile(path, response) {
  const file = join(ROOT, normalize(join('/', path)));
  const { size } = await stat(file);
  response.writeHead(200, {
    'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
    'Content-Length': size,
  });
  await pipeline(createReadStream(file), response);
}
