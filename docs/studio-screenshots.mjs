/**
 * Pictures of the file studio: some samples dropped on its page, one of them playing. docs/screenshots.mjs calls this;
 * alone, `node docs/studio-screenshots.mjs [folder]` writes the same files. Needs `npm run build`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { serveDemo } from '../demo/serve.mjs';
import { launchChromium } from '../tools/browser.mjs';

const SAMPLES = ['crowd', 'rain', 'keyboard'].map((name) =>
  join(import.meta.dirname, '../demo/samples', `${name}.wav`),
);

const PICTURES = [
  { name: 'studio-light.png', width: 1280, height: 900, theme: 'light' },
  { name: 'studio-dark.png', width: 1280, height: 900, theme: 'dark' },
  { name: 'studio-phone.png', width: 390, height: 844, theme: 'light', phone: true },
];

/**
 * Takes all pictures and returns them; prints what the page says, so that a picture of a failure is noticed.
 * @param {import('puppeteer-core').Browser} browser
 * @param {string} demoUrl address of the demo page, with the slash at its end
 * @returns {Promise<{ name: string, png: Uint8Array }[]>}
 */
export async function takeStudioPictures(browser, demoUrl) {
  const pictures = [];
  for (const picture of PICTURES) pictures.push(await take(browser, demoUrl, picture));
  return pictures;
}

async function take(browser, demoUrl, { name, width, height, theme, phone = false }) {
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error(`${name}: ${error}`));
  await page.setViewport({ width, height, deviceScaleFactor: phone ? 1.25 : 1, isMobile: phone, hasTouch: phone });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
  await page.goto(`${demoUrl}studio/`);
  await page.waitForSelector('.alive');
  const input = await page.$('#files');
  await input.uploadFile(...SAMPLES);
  await page.waitForFunction(
    (count) => document.querySelectorAll('.item[data-status=done]').length === count,
    { timeout: 60_000 },
    SAMPLES.length,
  );
  await page.waitForSelector('#play:not(:disabled)');
  await page.$eval('#seek', (seek) => {
    seek.value = String(0.42 * Number(seek.max));
    seek.dispatchEvent(new Event('input', { bubbles: true }));
  });
  if (phone) await page.$eval('#stage', (stage) => stage.scrollIntoView());
  // Two frames: one to draw, one to be sure.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  const png = await page.screenshot();
  const said = await page.$eval('#totals', (totals) => totals.textContent.trim());
  await page.close();
  console.log(`${name}: ${Math.round(png.length / 1024)} KB; ${said}`);
  return { name, png };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folder = process.argv[2] ?? import.meta.dirname;
  mkdirSync(folder, { recursive: true });
  const server = await serveDemo({ port: 0 });
  const browser = await launchChromium();
  try {
    for (const { name, png } of await takeStudioPictures(browser, server.url)) writeFileSync(join(folder, name), png);
  } finally {
    await browser.close();
    server.close();
  }
}
