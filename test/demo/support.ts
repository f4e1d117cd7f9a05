/** The demo page as a visitor meets it: its own server, a real browser, nothing reached but through the page. */
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
// @ts-expect-error: plain JavaScript, for it runs before anything is compiled.
import { serveDemo } from '../../demo/serve.mjs';
// @ts-expect-error: as above.
import { CHROMIUM_FLAGS, findBrowser } from '../support/browser.mjs';

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
}

/** Opens the page for as long as `use` takes. */
export async function visit(use: (visit: Visit) => Promise<void>, { isolation = true, flags = CHROMIUM_FLAGS, isMissing }: VisitOptions = {}): Promise<void> {
  const server: Server = await serveDemo({ port: 0, isolation });
  const front = isMissing && (await without(isMissing, server));
  const browser: Browser = await puppeteer.launch({ executablePath: findBrowser('chromium'), args: flags });
  try {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto((front ?? server).url);
    await page.waitForSelector('.alive');
    await use({ page, complaints });
  } finally {
    await browser.close();
    front?.close();
    server.close();
  }
}

interface Server {
  readonly url: string;
  close(): void;
}

/** A server in front of another one that lacks some of its files. The browser's own interception stalls worklets. */
async function without(isMissing: (path: string) => boolean, behind: Server): Promise<Server> {
  const front = createServer(({ url = '/' }, response) => {
    if (isMissing(url)) return response.writeHead(404).end();
    return request(new URL(url, behind.url), (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    }).end();
  });
  await new Promise<void>((resolve) => front.listen(0, 'localhost', resolve));
  const close = () => {
    front.closeAllConnections();
    front.close();
  };
  return { url: `http://localhost:${(front.address() as AddressInfo).port}/demo/`, close };
}

export const textOf = (page: Page, selector: string): Promise<string> => page.$eval(selector, (element) => element.textContent?.trim() ?? '');

/** Presses the button and waits until the model is heard. */
export async function start(page: Page): Promise<void> {
  await page.click('#play');
  await page.waitForSelector('#state[data-state=running]', { timeout: 30_000 });
}

export async function choose(page: Page, source: string): Promise<void> {
  await page.click(`input[value=${source}]`);
}

/** Puts a slider where a visitor would drag it. */
export async function slide(page: Page, selector: string, value: number): Promise<void> {
  const input = await page.evaluateHandle((of) => document.querySelector(of)!.shadowRoot!.querySelector('input')!, selector);
  await input.evaluate((element, to) => {
    element.value = String(to);
    element.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  }, value);
}

/** Mean of what both meters show over some seconds, dBFS. */
export function levels(page: Page, seconds: number): Promise<{ before: number; after: number }> {
  return page.evaluate(async (ms) => {
    const meters = [...document.querySelectorAll('denoise-meter')] as (Element & { level: number })[];
    const sums = [0, 0];
    let count = 0;
    const end = performance.now() + ms;
    while (performance.now() < end) {
      await new Promise(requestAnimationFrame);
      if (!meters.every(({ level }) => Number.isFinite(level))) continue;
      meters.forEach(({ level }, i) => {
        sums[i] += level;
      });
      count += 1;
    }
    return { before: sums[0] / count, after: sums[1] / count };
  }, 1000 * seconds);
}
