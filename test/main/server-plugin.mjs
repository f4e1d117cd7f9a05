/**
 * What the graph tests need of the test server: broken and altered models and a policy against WebAssembly, really
 * served, and commands that a page cannot carry out itself.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { listModels, readManifest } from '../../tools/models.mjs';
import { startServer } from '../../tools/server.mjs';

const MODEL = new URL('../../models/base/', import.meta.url);
const PACKED = new URL('../../dist/models/base.bin', import.meta.url);
const CHANGED = '/test/changed-models/';

const withManifest = (change) => (name, bytes) =>
  name === 'manifest.json' ? JSON.stringify({ ...JSON.parse(bytes), ...change }) : bytes;

/** What can be done to the files of a model: name of the folder → what happens to the bytes of a file. */
const CHANGES = {
  /** The same model under another URL, and so in another worker. */
  copy: (_name, bytes) => bytes,
  /** A copy that takes its time to come, once for each further folder in its URL: then it is in the browser's cache. */
  slow: (_name, bytes) => sleep(1500, bytes),
  /** The weights come when the page says so, by the last folder of their URL. */
  held: async (name, bytes, folder) => {
    if (name === 'weights.bin') await until(folder);
    return bytes;
  },
  /** Nothing of it ever comes. */
  silent: () => new Promise(() => {}),
  /** All but the weights. */
  'silent-weights': (name, bytes) => (name === 'weights.bin' ? new Promise(() => {}) : bytes),
  /** It takes 48 kHz for 24 kHz: every delay is twice as long, and there are resamplers. */
  'half-rate': withManifest({ sampleRateHz: 24000 }),
  corrupt: (name, bytes) => {
    if (name === 'weights.bin') bytes[bytes.length >> 1] ^= 1;
    return bytes;
  },
  truncated: (name, bytes) => (name === 'weights.bin' ? bytes.subarray(0, bytes.length >> 1) : bytes),
  'other-contract': withManifest({ contract: 99 }),
  /** What servers of single-page apps answer where there is no file. */
  page: () => '<!doctype html><title>App</title>',
};

/** Folders that hold no model, and no worklet file, until the page asks for one to be put there. */
const LATER = '/test/later-model/';
const LATER_WORKLET = '/test/later-worklet/';
const served = new Set();

/** What is held back until the page says so, by name. */
const releases = new Map();

function until(name) {
  return new Promise((resolve) => {
    releases.set(name, resolve);
  });
}

/** A folder of models with one of the package's. */
const LONE_MODEL = '/test/lone-model/base.bin';

/** Any file below is asked for in vain: the server never answers. */
const SILENT = '/test/silent/';

/**
 * The models of the catalogue that take blocks, and their variants: name, URL, and how the sound is rebuilt.
 */
function blockModels() {
  return listModels()
    .map(({ name, path }) => ({ name, path, manifest: readManifest(name) }))
    .filter(({ manifest }) => manifest.framing.kind === 'block')
    .map(({ name, path, manifest: { framing, rebuild } }) => ({
      name,
      url: `/models/${path}`,
      framing: JSON.stringify(framing),
      rebuild: rebuild.kind,
    }));
}

/** Serves the repository without isolation headers, as most of the web is, for as long as `use` takes. */
async function withPlainServer(use) {
  const server = await startServer({ isolated: false });
  try {
    return await use(`${server.origin}/`);
  } finally {
    await server.close();
  }
}

/** Visits of other pages, whose outcome is asked for: no command may take longer than 20 s. */
const visits = [];

function visitUnisolated(browser, path) {
  return withPlainServer(async (origin) => {
    const page = await browser.newPage();
    try {
      await page.goto(`${origin}${path}`);
      return await page.evaluate(() => globalThis.outcome);
    } finally {
      await page.close();
    }
  });
}

/** A plugin for @web/test-runner. */
export function graphTestServer() {
  return {
    name: 'graph-test-server',

    async serve({ path }) {
      if (path === '/test/no-wasm/denoise-worker.js') {
        const body = await readFile(new URL('../../dist/denoise-worker.js', import.meta.url), 'utf8');
        // Without 'wasm-unsafe-eval' a browser compiles no WebAssembly.
        return { body, type: 'js', headers: { 'Content-Security-Policy': "script-src 'self'" } };
      }
      if (path.startsWith(LATER)) {
        const [folder, name] = path.slice(LATER.length).split('/');
        if (!served.has(`${folder}/`)) return undefined;
        return {
          body: await readFile(new URL(name, MODEL)),
          type: name.endsWith('.json') ? 'json' : 'application/octet-stream',
        };
      }
      if (path.startsWith(LATER_WORKLET)) {
        if (!served.has(path)) return undefined; // 404
        return { body: await readFile(new URL('../../dist/denoise-processor.js', import.meta.url)), type: 'js' };
      }
      if (path === LONE_MODEL) return { body: await readFile(PACKED), type: 'application/octet-stream' };
      if (path.startsWith(SILENT)) return new Promise(() => {});
      if (!path.startsWith(CHANGED)) return undefined;
      const parts = path.slice(CHANGED.length).split('/');
      const [folder, name] = [parts[0], parts.at(-1)];
      const original = name.endsWith('.bin') && name !== 'weights.bin' ? PACKED : new URL(name, MODEL);
      const body = await CHANGES[folder](name, await readFile(original), parts.at(-2));
      return { body, type: name.endsWith('.json') ? 'json' : 'application/octet-stream' };
    },

    async executeCommand({ command, payload, session }) {
      if (command === 'serve-model' || command === 'serve-worklet') {
        served.add(payload);
        return true;
      }
      if (command === 'release-model') {
        releases.get(payload)?.();
        return releases.delete(payload);
      }
      if (command === 'enhance-in-node') {
        const script = new URL('enhance-in-node.ts', import.meta.url).pathname;
        const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script], {
          maxBuffer: 2 ** 26,
        });
        return JSON.parse(stdout);
      }
      if (command === 'block-models') return blockModels();
      if (command === 'visit-unisolated') {
        const visit = { outcome: undefined };
        visits.push(visit);
        visitUnisolated(session.browser.getPage(session.id).browser(), payload).then(
          (outcome) => Object.assign(visit, { outcome }),
          (error) => Object.assign(visit, { outcome: String(error) }),
        );
        return visits.length;
      }
      if (command === 'outcome-of-visit') return visits[payload - 1];
      // Those of @web/test-runner-chrome, which says nothing about it.
      if (command === 'has-devtools') return session.browser.hasDevtools ?? true;
      if (command === 'count-workers') return session.browser.getPage(session.id).workers().length;
      if (command === 'collect-garbage') {
        const page = session.browser.getPage(session.id);
        const devtools = await page.createCDPSession();
        await devtools.send('HeapProfiler.collectGarbage');
        await devtools.detach();
        return (await page.metrics()).JSHeapUsedSize;
      }
      return undefined;
    },
  };
}
