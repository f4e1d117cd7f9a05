/** The demo page as a visitor meets it: its own server, a real browser, nothing reached but through the page. */
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

/** Opens the page for as long as `use` takes. */
export async function visit(
  use: (visit: Visit) => Promise<void>,
  options: { isolation?: boolean; flags?: string[]; before?: (page: Page) => Promise<unknown> } = {},
): Promise<void> {
  const server: { url: string; close: () => void } = await serveDemo({ port: 0, isolation: options.isolation ?? true });
  const browser: Browser = await puppeteer.launch({ executablePath: findBrowser('chromium'), args: options.flags ?? CHROMIUM_FLAGS });
  try {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await options.before?.(page);
    await page.goto(server.url);
    await page.waitForSelector('.alive');
    await use({ page, complaints });
  } finally {
    await browser.close();
    server.close();
  }
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
