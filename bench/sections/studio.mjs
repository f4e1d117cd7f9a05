/** What memory the file studio's page takes for a recording of a minute and for one of an hour. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveDemo } from '../../demo/serve.mjs';
import { startBrowser } from '../harness/browser.mjs';
import { atMost, figure } from '../harness/figures.mjs';
import { readWavFile, writeLongFile } from '../harness/wav-files.mjs';

export const title = "A stereo WAV file in the file studio, 48 kHz: the most memory that the page's process ever had";

const MOST_GROWTH = 1.2;
const RECORDING = new URL('../../test/fixtures/noisy-speech.wav', import.meta.url);

export async function measure({ quick }) {
  if (process.platform !== 'linux')
    return { data: {}, figures: [figure('not measured: needs /proc of Linux', Number.NaN, 'MiB')] };
  const lengths = quick ? [60, 300] : [60, 3600];
  const recording = (await readWavFile(RECORDING)).channels[0];
  const data = {};
  for (const seconds of lengths) data[seconds] = await mostMemory(recording, seconds);
  const [short, long] = lengths;
  return {
    data,
    figures: [
      ...lengths.map((seconds) => figure(`${seconds / 60} min of stereo`, data[seconds], 'MiB')),
      figure('the long one beside the short one', data[long] / data[short], '×', atMost(MOST_GROWTH)),
    ],
  };
}

/** MiB, in a browser of its own, because a process never forgets its maximum. */
async function mostMemory(recording, seconds) {
  const folder = await mkdtemp(join(tmpdir(), 'denoise-bench-'));
  const [server, browser] = await Promise.all([serveDemo({ port: 0 }), startBrowser()]);
  try {
    const path = join(folder, 'noisy.wav');
    await writeLongFile(path, recording, seconds);
    const page = await browser.newPage();
    await page.goto(new URL('studio/', server.url).href);
    await page.waitForSelector('.alive');
    const input = await page.$('#files');
    await input.uploadFile(path);
    await page.waitForSelector('.item:is([data-status=done], [data-status=failed])', { timeout: 0 });
    const told = await page.$eval('.item', (item) =>
      item.dataset.status === 'done' ? '' : item.querySelector('.now').textContent.trim(),
    );
    if (told !== '') throw new Error(`The studio says: ${told}`);
    return await mostOfPages(browser);
  } finally {
    await browser.close();
    server.close();
    await rm(folder, { recursive: true });
  }
}

/** The largest of the processes that run pages, workers and all: MiB. */
async function mostOfPages(browser) {
  const session = await browser.target().createCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const peaks = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(async ({ id }) => Number(/VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${id}/status`, 'utf8'))[1]) / 1024);
  return Math.max(...(await Promise.all(peaks)));
}
