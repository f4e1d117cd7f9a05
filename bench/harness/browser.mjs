/** One headless Chromium, and pages in it whose errors end the run. */
import { CHROMIUM_FLAGS, launchChromium } from '../../tools/browser.mjs';

/**
 * Pages are measured one after the other, but none may be slowed down for being in the background; heaps are weighed
 * after a collection.
 */
const BENCH_FLAGS = [
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
  '--js-flags=--expose-gc',
];

/** Longest that one measurement in a page may take. */
const PATIENCE_MS = 900_000;

/** Starts the Chromium that the tests use. */
export function startBrowser() {
  return launchChromium([...CHROMIUM_FLAGS, ...BENCH_FLAGS], { protocolTimeout: PATIENCE_MS });
}

/**
 * Opens the blank page of a server, calls `use` with it and closes it.
 *
 * @param {import('puppeteer-core').Browser | import('puppeteer-core').BrowserContext} browser
 * @param {string} origin
 * @param {(page: import('puppeteer-core').Page) => Promise<T>} use
 * @returns {Promise<T>}
 * @template T
 */
export async function withPage(browser, origin, use) {
  const page = await browser.newPage();
  try {
    const failure = new Promise((_, reject) => page.on('pageerror', reject));
    await page.goto(`${origin}/bench/pages/blank.html`);
    return await Promise.race([use(page), failure]);
  } finally {
    await page.close();
  }
}

/**
 * Calls an exported function of a module in the page, with arguments and a result that survive JSON.
 *
 * @param {import('puppeteer-core').Page} page
 * @param {string} module path from the root of the server
 * @param {string} name
 * @param {...unknown} args
 */
export function callInPage(page, module, name, ...args) {
  return page.evaluate(async (path, exported, values) => (await import(path))[exported](...values), module, name, args);
}
