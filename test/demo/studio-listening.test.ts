import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'puppeteer-core';
import { chooseFiles, settled, visitStudio } from './studio-support.ts';

describe('listening in the file studio', { timeout: 300_000 }, () => {
  it('plays all versions equally loud, and says by how much each was changed', () =>
    visitStudio(async ({ page }) => {
      await chooseFiles(page, 'demo/samples/crowd.wav');
      await settled(page, 1);
      await page.waitForSelector('#play:not(:disabled)');
      const gains = await page.$eval('#gains', ({ textContent }) => textContent ?? '');
      const loudness = await page.$$eval('.figure', (figures) => figures.map(({ textContent }) => Number.parseFloat(textContent!.replace('−', '-'))));
      const changes = [...gains.matchAll(/([+−]?)([\d.]+) dB/g)].map(([, sign, db]) => (sign === '−' ? -1 : 1) * Number(db));
      assert.equal(changes.length, 3, gains);
      const [before, after, removed] = loudness.map((lufs, i) => lufs + changes[i]);
      assert.ok(Math.abs(before - after) <= 0.15, `${before} and ${after} LUFS`);
      assert.ok(Math.abs(removed - after) <= 0.15, `${removed} and ${after} LUFS`);
    }));

  it('goes where the slider, the pictures and the keys send it', () =>
    visitStudio(async ({ page }) => {
      await chooseFiles(page, 'demo/samples/crowd.wav');
      await settled(page, 1);
      await page.waitForSelector('#seek:not(:disabled)');
      await page.focus('#seek');
      for (let i = 0; i < 100; i++) await page.keyboard.press('ArrowRight');
      assert.ok(Math.abs((await now(page)) - 1) < 0.02, `${await now(page)} s after a hundred keys of 10 ms`);
      const picture = await (await page.$('.row.after canvas'))!.boundingBox();
      await page.mouse.click(picture!.x + 30 + (picture!.width - 30) / 2, picture!.y + 20);
      const length = await page.$eval('#seek', (seek) => Number((seek as HTMLInputElement).max));
      assert.ok(Math.abs((await now(page)) - length / 2) < 0.05, `${await now(page)} s of ${length} s`);
      await page.focus('#play');
      await page.keyboard.press('1');
      await page.waitForFunction(isHeard, {}, 'before');
      await page.keyboard.press('3');
      await page.waitForFunction(isHeard, {}, 'removed');
      await page.focus('.versions input:checked');
      await page.keyboard.press('ArrowLeft');
      await page.waitForFunction(isHeard, {}, 'after');
      await page.focus('#play');
      await page.keyboard.press('Space');
      await page.waitForSelector('#play[aria-label=Pause]');
      await page.keyboard.press('Space');
      await page.waitForSelector('#play[aria-label=Play]');
    }));
});

/** Whether the page shows that this version is heard. */
const isHeard = (version: string) =>
  document.querySelector(`.row.${version}`)?.hasAttribute('data-heard') && document.querySelector<HTMLInputElement>(`input[value=${version}]`)?.checked;

const now = (page: Page) => page.$eval('#seek', (seek) => Number((seek as HTMLInputElement).value));
