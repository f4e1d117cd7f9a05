/** The demo page as a visitor meets it: its own server, a real browser, nothing reached but through the page. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { serveDemo } from '../../demo/serve.mjs';
import type {} from '../../src/panel/define.ts';
import { CHROMIUM_FLAGS, launchChromium } from '../../tools/browser.mjs';
import { readWav } from '../../tools/wav-files.ts';
import { launchFirefox, launchWebKit } from '../support/other-browsers.mjs';
import { tellSecondTry } from '../support/second-try.ts';

export { readWav };

export interface Visit {
  readonly page: Page;
  /** What went wrong inside the page, as the console told it. */
  readonly complaints: string[];
}

interface VisitOptions {
  isolation?: boolean;
  flags?: string[];
  /** Paths that the server pretends not to have, asked anew for each request. */
  isMissing?: (path: string) => boolean;
  /** Where Firefox puts downloads; Chromium is told when they begin. */
  downloads?: string;
}

/** The browser that TEST_BROWSER names; Chromium without it. */
export const IN_FIREFOX = process.env.TEST_BROWSER === 'firefox';
export const IN_WEBKIT = process.env.TEST_BROWSER === 'webkit';

/** WebKit's pages are made to look like puppeteer's, in what is asked of them here. */
function launch(flags: string[], downloads?: string): Promise<Browser> {
  if (IN_FIREFOX) return launchFirefox({ downloads });
  return IN_WEBKIT ? (launchWebKit() as unknown as Promise<Browser>) : launchChromium(flags);
}

/** Opens the page for as long as `use` takes. */
export async function visit(
  use: (visit: Visit) => Promise<void>,
  { isolation = true, flags = CHROMIUM_FLAGS, isMissing, downloads }: VisitOptions = {},
): Promise<void> {
  const server = await serveDemo({ port: 0, isolation, ...(isMissing && { isMissing }) });
  const browser = await launch(flags, downloads);
  try {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.evaluateOnNewDocument(rememberSound);
    await page.goto(server.url);
    // A function, which is asked anew where the page loads itself again to become isolated; an element of the page
    // before would be lost.
    await page.waitForFunction(() => document.body?.classList.contains('alive'), { timeout: 30_000 });
    await use({ page, complaints });
  } finally {
    await browser.close();
    server.close();
  }
}

/**
 * What the page keeps for {@link hear}: the node before the loudspeakers, and the last context. Nothing of the sound
 * changes.
 */
interface Remembered {
  heard: AudioNode;
  context: AudioContext;
  stream: MediaStream;
}

function rememberSound(): void {
  const remembered = window as unknown as Remembered;
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (this: AudioNode, ...to: unknown[]) {
    if (to[0] instanceof AudioDestinationNode) remembered.heard = this;
    return Reflect.apply(connect, this, to);
  } as typeof connect;
  window.AudioContext = class extends AudioContext {
    constructor(options?: AudioContextOptions) {
      super(options);
      remembered.context = this;
    }
  };
  const getUserMedia = navigator.mediaDevices?.getUserMedia;
  if (!getUserMedia) return;
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    remembered.stream = await Reflect.apply(getUserMedia, navigator.mediaDevices, [constraints]);
    return remembered.stream;
  };
}

/** Every sample that goes to the loudspeakers for some seconds, mixed to one channel; `during` runs meanwhile. */
export async function hear(page: Page, seconds: number, during?: () => Promise<void>): Promise<Float32Array> {
  const hearing = await beginHearing(page);
  await during?.();
  return hearing.end(seconds);
}

export interface Hearing {
  /** Waits until these seconds have been heard, and gives them. */
  end(atLeastSeconds?: number): Promise<Float32Array>;
  /** Waits until nothing sounds any more, which may be later than the page says so, and forgets what did. */
  silence(): Promise<void>;
}

/** Every sample that goes to the loudspeakers from now on, in whole quanta, mixed to one channel. */
export async function beginHearing(page: Page): Promise<Hearing> {
  const tap = await page.evaluateHandle(async () => {
    const { heard } = window as unknown as Remembered;
    const { context } = heard;
    // The studio's context lacks it until something is recorded; twice is once.
    await context.audioWorklet.addModule('/dist/demo/demo-processors.js');
    const node = new AudioWorkletNode(context, 'demo-recorder', {
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: 'explicit',
      processorOptions: { channelCount: 1 },
    });
    const chunks: Float32Array[] = [];
    let [length, wanted] = [0, Number.POSITIVE_INFINITY];
    let onSilence: (() => void) | undefined;
    const last = new Promise<void>((resolve) => {
      node.port.onmessage = ({ data }) => {
        chunks.push(data.channels[0]);
        length += data.channels[0].length;
        if (onSilence && data.channels[0].every((sample: number) => sample === 0)) {
          // What is left ends with a quantum, as it did.
          length %= 128;
          chunks.splice(0, chunks.length, new Float32Array(length));
          onSilence();
          onSilence = undefined;
        }
        if (data.last) resolve();
        else if (length >= wanted) node.port.postMessage({ type: 'stop' });
      };
    });
    heard.connect(node);
    return {
      silence() {
        return new Promise<void>((resolve) => {
          onSilence = resolve;
        });
      },
      async end(seconds: number) {
        wanted = seconds * context.sampleRate;
        if (length >= wanted) node.port.postMessage({ type: 'stop' });
        await last;
        heard.disconnect(node);
        const bytes = new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
        let text = '';
        for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
        return btoa(text);
      },
    };
  });
  return {
    silence: () => tap.evaluate((tap) => tap.silence()),
    async end(atLeastSeconds = 0) {
      const bytes = Uint8Array.from(
        Buffer.from(await tap.evaluate((tap, seconds) => tap.end(seconds), atLeastSeconds), 'base64'),
      );
      return new Float32Array(bytes.buffer);
    },
  };
}

/** The rate of this machine's contexts, Hz. */
export const rateOf = (page: Page): Promise<number> => page.evaluate(() => new AudioContext().sampleRate);

/** Total latency of the node, seconds. */
export const latencyOf = (page: Page): Promise<number> => page.$eval('denoise-panel', (panel) => panel.node!.latency);

/** What the panel says in one of its places. */
export const panelText = (page: Page, selector: string): Promise<string> =>
  page.$eval(
    'denoise-panel',
    (panel, of) => panel.shadowRoot!.querySelector(of)?.textContent?.trim().replace(/\s+/g, ' ') ?? '',
    selector,
  );

const CALM_TRIES = 8;

/**
 * A busy machine makes the latency grow, which moves the sound in time. Tries until it stood still meanwhile, and
 * shortly before; fails where it never does.
 */
export async function calmly<T>(page: Page, take: () => Promise<T>): Promise<T> {
  for (let tries = 1; tries <= CALM_TRIES; tries++) {
    const before = await latencyOf(page);
    // The page follows a change a little after it is known.
    await hear(page, 0.5);
    const taken = await take();
    if ((await latencyOf(page)) !== before) continue;
    tellSecondTry('a stretch at a steady latency', tries, CALM_TRIES);
    return taken;
  }
  throw new Error(`The latency changed in each of ${CALM_TRIES} tries: this machine is too busy to tell.`);
}

/** Presses the record button, waits some seconds of sound, presses it again, and takes the file that is offered. */
export async function record(
  page: Page,
  seconds: number,
): Promise<{ channels: Float32Array[]; sampleRateHz: number; format: string }> {
  await page.waitForSelector('#record:not([disabled])');
  await page.locator('#record').click();
  await page.waitForFunction(
    (least) => {
      const [, minutes, rest] = document.querySelector('#record-text')!.textContent!.match(/(\d+):(\d+)/) ?? [];
      return 60 * Number(minutes) + Number(rest) >= least;
    },
    { timeout: 30_000 + 1000 * seconds },
    Math.ceil(seconds),
  );
  await page.locator('#record').click();
  await page.waitForSelector('#recorded a[download]');
  return readWav(await download(page, '#recorded a'));
}

/** Clicks a link and returns the file that the browser saves. */
export async function download(page: Page, selector: string): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'denoise-node-'));
  try {
    const session = await page.browser().target().createCDPSession();
    await session.send('Browser.setDownloadBehavior', {
      behavior: 'allowAndName',
      downloadPath: folder,
      eventsEnabled: true,
    });
    const saved = new Promise<string>((resolve, reject) => {
      session.on('Browser.downloadProgress', ({ state, guid }) => {
        if (state === 'completed') resolve(guid);
        if (state === 'canceled') reject(new Error(`The download of ${selector} was cancelled.`));
      });
    });
    await page.locator(selector).click();
    return readFileSync(join(folder, await saved));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Linear interpolation is enough to score against: what is compared suffers it alike. */
export function resampled(samples: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return samples;
  return Float32Array.from({ length: Math.floor((samples.length * to) / from) - 1 }, (_, i) => {
    const place = (i * from) / to;
    const left = Math.floor(place);
    return samples[left] + (place - left) * ((samples[left + 1] ?? 0) - samples[left]);
  });
}

export const textOf = (page: Page, selector: string): Promise<string> =>
  page.$eval(selector, (element) => element.textContent?.trim() ?? '');

/** Waits until the line of the state says so; a busy machine may say for a while that it cannot keep up. */
export async function untilStateSays(page: Page, pattern: RegExp): Promise<void> {
  await page
    .waitForFunction(
      (source) => new RegExp(source).test(document.querySelector('#state-text')!.textContent!.trim()),
      { timeout: 30_000 },
      pattern.source,
    )
    .catch(async () => {
      throw new Error(`Waited in vain for ${pattern}; the page says: ${await textOf(page, '#state-text')}`);
    });
}

/** Presses the button and waits until the model is heard. */
export async function start(page: Page): Promise<void> {
  await page.locator('#play').click();
  await page.waitForSelector('#state[data-state=running]', { timeout: 30_000 });
}

/** Gives the page a file, as its file field does. */
export async function give(page: Page, path: string): Promise<void> {
  await choose(page, 'file');
  const input = await page.$('#file');
  await (input as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(path);
}

/** Lets go of files and folders of this disk over the page, as a file manager does. */
export async function dropFromDisk(page: Page, files: readonly string[]): Promise<void> {
  const session = await page.createCDPSession();
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: 300, y: 200, data });
  await session.detach();
}

export async function choose(page: Page, source: string): Promise<void> {
  await page.locator(`input[value=${source}]`).click();
}

/** Puts a slider where a visitor would drag it. */
export async function slide(page: Page, selector: string, value: number): Promise<void> {
  const input = await page.evaluateHandle(
    (of) => document.querySelector(of)!.shadowRoot!.querySelector('input')!,
    selector,
  );
  await input.evaluate((element, to) => {
    element.value = String(to);
    element.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  }, value);
}

/**
 * Mean level of what goes into the node and of what comes out of it, over some seconds, dBFS; −Infinity where nothing
 * was measured.
 */
export async function levels(page: Page, seconds: number): Promise<{ before: number; after: number }> {
  const [before, after, count] = await page.evaluate(async (ms) => {
    const { node } = document.querySelector('denoise-panel')!;
    const sums = [0, 0, 0];
    const end = performance.now() + ms;
    while (performance.now() < end) {
      await new Promise(requestAnimationFrame);
      const { inputLevel, outputLevel } = node!.getMetrics();
      if (!Number.isFinite(inputLevel + outputLevel)) continue;
      sums[0] += inputLevel;
      sums[1] += outputLevel;
      sums[2] += 1;
    }
    return sums;
  }, 1000 * seconds);
  return count > 0
    ? { before: before / count, after: after / count }
    : { before: Number.NEGATIVE_INFINITY, after: Number.NEGATIVE_INFINITY };
}
