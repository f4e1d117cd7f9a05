/**
 * `node docs/screenshots.mjs [folder]`: writes all pictures of the documents beside this file: of the demo page, the
 * panel and the file studio. Each has a file of its own here, which also runs alone. Needs `npm run build`, and a quiet
 * machine: a busy one has underruns, which show.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serveDemo } from '../demo/serve.mjs';
import { launchChromium } from '../tools/browser.mjs';
import { takeDemoPictures } from './demo-screenshots.mjs';
import { takePanelPictures } from './panel-screenshots.mjs';
import { takeStudioPictures } from './studio-screenshots.mjs';

const FOLDER = process.argv[2] ?? import.meta.dirname;

mkdirSync(FOLDER, { recursive: true });
const server = await serveDemo({ port: 0 });
const browser = await launchChromium();
try {
  await takeDemoPictures(browser, server.url, FOLDER);
  await takePanelPictures(browser, FOLDER);
  for (const { name, png } of await takeStudioPictures(browser, server.url)) writeFileSync(join(FOLDER, name), png);
} finally {
  await browser.close();
  server.close();
}
