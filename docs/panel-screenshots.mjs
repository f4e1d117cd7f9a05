/**
 * Pictures of `<denoise-panel>`, for screenshots.mjs; alone: `node docs/panel-screenshots.mjs [folder]`. Each shows a real node that denoises a
 * noisy sample. Needs `npm run build`. Prints what the panel says, so that a picture of a failure is noticed.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';
import { startServer } from '../bench/harness/server.mjs';
import { CHROMIUM_FLAGS, findBrowser } from '../test/support/browser.mjs';

/** Long enough to fill the six seconds that the spectrograms show. */
const SECONDS_OF_SOUND = 6.5;

/** All layouts of one theme are on one page, and so of one moment. */
const WIDTHS = { full: 1000, medium: 640, compact: 340 };
const SAVED = ['full', 'compact'];

/**
 * @param {import('puppeteer-core').Browser} browser
 * @param {string} folder
 */
export async function takePanelPictures(browser, folder) {
  const server = await startServer();
  try {
    for (const theme of ['light', 'dark']) {
      const page = await browser.newPage();
      page.on('pageerror', (error) => console.error(`panel, ${theme}: ${error}`));
      await page.setViewport({ width: 1100, height: 2400, deviceScaleFactor: 2 });
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
      await page.goto(`${server.origin}/bench/pages/blank.html`);
      await page.evaluate(showPanels, WIDTHS, theme, SECONDS_OF_SOUND);
      for (const layout of Object.keys(WIDTHS).filter((name) => SAVED.includes(name) || process.env.ALL_LAYOUTS)) {
        const frame = await page.$(`#${layout}`);
        const name = `panel-${layout}-${theme}.png`;
        const png = await frame.screenshot();
        writeFileSync(join(folder, name), png);
        const words = await page.$eval(`#${layout} denoise-panel`, (panel) => {
          const text = (selector) => panel.shadowRoot.querySelector(selector).textContent.trim();
          return `${panel.state}; reduction ${text('#reduction')}, latency ${text('#latency')}, hop ${text('#hop')}, underruns ${text('#underruns')}`;
        });
        console.log(`${name}: ${Math.round(png.length / 1024)} KB; ${words}`);
      }
      await page.close();
    }
  } finally {
    await server.close();
  }
}

/** In the page: one node, a panel of each width on it. */
async function showPanels(widths, theme, seconds) {
  const { DenoiseNode } = await import('/dist/denoise-node.js');
  await import('/dist/panel.js');
  const context = new AudioContext({ sampleRate: 48000 });
  const recording = await context.decodeAudioData(await (await fetch('/demo/samples/crowd.wav')).arrayBuffer());
  const node = new DenoiseNode(context);
  document.body.style.cssText = `margin: 0; background: ${theme === 'dark' ? '#0a0d12' : '#eef0ed'}`;
  for (const [layout, width] of Object.entries(widths)) {
    const frame = document.createElement('div');
    frame.id = layout;
    frame.style.cssText = `width: ${width}px; box-sizing: content-box; padding: 20px`;
    const panel = document.createElement('denoise-panel');
    panel.models = [
      { value: 'base', label: 'base, 48 kHz' },
      { value: 'other', label: 'other' },
    ];
    panel.node = node;
    frame.append(panel);
    document.body.append(frame);
  }
  await node.ready;
  const source = new AudioBufferSourceNode(context, { buffer: recording, loop: true });
  source.connect(node).connect(context.destination);
  source.start();
  await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ?? import.meta.dirname;
  mkdirSync(folder, { recursive: true });
  const browser = await puppeteer.launch({ executablePath: findBrowser('chromium'), args: CHROMIUM_FLAGS });
  try {
    await takePanelPictures(browser, folder);
  } finally {
    await browser.close();
  }
}
