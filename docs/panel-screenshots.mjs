/**
 * Pictures of `<denoise-panel>`, for screenshots.mjs; alone: `node docs/panel-screenshots.mjs [folder]`. Each shows a
 * real node that denoises a noisy sample. Needs `npm run build`. Prints what the panel says, so that a picture of a
 * failure is noticed.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchChromium } from '../tools/browser.mjs';
import { startServer } from '../tools/server.mjs';

/** Long enough to fill the six seconds that the spectrograms show. */
const SECONDS_OF_SOUND = 7;

/** A busy machine has underruns, which show: the picture is then taken again. */
const ATTEMPTS = 6;

const WIDTHS = { full: 1000, compact: 340 };
const MARGIN = 20;
const MODELS = [
  { value: 'base', label: 'base, 48 kHz' },
  { value: '/models/classic/unet-8k/', label: 'unet-8k, 8 kHz' },
];

/**
 * @param {import('puppeteer-core').Browser} browser
 * @param {string} folder
 */
export async function takePanelPictures(browser, folder) {
  const server = await startServer();
  try {
    for (const [layout, width] of Object.entries(WIDTHS)) {
      for (const theme of ['light', 'dark']) {
        const name = `panel-${layout}-${theme}.png`;
        const { png, words } = await takeCalmly(() => take(browser, server.origin, { name, width, theme }));
        writeFileSync(join(folder, name), png);
        console.log(`${name}: ${Math.round(png.length / 1024)} KB; ${words}`);
      }
    }
  } finally {
    await server.close();
  }
}

/** The first picture of sound without a gap, or the one with the fewest. */
async function takeCalmly(take) {
  let best = await take();
  for (let attempt = 1; attempt < ATTEMPTS && best.underruns > 0; attempt++) {
    const next = await take();
    if (next.underruns < best.underruns) best = next;
  }
  return best;
}

async function take(browser, origin, { name, width, theme }) {
  const page = await browser.newPage();
  try {
    page.on('pageerror', (error) => console.error(`${name}: ${error}`));
    await page.setViewport({ width: width + 2 * MARGIN, height: 1100, deviceScaleFactor: 1.5 });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
    await page.goto(`${origin}/bench/pages/blank.html`);
    const underruns = await page.evaluate(showPanel, {
      theme,
      margin: MARGIN,
      models: MODELS,
      seconds: SECONDS_OF_SOUND,
    });
    const frame = await page.$('#frame');
    const png = await frame.screenshot();
    const words = await page.$eval('denoise-panel', (panel) => {
      const text = (selector) => panel.shadowRoot.querySelector(selector).textContent.trim();
      const figures = ['reduction', 'latency', 'hop', 'underruns'].map((name) => `${name} ${text(`#${name}`)}`);
      return `${panel.state}; ${figures.join(', ')}`;
    });
    return { png, words, underruns };
  } finally {
    await page.close();
  }
}

/** In the page: a panel on a node that denoises; resolves with the underruns after so many seconds. */
async function showPanel({ theme, margin, models, seconds }) {
  const { DenoiseNode } = await import('/dist/denoise-node.js');
  await import('/dist/panel.js');
  const context = new AudioContext({ sampleRate: 48000 });
  const recording = await context.decodeAudioData(await (await fetch('/demo/samples/crowd.wav')).arrayBuffer());
  const node = new DenoiseNode(context);
  await node.ready;
  const source = new AudioBufferSourceNode(context, { buffer: recording, loop: true });
  source.connect(node).connect(context.destination);
  source.start();
  document.body.style.cssText = `margin: 0; background: ${theme === 'dark' ? '#0a0d12' : '#eef0ed'}`;
  const frame = document.createElement('div');
  frame.id = 'frame';
  frame.style.padding = `${margin}px`;
  const panel = document.createElement('denoise-panel');
  panel.models = models;
  panel.node = node;
  frame.append(panel);
  document.body.append(frame);
  await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
  return node.getMetrics().underruns;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ?? import.meta.dirname;
  mkdirSync(folder, { recursive: true });
  const browser = await launchChromium();
  try {
    await takePanelPictures(browser, folder);
  } finally {
    await browser.close();
  }
}
