/**
 * `node docs/screenshots.mjs [folder]`: plays a noisy sample on the demo page in Chromium and writes the pictures of the
 * README beside this file. Needs `npm run build`. Prints what the page says, so that a picture of a failure is noticed.
 */
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { serveDemo } from '../demo/serve.mjs';
import { CHROMIUM_FLAGS, findBrowser } from '../test/support/browser.mjs';

const FOLDER = process.argv[2] ?? import.meta.dirname;
/** Long enough to fill the six seconds that the spectrograms show, after the model has loaded. */
const SECONDS_OF_SOUND = 7;

const PICTURES = [
  { name: 'demo-light.png', width: 960, height: 900, theme: 'light' },
  { name: 'demo-dark.png', width: 960, height: 900, theme: 'dark' },
  { name: 'demo-phone.png', width: 390, height: 844, theme: 'light', phone: true },
];

mkdirSync(FOLDER, { recursive: true });
const server = await serveDemo({ port: 0 });
const browser = await puppeteer.launch({ executablePath: findBrowser('chromium'), args: CHROMIUM_FLAGS });
try {
  for (const picture of PICTURES) await take(picture);
} finally {
  await browser.close();
  server.close();
}

async function take({ name, width, height, theme, phone = false }) {
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error(`${name}: ${error}`));
  await page.setViewport({ width, height, deviceScaleFactor: phone ? 1.5 : 1, isMobile: phone, hasTouch: phone });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
  await page.goto(server.url);
  await page.click('#play');
  await page.waitForSelector('#state[data-state=running]', { timeout: 20_000 }).catch(() => console.error(`${name}: the node does not run`));
  await new Promise((resolve) => setTimeout(resolve, 1000 * SECONDS_OF_SOUND));
  // The pointer still rests on the button; the picture is of a page that is left alone.
  await page.mouse.move(0, 0);
  const path = join(FOLDER, name);
  await page.screenshot({ path });
  console.log(
    `${name}: ${Math.round(statSync(path).size / 1024)} KB; ${await page.$eval('.facts', (facts) => facts.textContent.trim().replace(/\s*\n\s*/g, ' · '))}`,
  );
  await page.close();
}
