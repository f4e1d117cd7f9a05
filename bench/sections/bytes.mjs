/**
 * Bytes that a page fetches until a denoiser is ready: what the server was really asked for, plain and compressed with
 * gzip.
 */
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { startServer } from '../../tools/server.mjs';
import { callInPage, withPage } from '../harness/browser.mjs';
import { atMost, figure } from '../harness/figures.mjs';

export const title = 'Bytes over the wire until ready';

const PEER_NAMES = ['rnnoise', 'gtcrn'];

/** Decimal kilobytes, everything together, compressed. */
const MOST_KB = { base: 400, tiny: 320 };

const KINDS = { js: /\.js$/, wasm: /\.wasm$/, model: /^\/(?:dist\/)?models\// };

export async function measure({ browser, models }) {
  const data = {};
  for (const name of [...models, ...PEER_NAMES]) data[name] = await measureOne(browser, name);
  return { data, figures: Object.entries(data).flatMap(([name, sizes]) => figuresOf(name, sizes)) };
}

async function measureOne(browser, name) {
  const server = await startServer();
  const profile = await browser.createBrowserContext();
  try {
    await withPage(profile, server.origin, (page) => callInPage(page, '/bench/pages/live.mjs', 'timeToReady', name));
  } finally {
    await profile.close();
    await server.close();
  }
  // The bench's own files, its recording and the catalogue are not what an app ships.
  const paths = [...new Set(server.served)].filter(
    (path) => /^\/(dist|models|node_modules)\//.test(path) && path !== '/models/catalogue.json',
  );
  const files = await Promise.all(paths.map(weigh));
  const total = (kind) => sum(files.filter(({ path }) => kindOf(path) === kind));
  return { files, ...Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, total(kind)])), total: sum(files) };
}

async function weigh(path) {
  const bytes = await readFile(new URL(`../..${path}`, import.meta.url));
  return { path, raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
}

function kindOf(path) {
  return KINDS.model.test(path) ? 'model' : Object.keys(KINDS).find((kind) => KINDS[kind].test(path));
}

function sum(files) {
  return {
    raw: files.reduce((total, { raw }) => total + raw, 0),
    gzip: files.reduce((total, { gzip }) => total + gzip, 0),
  };
}

function figuresOf(name, sizes) {
  const line = (label, { raw, gzip }, bar) => [
    figure(`${name}, ${label}, plain`, raw / 1000, 'KB'),
    figure(`${name}, ${label}, gzip`, gzip / 1000, 'KB', bar),
  ];
  return [
    ...sizes.files.flatMap((file) => line(file.path.split('/').at(-1), file)),
    ...line('together', sizes.total, MOST_KB[name] && atMost(MOST_KB[name])),
  ];
}
