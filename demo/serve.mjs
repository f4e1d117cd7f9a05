/**
 * Serves this repository on localhost and prints the address of the demo. No dependencies.
 *
 *   node demo/serve.mjs [--open] [--port 8000] [--no-isolation]
 *
 * The three isolation headers give the page shared memory; `--no-isolation` leaves them out, as a plain static host
 * does. The demo then isolates itself through a service worker; with `?mode=message` behind its address it does not,
 * and runs in message mode.
 */
import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = new URL('..', import.meta.url);
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

const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/**
 * Starts the server on the first free port from `port` on; 0 takes any.
 * @param {{ port?: number, isolation?: boolean }} options
 * @returns {Promise<{ url: string, close: () => void }>} the demo's address, without a page name
 */
export async function serveDemo({ port = 8000, isolation = true } = {}) {
  const server = createServer((request, response) => answer(request, response, isolation));
  for (let attempt = 0; ; attempt++) {
    try {
      await listen(server, port === 0 ? 0 : port + attempt);
      break;
    } catch (error) {
      if (error.code !== 'EADDRINUSE' || attempt === PORTS_TO_TRY) throw error;
    }
  }
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://localhost:${server.address().port}/demo/`, close };
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

async function answer(request, response, isolation) {
  const headers = isolation ? ISOLATION : {};
  try {
    const { pathname } = new URL(request.url, 'http://localhost');
    if (pathname === '/') return response.writeHead(302, { ...headers, Location: '/demo/' }).end();
    const file = new URL(`.${pathname.endsWith('/') ? `${pathname}index.html` : pathname}`, ROOT);
    // URLs have no ".." left in them, but an encoded slash could still carry one past the root.
    if (!fileURLToPath(file).startsWith(fileURLToPath(ROOT))) return response.writeHead(403, headers).end();
    const { size } = await stat(file);
    response.writeHead(200, {
      ...headers,
      'Content-Type': TYPES[extname(file.pathname)] ?? 'application/octet-stream',
      'Content-Length': size,
      'Cache-Control': 'no-cache',
    });
    if (request.method === 'HEAD') return response.end();
    createReadStream(file)
      .on('error', () => response.destroy())
      .pipe(response);
  } catch {
    response.writeHead(404, { ...headers, 'Content-Type': 'text/plain' }).end('Not found. Has "npm run build" run?\n');
  }
}

/** Asks the desktop for a browser. Without one, the printed address has to do. */
function openBrowser(url) {
  const [command, ...args] = { darwin: ['open', url], win32: ['cmd', '/c', 'start', '', url] }[process.platform] ?? [
    'xdg-open',
    url,
  ];
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({
    options: {
      open: { type: 'boolean' },
      port: { type: 'string', default: '8000' },
      'no-isolation': { type: 'boolean' },
    },
  });
  const { url } = await serveDemo({ port: Number(values.port), isolation: !values['no-isolation'] });
  const note = values['no-isolation'] ? ' (without isolation headers; append ?mode=message for message mode)' : '';
  console.log(`The demo is at ${url}${note}. Stop with Ctrl-C.`);
  if (values.open) openBrowser(url);
}
