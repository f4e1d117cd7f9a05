/**
 * In:     the URL of a model folder, or of a variant's manifest in one (`….json`)
 * Out:    its manifest and its files, proven to be the ones the manifest was written for, to model.ts
 * Thread: [worker], or whoever runs the engine; asynchronous
 *
 * One request for each file. In Node a path or a file: URL is read from disk.
 */
import { DenoiseError } from '../../shared/errors.ts';
import { type Manifest, readManifest } from '../manifest/manifest.ts';

/** The files of a model, in memory. */
export interface ModelFiles {
  /** URL of the folder, with a slash at its end. */
  readonly url: string;
  /** URL of the manifest; a variant's is not manifest.json. */
  readonly manifestUrl: string;
  readonly manifest: Manifest;
  readonly bytes: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

type Fetch = typeof fetch;

/** What reading from disk needs of Node. Declared here because this file also compiles for browsers. */
interface NodeModules {
  'node:fs/promises': { readFile(url: URL): Promise<Uint8Array<ArrayBuffer>> };
  'node:url': { pathToFileURL(path: string): URL };
}

/**
 * Fetches and verifies a model. Throws DenoiseError: 'model-load' (a file is missing or the network failed),
 * 'model-corrupt' (size or SHA-256 differ from the manifest), 'model-mismatch' (the manifest breaks the contract),
 * 'unsupported' (hashes cannot be computed here).
 */
export async function loadModelFiles(model: string | URL, fetchWith: Fetch = fetch): Promise<ModelFiles> {
  const manifestUrl = await manifestUrlOf(model);
  const url = new URL('.', manifestUrl);
  const manifest = readManifest(parseJson(await fetchBytes(manifestUrl, fetchWith), manifestUrl), manifestUrl.href);
  const names = Object.keys(manifest.files);
  const contents = await Promise.all(
    names.map((name) => fetchVerified(new URL(name, url), manifest.files[name], fetchWith)),
  );
  return {
    url: url.href,
    manifestUrl: manifestUrl.href,
    manifest,
    bytes: new Map(names.map((name, i) => [name, contents[i]])),
  };
}

/** Parses a JSON file of a model; DenoiseError 'model-corrupt' where it is not JSON. */
export function parseJson(bytes: Uint8Array, url: URL | string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new DenoiseError(
      'model-corrupt',
      `${url}: expected JSON. Check that the model URL names a folder with manifest.json.`,
      { cause },
    );
  }
}

/** True where files are read through Node, not through the network. */
export function isNode(): boolean {
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  return typeof process?.versions?.node === 'string';
}

async function manifestUrlOf(model: string | URL): Promise<URL> {
  let text = String(model);
  if (!text.endsWith('.json')) text += text.endsWith('/') ? 'manifest.json' : '/manifest.json';
  const isUrl = /^[a-z][a-z0-9+.-]+:/i.test(text);
  if (isUrl) return new URL(text);
  if (isNode()) return (await nodeModule('node:url')).pathToFileURL(text);
  return new URL(text, globalThis.location.href);
}

async function fetchVerified(
  url: URL,
  expected: { bytes: number; sha256: string },
  fetchWith: Fetch,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await fetchBytes(url, fetchWith);
  if (bytes.length !== expected.bytes) {
    throw new DenoiseError(
      'model-corrupt',
      `${url}: expected ${expected.bytes} bytes, got ${bytes.length}. Download or deploy the model folder again.`,
    );
  }
  const found = await sha256(bytes);
  if (found !== expected.sha256) {
    throw new DenoiseError(
      'model-corrupt',
      `${url}: expected SHA-256 ${expected.sha256}, got ${found}. Download or deploy the model folder again.`,
    );
  }
  return bytes;
}

async function fetchBytes(url: URL, fetchWith: Fetch): Promise<Uint8Array<ArrayBuffer>> {
  try {
    if (url.protocol === 'file:' && isNode()) return await (await nodeModule('node:fs/promises')).readFile(url);
    let response = await fetchWith(url, { credentials: 'same-origin' });
    // A browser may remember that the file was missing although it is there by now.
    if (!response.ok) response = await fetchWith(url, { credentials: 'same-origin', cache: 'reload' });
    if (!response.ok) throw new Error(`HTTP status ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DenoiseError(
      'model-load',
      `${url}: expected a file of the model, got: ${reason}. Check the model URL and that the server serves it.`,
      { cause },
    );
  }
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

/** Imports by a name that bundlers cannot follow, so that they leave it to Node. */
function nodeModule<K extends keyof NodeModules>(name: K): Promise<NodeModules[K]> {
  return import(/* @vite-ignore */ /* webpackIgnore: true */ name);
}
