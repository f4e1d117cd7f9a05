/** The page on a small screen, and for those who do not see it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import type { Page } from 'puppeteer-core';
import { choose, start, visit } from './support.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const overflowOf = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** What axe finds, one line for each violation. */
async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
    );
  });
}

describe('the demo page on a phone', { timeout: 60_000 }, () => {
  it('fits 360 pixels without scrolling sideways, in every choice of sound and while it records', () =>
    visit(async ({ page }) => {
      await page.setViewport({ width: 360, height: 740, isMobile: true, hasTouch: true });
      assert.ok((await overflowOf(page)) <= 0);
      await start(page);
      for (const source of ['keyboard', 'microphone', 'file', 'rain']) {
        await choose(page, source);
        assert.ok((await overflowOf(page)) <= 0, source);
      }
      await start(page);
      await page.waitForSelector('#record:not([disabled])');
      await page.locator('#record').click();
      await page.waitForFunction(() => /0:01/.test(document.querySelector('#record-text')!.textContent!));
      await page.locator('#record').click();
      await page.waitForSelector('#recorded a');
      assert.ok((await overflowOf(page)) <= 0, 'with a recording');
    }));
});

describe('the demo page to axe', { timeout: 120_000 }, () => {
  for (const theme of ['light', 'dark']) {
    it(`has no violation in the ${theme} theme: at rest, playing, with the microphone, with a problem`, () =>
      visit(async ({ page }) => {
        await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
        assert.deepEqual(await violationsOf(page), [], 'at rest');
        await start(page);
        await page.locator('[name=side][value=original]').click();
        assert.deepEqual(await violationsOf(page), [], 'playing');
        await choose(page, 'microphone');
        assert.deepEqual(await violationsOf(page), [], 'microphone');
        await choose(page, 'file');
        await page.evaluate(() => {
          const carried = new DataTransfer();
          carried.items.add(new File([], 'empty.wav'));
          document.dispatchEvent(new DragEvent('drop', { dataTransfer: carried, cancelable: true }));
        });
        await page.waitForSelector('#problem:not([hidden])');
        assert.deepEqual(await violationsOf(page), [], 'with a problem');
      }));
  }
});
