/**
 * `node docs/screenshots.mjs [folder]`: plays a noisy sample on the demo page in Chromium and writes the pictures of the
 * README beside this file. Needs `npm run build`. Prints what the page says, so that a picture of a failure is noticed.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { serveDemo } from '../demo/serve.mjs';
import { CHROMIUM_FLAGS, findBrowser } from '../test/support/browser.mjs';
import { takePanelPictures } from './panel-screenshots.mjs';

const FOLDER = process.argv[2] ?? import.meta.dirname;
/** Long enough to fill the six seconds that the spectrograms show, after the model has loaded. */
const SECONDS_OF_SOUND = 7;

/** A busy machine has underruns, which show as stripes: the picture is then taken again. */
const ATTEMPTS = 8;

const PICTURES = [
  { name: 'demo-light.png', width: 940, height: 790, theme: 'light' },
  { name: 'demo-dark.png', width: 940, height: 790, theme: 'dark' },
  { name: 'demo-phone.png', width: 390, height: 844, theme: 'light', phone: true },
];

mkdirSync(FOLDER, { recursive: true });
const server = await serveDemo({ port: 0 });
const browser = await puppeteer.launch({ executablePath: findBrowser('chromium'), args: CHROMIUM_FLAGS });
try {
  for (const picture of PICTURES) {
    const { png, words } = await takeCalmly(picture);
    writeFileSync(join(FOLDER, picture.name), png);
    console.log(`${picture.name}: ${Math.round(png.length / 1024)} KB; ${words}`);
  }
  await takePanelPictures(browser, FOLDER);
} finally {
  await browser.close();
  server.close();
}

/** The first picture of sound without a gap, or the one with the fewest. */
async function takeCalmly(picture) {
  let best = await take(picture);
  for (let attempt = 1; attempt < ATTEMPTS && best.underruns > 0; attempt++) {
    const next = await take(picture);
    if (next.underruns < best.underruns) best = next;
  }
  return best;
}

async function take({ name, width, height, theme, phone = false }) {
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error(`${name}: ${error}`));
  await page.setViewport({ width, height, deviceScaleFactor: phone ? 1.25 : 1, isMobile: phone, hasTouch: phone });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
  await page.goto(server.url);
  await page.click('#play');
  await page.waitForSelector('#state[data-state=running]', { timeout: 20_000 }).catch(() => console.error(`${name}: the node does not run`));
  await new Promise((resolve) => setTimeout(resolve, 1000 * SECONDS_OF_SOUND));
  const png = await page.screenshot();
  const words = await page.$eval('.facts', (facts) => facts.textContent.trim().replace(/\s*\n\s*/g, ' · '));
  const underruns = await page.$eval('#underruns', (figure) => Number.parseInt(figure.textContent, 10) || 0);
  await page.close();
  return { png, words, underruns };
}
