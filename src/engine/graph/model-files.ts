/**
 * In:     the URL of a model folder, or of a variant's manifest in one (`….json`)
 * Out:    its manifest and its files, proven to be the ones the manifest was written for, to model.ts
 * Thread: [worker], or whoever runs the engine; asynchronous
 *
 * One request for each file. In Node a path or a file: URL is read from disk.
 */
import { DenoiseError } from '../../shared/errors.ts';
import { MOST_MANIFEST_BYTES } from '../manifest/ceilings.ts';
import { type Manifest, readManifest } from '../manifest/manifest.ts';
import type { FileRecord } from '../manifest/model-head.ts';
import { shortened } from '../manifest/quoted.ts';
import { type FetchSettings, FileFetcher } from './file-fetcher.ts';
import { isNode, nodeModule } from './node-modules.ts';

/** The files of a model, in memory. */
export interface ModelFiles {
  /** URL of the folder, with a slash at its end. */
  readonly url: string;
  /** URL of the manifest; a variant's is not manifest.json. */
  readonly manifestUrl: string;
  readonly manifest: Manifest;
  readonly bytes: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/**
 * Files that are asked for at once. Browsers open six connections to a host, and two loads together, of which one may
 * get no answer, must leave room for the page.
 */
const FILES_AT_ONCE = 2;

/**
 * Fetches and verifies a model. Throws DenoiseError: 'model-load' (a file is missing, or the network failed or fell
 * silent), 'model-corrupt' (size or SHA-256 differ from the manifest), 'model-mismatch' (the manifest breaks the
 * contract), 'unsupported' (hashes cannot be computed here); and the signal's reason where that aborts.
 */
export async function loadModelFiles(model: string | URL, settings: FetchSettings = {}): Promise<ModelFiles> {
  const fetcher = new FileFetcher(settings);
  try {
    const [manifestUrl, folder] = await locate(model);
    const json = parseJson(await fetcher.bytes(manifestUrl, MOST_MANIFEST_BYTES), manifestUrl);
    const manifest = readManifest(json, manifestUrl.href);
    const bytes = new Map<string, Uint8Array<ArrayBuffer>>();
    const missing = Object.entries(manifest.files);
    const fetchSome = async (): Promise<void> => {
      for (let next = missing.shift(); next !== undefined; next = missing.shift())
        bytes.set(next[0], await fetchVerified(inside(folder, next[0]), next[1], fetcher));
    };
    await Promise.all(Array.from({ length: FILES_AT_ONCE }, fetchSome));
    return { url: folder.href, manifestUrl: manifestUrl.href, manifest, bytes };
  } finally {
    fetcher.end();
  }
}

/** Parses a JSON file of a model; DenoiseError 'model-corrupt' where it is not JSON. */
export function parseJson(bytes: Uint8Array, url: URL | string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new DenoiseError(
      'model-corrupt',
      `${shortened(String(url))}: expected JSON. Check that the model URL names a folder with manifest.json.`,
      { cause },
    );
  }
}

/** Where the manifest lies, and the folder of its files. */
async function locate(model: string | URL): Promise<[manifest: URL, folder: URL]> {
  let text = String(model);
  if (!text.endsWith('.json')) text += text.endsWith('/') ? 'manifest.json' : '/manifest.json';
  try {
    const manifest = await urlOf(text);
    return [manifest, new URL('.', manifest)];
  } catch (cause) {
    throw new DenoiseError(
      'model-load',
      `Expected the URL of a model folder or of a manifest (….json), got ${shortened(text)}, which names no folder.`,
      { cause },
    );
  }
}

async function urlOf(text: string): Promise<URL> {
  const isUrl = /^[a-z][a-z0-9+.-]+:/i.test(text);
  if (isUrl) return new URL(text);
  if (isNode()) return (await nodeModule('node:url')).pathToFileURL(text);
  return new URL(text, globalThis.location.href);
}

/** The URL of a file in a folder. Names are checked before (file-name.ts); one that leads out all the same throws. */
function inside(folder: URL, name: string): URL {
  const url = new URL(name, folder);
  if (url.href.startsWith(folder.href)) return url;
  throw new DenoiseError(
    'model-mismatch',
    `${shortened(folder.href)}: expected files inside the folder, found ${shortened(name)}.`,
  );
}

async function fetchVerified(url: URL, expected: FileRecord, fetcher: FileFetcher): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await fetcher.bytes(url, expected.bytes);
  if (bytes.length !== expected.bytes) {
    throw new DenoiseError(
      'model-corrupt',
      `${shortened(url.href)}: expected ${expected.bytes} bytes, got ${bytes.length}. ` +
        'Download or deploy the model folder again.',
    );
  }
  const found = await sha256(bytes);
  if (found !== expected.sha256) {
    throw new DenoiseError(
      'model-corrupt',
      `${shortened(url.href)}: expected SHA-256 ${expected.sha256}, got ${found}. ` +
        'Download or deploy the model folder again.',
    );
  }
  return bytes;
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  // Web Crypto is hidden from pages that are neither https: nor localhost.
  if (globalThis.crypto?.subtle === undefined) {
    throw new DenoiseError(
      'unsupported',
      'Expected crypto.subtle to verify the model, got none: serve the page over https: or from localhost.',
    );
  }
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
