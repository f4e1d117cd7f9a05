/** The file studio as a visitor meets it, and files for it. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Page } from 'puppeteer-core';
import { IN_FIREFOX, IN_WEBKIT, visit } from './support.ts';

export { readWav, type Sound, wavBytes } from '../../tools/wav-files.ts';

export interface StudioVisit {
  readonly page: Page;
  readonly complaints: string[];
  /** A folder of this visit, deleted at its end. Downloads arrive in `downloads` below it. */
  readonly folder: string;
}

/** Opens the studio for as long as `use` takes. */
export async function visitStudio(
  use: (visit: StudioVisit) => Promise<void>,
  options: Parameters<typeof visit>[1] = {},
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'denoise-studio-'));
  try {
    await visit(
      async ({ page, complaints }) => {
        await page.goto(new URL('studio/', page.url()).href);
        await page.waitForSelector('.alive');
        await use({ page, complaints, folder });
      },
      { downloads: join(folder, 'downloads'), ...options },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Chooses files as with the file dialog. */
export async function chooseFiles(page: Page, ...paths: string[]): Promise<void> {
  const input = (await page.$('#files')) as import('puppeteer-core').ElementHandle<HTMLInputElement>;
  await input.uploadFile(...paths);
}

/** Waits until no file waits or runs, and tells what became of each: name → state. */
export async function settled(page: Page, count: number, timeout = 120_000): Promise<Map<string, string>> {
  await page.waitForFunction(
    (expected) =>
      document.querySelectorAll('.item:is([data-status=done], [data-status=failed], [data-status=cancelled])')
        .length === expected,
    { timeout },
    count,
  );
  const states = await page.$$eval('.item', (items) =>
    items.map((item) => [item.querySelector('.name')!.textContent!, (item as HTMLElement).dataset.status!] as const),
  );
  return new Map(states);
}

/** The text under a file's name. */
export function statusOf(page: Page, name: string): Promise<string> {
  return page.$$eval(
    '.item',
    (items, wanted) =>
      items
        .find((item) => item.querySelector('.name')!.textContent === wanted)
        ?.querySelector('.now')
        ?.textContent?.trim() ?? '',
    name,
  );
}

/** Presses the button of this name that belongs to a file. */
export async function press(page: Page, action: string, name: string): Promise<void> {
  await page.locator(`button[aria-label=${JSON.stringify(`${action}: ${name}`)}]`).click();
}

/** A browser that asks whether to save, which nobody answers, is not waited for any longer. */
const MOST_DOWNLOAD_MS = 60_000;

/** Does what begins a download, and gives what arrives. */
export async function downloaded(
  page: Page,
  folder: string,
  begin: () => Promise<void>,
): Promise<{ name: string; bytes: Uint8Array }> {
  if (IN_FIREFOX) return downloadedByFirefox(page, join(folder, 'downloads'), begin);
  if (IN_WEBKIT) return offered(page, begin);
  const session = await page.browser().target().createCDPSession();
  await session.send('Browser.setDownloadBehavior', {
    behavior: 'allow',
    downloadPath: join(folder, 'downloads'),
    eventsEnabled: true,
  });
  let name = '';
  session.on('Browser.downloadWillBegin', ({ suggestedFilename }) => {
    name = suggestedFilename;
  });
  const finished = new Promise<void>((resolve, reject) => {
    session.on('Browser.downloadProgress', ({ state }) => {
      if (state === 'completed') resolve();
      if (state === 'canceled') reject(new Error('The browser cancelled the download.'));
    });
  });
  const late = sleep(MOST_DOWNLOAD_MS, undefined, { ref: false }).then(() => {
    throw new Error(`The browser had saved nothing after ${MOST_DOWNLOAD_MS / 1000} s.`);
  });
  await begin();
  await Promise.race([finished, late]);
  await session.detach();
  const path = join(folder, 'downloads', name);
  const bytes = new Uint8Array(readFileSync(path));
  rmSync(path);
  return { name, bytes };
}

/**
 * Firefox tells nobody: it writes under other names first, and then moves what is whole to the name that the page gave
 * it.
 */
async function downloadedByFirefox(
  page: Page,
  downloads: string,
  begin: () => Promise<void>,
): Promise<{ name: string; bytes: Uint8Array }> {
  mkdirSync(downloads, { recursive: true });
  await page.evaluate(() => {
    document.body.dataset.saved = '';
    const { click } = HTMLAnchorElement.prototype;
    HTMLAnchorElement.prototype.click = function () {
      HTMLAnchorElement.prototype.click = click;
      document.body.dataset.saved = this.download;
      click.call(this);
    };
  });
  const watcher = watch(downloads);
  await begin();
  await page.waitForFunction(() => document.body.dataset.saved !== '');
  const name = await page.evaluate(() => document.body.dataset.saved!);
  const path = join(downloads, name);
  const isThere = () =>
    readdirSync(downloads).length === 1 && (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
  while (!isThere()) await once(watcher, 'change', { signal: AbortSignal.timeout(30_000) });
  watcher.close();
  const bytes = new Uint8Array(readFileSync(path));
  rmSync(path);
  return { name, bytes };
}

/**
 * What a download would save, read from the link in its place: nothing tells where WebKit saves it, and Chromium holds
 * back the eleventh download of a page until somebody agrees.
 */
export async function offered(page: Page, begin: () => Promise<void>): Promise<{ name: string; bytes: Uint8Array }> {
  await page.evaluate(() => {
    const { click } = HTMLAnchorElement.prototype;
    const { createObjectURL } = URL;
    // The page's policy lets nobody fetch what is behind the link.
    const blobs = new Map<string, Blob | MediaSource>();
    URL.createObjectURL = (blob) => {
      const url = createObjectURL(blob);
      blobs.set(url, blob);
      return url;
    };
    const offered = new Promise<{ name: string; base64: string }>((resolve) => {
      HTMLAnchorElement.prototype.click = function () {
        Object.assign(HTMLAnchorElement.prototype, { click });
        URL.createObjectURL = createObjectURL;
        const reader = new FileReader();
        reader.onload = () => resolve({ name: this.download, base64: (reader.result as string).split(',')[1] });
        reader.readAsDataURL(blobs.get(this.href) as Blob);
      };
    });
    Object.assign(window, { offered });
  });
  await begin();
  const { name, base64 } = await page.evaluate(
    () => (window as unknown as { offered: Promise<{ name: string; base64: string }> }).offered,
  );
  return { name, bytes: new Uint8Array(Buffer.from(base64, 'base64')) };
}

/**
 * Something like a voice in noise: a gliding tone with overtones that comes and goes. The same seed gives the same
 * sound.
 */
export function murmur(seconds: number, sampleRateHz: number, seed = 1): Float32Array {
  let state = seed;
  const random = () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  let phase = 0;
  return Float32Array.from({ length: Math.round(seconds * sampleRateHz) }, (_, n) => {
    const t = n / sampleRateHz;
    phase += (2 * Math.PI * (140 + 30 * Math.sin(3 * t))) / sampleRateHz;
    const voice = Math.sin(phase) + 0.5 * Math.sin(2 * phase) + 0.3 * Math.sin(5 * phase);
    return 0.15 * voice * Math.max(0, Math.sin(4 * t)) + 0.05 * random();
  });
}

/** What the command line makes of a file. */
export async function onCommandLine(input: string, output: string, ...options: string[]): Promise<Uint8Array> {
  await promisify(execFile)(process.execPath, ['dist/cli.js', input, '-o', output, ...options]);
  return new Uint8Array(readFileSync(output));
}

/** Writes a file into a folder and gives its path. */
export function put(folder: string, name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

export function largestDifference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  let largest = 0;
  for (let c = 0; c < a.length; c++)
    for (let n = 0; n < a[c].length; n++) largest = Math.max(largest, Math.abs(a[c][n] - b[c][n]));
  return largest;
}
