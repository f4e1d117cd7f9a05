/**
 * Pictures of the demo page while a noisy sample plays. docs/screenshots.mjs calls this; alone, `node
 * docs/demo-screenshots.mjs [folder]` writes the same files. Needs `npm run build`. Prints what the page says, so that
 * a picture of a failure is noticed.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { serveDemo } from '../demo/serve.mjs';
import { launchChromium } from '../tools/browser.mjs';

/** Long enough to fill the six seconds that the spectrograms show, after the model has loaded. */
const SECONDS_OF_SOUND = 7;

/** A busy machine has underruns, which show as stripes: the picture is then taken again. */
const ATTEMPTS = 4;

const PICTURES = [
  { name: 'demo-light.png', width: 1000, height: 1000, theme: 'light' },
  { name: 'demo-dark.png', width: 1000, height: 1000, theme: 'dark' },
  { name: 'demo-phone.png', width: 390, height: 844, theme: 'light', phone: true },
];

/**
 * @param {import('puppeteer-core').Browser} browser
 * @param {string} url address of the demo page
 * @param {string} folder
 */
export async function takeDemoPictures(browser, url, folder) {
  for (const picture of PICTURES) {
    const { png, said } = await takeCalmly(browser, url, picture);
    writeFileSync(join(folder, picture.name), png);
    console.log(`${picture.name}: ${Math.round(png.length / 1024)} KB; ${said}`);
  }
}

/** The first picture of sound without a gap, or the one with the fewest. */
async function takeCalmly(browser, url, picture) {
  let best = await take(browser, url, picture);
  for (let attempt = 1; attempt < ATTEMPTS && best.underruns > 0; attempt++) {
    const next = await take(browser, url, picture);
    if (next.underruns < best.underruns) best = next;
  }
  return best;
}

async function take(browser, url, { name, width, height, theme, phone = false }) {
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error(`${name}: ${error}`));
  await page.setViewport({ width, height, deviceScaleFactor: phone ? 1.25 : 1, isMobile: phone, hasTouch: phone });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
  await page.goto(url);
  await page.click('#play');
  await page
    .waitForSelector('#state[data-state=running]', { timeout: 20_000 })
    .catch(() => console.error(`${name}: the node does not run`));
  await new Promise((resolve) => setTimeout(resolve, 1000 * SECONDS_OF_SOUND));
  const { underruns, latency } = await page.$eval('denoise-panel', (panel) => panel.node.getMetrics());
  const png = await page.screenshot();
  const state = await page.$eval('#state-text', ({ textContent }) => textContent);
  const matched = await page.$eval('#match-text', ({ textContent }) => textContent);
  await page.close();
  return {
    png,
    underruns,
    said: `${state} ${matched}; latency ${(1000 * latency).toFixed(1)} ms, ${underruns} underruns`,
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folder = process.argv[2] ?? import.meta.dirname;
  mkdirSync(folder, { recursive: true });
  const server = await serveDemo({ port: 0 });
  const browser = await launchChromium();
  try {
    await takeDemoPictures(browser, server.url, folder);
  } finally {
    await browser.close();
    server.close();
  }
}
