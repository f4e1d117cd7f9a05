/**
 * In:     the URL of a model folder, of a variant's manifest in one (`….json`), or of a packed model (`….bin`)
 * Out:    its manifest and its files, proven to be the ones the manifest was written for, to model.ts
 * Thread: [worker], or whoever runs the engine; asynchronous
 *
 * One request for each file, one alone for a packed model. In Node a path or a file: URL is read from disk.
 */
import { DenoiseError } from '../../shared/errors.ts';
import { namesFile } from '../../shared/file-url.ts';
import { shortened } from '../../shared/quoted.ts';
import { MOST_MANIFEST_BYTES, MOST_MODEL_BYTES } from '../manifest/ceilings.ts';
import { type Manifest, readManifest } from '../manifest/manifest.ts';
import type { FileRecord } from '../manifest/model-head.ts';
import { type FetchSettings, FileFetcher } from './file-fetcher.ts';
import { isNode, nodeModule } from './node-modules.ts';
import { cutFiles, openPacked } from './packed-model.ts';

/** The files of a model, in memory. */
export interface ModelFiles {
  /** What stands before a file's name in messages: the folder, with a slash at its end, or a packed model and `#`. */
  readonly url: string;
  /** URL of the manifest, or of the packed model; a variant's is not manifest.json. */
  readonly manifestUrl: string;
  readonly manifest: Manifest;
  readonly bytes: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/**
 * Files that are asked for at once. Browsers open six connections to a host, and two loads together, of which one may
 * get no answer, must leave room for the page.
 */
const FILES_AT_ONCE = 2;

const MOST_PACKED_BYTES = MOST_MANIFEST_BYTES + MOST_MODEL_BYTES;

/**
 * Fetches and verifies a model. Throws DenoiseError: 'model-load' (a file is missing, or the network failed or fell
 * silent), 'model-corrupt' (size or SHA-256 differ from the manifest), 'model-mismatch' (the manifest breaks the
 * contract), 'unsupported' (hashes cannot be computed here); and the signal's reason where that aborts.
 */
export async function loadModelFiles(model: string | URL, settings: FetchSettings = {}): Promise<ModelFiles> {
  const fetcher = new FileFetcher(settings);
  try {
    const { first, folder } = await locate(model);
    return folder === undefined ? await fetchPacked(first, fetcher) : await fetchFolder(first, folder, fetcher);
  } finally {
    fetcher.end();
  }
}

async function fetchFolder(manifestUrl: URL, folder: URL, fetcher: FileFetcher): Promise<ModelFiles> {
  const json = parseJson(await fetcher.bytes(manifestUrl, MOST_MANIFEST_BYTES), manifestUrl);
  const manifest = readManifest(json, manifestUrl.href);
  const bytes = new Map<string, Uint8Array<ArrayBuffer>>();
  const missing = Object.entries(manifest.files);
  const fetchSome = async (): Promise<void> => {
    for (let next = missing.shift(); next !== undefined; next = missing.shift()) {
      const [name, expected] = next;
      const url = inside(folder, name);
      bytes.set(name, await verified(await fetcher.bytes(url, expected.bytes), expected, url.href));
    }
  };
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, fetchSome));
  return { url: folder.href, manifestUrl: manifestUrl.href, manifest, bytes };
}

async function fetchPacked(url: URL, fetcher: FileFetcher): Promise<ModelFiles> {
  const { manifest: json, rest } = openPacked(await fetcher.bytes(url, MOST_PACKED_BYTES), url.href);
  const manifest = readManifest(parseJson(json, url), url.href);
  const bytes = cutFiles(rest, manifest);
  const prefix = `${url.href}#`;
  for (const [name, expected] of Object.entries(manifest.files))
    await verified(bytes.get(name) as Uint8Array<ArrayBuffer>, expected, `${prefix}${name}`);
  return { url: prefix, manifestUrl: url.href, manifest, bytes };
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

/** What to fetch first: a packed model, or the manifest in the folder of its files. */
async function locate(model: string | URL): Promise<{ first: URL; folder: URL | undefined }> {
  let text = String(model);
  try {
    if (namesFile(text, '.bin')) return { first: await urlOf(text), folder: undefined };
    if (!namesFile(text, '.json')) text += text.endsWith('/') ? 'manifest.json' : '/manifest.json';
    const first = await urlOf(text);
    return { first, folder: new URL('.', first) };
  } catch (cause) {
    throw new DenoiseError(
      'model-load',
      `Expected the URL of a model folder, of a manifest (….json) or of a packed model (….bin), got ` +
        `${shortened(text)}, which names none.`,
      { cause },
    );
  }
}

/** A URL as it is, or a path: in Node on disk, in a page from where that is. */
export async function urlOf(text: string): Promise<URL> {
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

/** The bytes, if they are those that the manifest describes. */
async function verified(
  bytes: Uint8Array<ArrayBuffer>,
  expected: FileRecord,
  where: string,
): Promise<Uint8Array<ArrayBuffer>> {
  if (bytes.length !== expected.bytes) {
    throw new DenoiseError(
      'model-corrupt',
      `${shortened(where)}: expected ${expected.bytes} bytes, got ${bytes.length}. ` +
        'Download or deploy the model again.',
    );
  }
  const found = await sha256(bytes);
  if (found !== expected.sha256) {
    throw new DenoiseError(
      'model-corrupt',
      `${shortened(where)}: expected SHA-256 ${expected.sha256}, got ${found}. ` +
        'Download or deploy the model again.',
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
