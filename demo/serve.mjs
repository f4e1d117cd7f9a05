/**
 * Serves the demo of this repository on localhost and prints the address of the demo. No dependencies.
 *
 *   node demo/serve.mjs [--open] [--port 8000] [--host NAME] [--no-isolation]
 *
 * `--host` names another name or address of this machine to listen at, for others to come by; browsers give them no
 * microphone there, because that needs https or localhost.
 *
 * The three isolation headers give the page shared memory; `--no-isolation` leaves them out, as a plain static host
 * does. The demo then isolates itself through a service worker; with `?mode=message` behind its address it does not,
 * and runs in message mode.
 */
import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { startServer } from '../tools/server.mjs';

/** What the pages of the demo are made of. */
const FOLDERS = ['demo', 'dist', 'models'];

/**
 * Starts the server on the first free port from `port` on; 0 takes any.
 * @param {{ port?: number, host?: string, isolation?: boolean, isMissing?: (path: string) => boolean }} options `host`:
 *   as `--host`. `isMissing`: paths that are answered as if there were no file
 * @returns {Promise<{ url: string, close: () => void }>} the demo's address, without a page name
 */
export async function serveDemo({ port = 8000, host, isolation = true, isMissing } = {}) {
  const options = { port, host, isolated: isolation, isMissing, home: '/demo/', folders: FOLDERS };
  const { origin, close } = await startServer(options);
  return { url: `${origin}/demo/`, close };
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
      host: { type: 'string' },
      'no-isolation': { type: 'boolean' },
    },
  });
  const { url } = await serveDemo({
    port: Number(values.port),
    host: values.host,
    isolation: !values['no-isolation'],
  });
  const note = values['no-isolation'] ? ' (without isolation headers; append ?mode=message for message mode)' : '';
  console.log(`The demo is at ${url}${note}. Stop with Ctrl-C.`);
  if (values.open) openBrowser(url);
}
