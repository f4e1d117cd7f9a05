import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'puppeteer-core';
import { CHROMIUM_FLAGS } from '../../tools/browser.mjs';
import { chooseFiles, murmur, put, settled, visitStudio, wavBytes } from './studio-support.ts';

const RATE = 48000;
/** Six minutes are 69 MB of samples: kept anywhere, they would show. */
const LONG_SECONDS = 360;
const MOST_GROWTH_BYTES = 12e6;
/** Measures at once instead of at the next collection of garbage, which may be half a minute away. */
const FLAGS = [...CHROMIUM_FLAGS, '--enable-blink-features=ForceEagerMeasureMemory'];

describe('memory of the file studio', { timeout: 300_000 }, () => {
  it('does not grow with the length of a recording, while it works and when it plays', () =>
    visitStudio(
      async ({ page, complaints, folder }) => {
        const file = async (name: string, seconds: number) =>
          put(folder, name, await wavBytes({ format: 'int16', sampleRateHz: RATE, channels: [murmur(seconds, RATE)] }));
        // Once before, so that the model, the player and the compiled code are there in both measurements.
        await work(page, await file('first.wav', 3), 1);
        const short = await work(page, await file('short.wav', 20), 2);
        const long = await work(page, await file('long.wav', LONG_SECONDS), 3);
        for (const [at, bytes] of Object.entries(long)) {
          const growth = bytes - short[at as keyof typeof short];
          assert.ok(
            growth < MOST_GROWTH_BYTES,
            `${LONG_SECONDS} s take ${(growth / 1e6).toFixed(1)} MB more than 20 s while ${at}`,
          );
        }
        assert.deepEqual(complaints, []);
      },
      { flags: FLAGS },
    ));
});

/** Memory of page, workers and worklets, bytes: half way through a file, when it is done, and while it plays. */
async function work(
  page: Page,
  path: string,
  count: number,
): Promise<{ working: number; done: number; playing: number }> {
  await chooseFiles(page, path);
  await page.waitForFunction(
    (n) =>
      (document.querySelectorAll('.item')[n - 1]?.querySelector('progress')?.value ?? 0) > 0.5 ||
      document.querySelectorAll('.item[data-status=done]').length === n,
    { timeout: 200_000 },
    count,
  ); // prettier-ignore
  const working = await memory(page);
  await settled(page, count, 250_000);
  const done = await memory(page);
  await page.locator(`.item:nth-of-type(${count}) .pick`).click();
  await page.waitForFunction(
    (name) => document.querySelector('.stage h2')?.textContent === name && !document.querySelector('#play:disabled'),
    {},
    path.slice(path.lastIndexOf('/') + 1),
  );
  await page.locator('#play').click();
  await page.waitForFunction(() => Number(document.querySelector<HTMLInputElement>('#seek')!.value) > 1.5, {
    timeout: 30_000,
  });
  const playing = await memory(page);
  await page.locator('#play').click();
  return { working, done, playing };
}

function memory(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const { measureUserAgentSpecificMemory: measure } = performance as unknown as {
      measureUserAgentSpecificMemory(): Promise<{ bytes: number }>;
    };
    return (await measure.call(performance)).bytes;
  });
}
