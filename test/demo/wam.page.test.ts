/** The page of a plugin host, as a visitor meets it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import type { Page } from 'puppeteer-core';
import { type Visit, visit } from './support.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

function visitHost(use: (visit: Visit) => Promise<void>): Promise<void> {
  return visit(async (visited) => {
    const { page } = visited;
    await page.goto(new URL('wam/', page.url()).href);
    await page.waitForSelector('.alive');
    await use(visited);
  });
}

async function play(page: Page): Promise<void> {
  await page.locator('#play').click();
  await page.waitForSelector('denoise-panel');
  await page.waitForFunction(() => document.querySelector('denoise-panel')!.node?.state === 'running');
  await page.waitForFunction(() => document.querySelector('denoise-panel')!.state === 'live');
}

const mixOf = (page: Page): Promise<number> => page.$eval('denoise-panel', (panel) => panel.node!.mix.value);

async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { target: string[] }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
  });
}

describe('the plugin host of the demo', { timeout: 120_000 }, () => {
  it('plays a sample through two modules, and tells what delay they declare', () =>
    visitHost(async ({ page, complaints }) => {
      await play(page);
      // A busy machine raises the delay while it is read, which the page is told of.
      await page.waitForFunction(() => {
        const { node } = document.querySelector('denoise-panel')!;
        const samples = Math.round(node!.latency * node!.context.sampleRate);
        return new RegExp(`^${samples} samples, \\d+\\.\\d ms$`).test(document.querySelector('#delay')!.textContent!);
      });
      const levels = () =>
        page.$eval('denoise-panel', ({ node }) => {
          const { inputLevel, outputLevel } = node!.getMetrics();
          return { inputLevel, outputLevel };
        });
      await page.waitForFunction(() => document.querySelector('denoise-panel')!.node!.getMetrics().inputLevel > -60);
      const before = await levels();
      for (const parameter of ['bass', 'treble'])
        await page.$eval(`#tone [data-parameter=${parameter}]`, (input) => {
          (input as HTMLInputElement).value = '-18';
          input.dispatchEvent(new Event('input'));
        });
      await page.waitForFunction(
        (least: number) => document.querySelector('denoise-panel')!.node!.getMetrics().inputLevel < least - 6,
        {},
        before.inputLevel,
      );
      assert.deepEqual(complaints, []);
    }));

  it('automates the denoiser, and its panels follow', () =>
    visitHost(async ({ page, complaints }) => {
      // Both panels are in sight: one that is not rests, and would not be seen to move.
      await page.setViewport({ width: 800, height: 2600 });
      await play(page);
      await page.locator('#panel').click();
      await page.waitForFunction(() => document.querySelectorAll('denoise-panel').length === 2);
      const slider = (index: number, isSo: string): Promise<unknown> =>
        page.waitForFunction(
          (which: number, condition: string) => {
            const panel = document.querySelectorAll('denoise-panel')[which];
            const value = Number(
              panel.shadowRoot!.querySelector('denoise-slider#mix')!.shadowRoot!.querySelector('input')!.value,
            );
            return condition === 'moves' ? value > 0 && value < 1 : value === 1;
          },
          {},
          index,
          isSo,
        );
      // Both are watched from before it begins: it lasts seconds, and the page decides when a panel is drawn.
      const moving = Promise.all([slider(0, 'moves'), slider(1, 'moves')]);
      await page.locator('#sweep').click();
      await moving;
      await Promise.all([slider(0, 'arrives'), slider(1, 'arrives')]);
      assert.equal(await mixOf(page), 1);
      await page.locator('.window:last-child button').click();
      assert.equal((await page.$$('denoise-panel')).length, 1);
      assert.deepEqual(complaints, []);
    }));

  it('keeps the settings of both, and takes them back', () =>
    visitHost(async ({ page, complaints }) => {
      await play(page);
      await page.locator('#keep').click();
      await page.waitForSelector('#back:not([disabled])');
      const kept = JSON.parse(await page.$eval('#state', (state) => (state as HTMLTextAreaElement).value));
      assert.equal(kept.denoise.model, 'base');
      assert.equal(kept.tone.parameterValues.bass.value, 0);
      await page.$eval('denoise-panel', async ({ node }) => {
        node!.mix.value = 0.25;
        await node!.setModel('tiny');
      });
      await page.locator('#back').click();
      await page.waitForFunction(() => {
        const { node } = document.querySelector('denoise-panel')!;
        return node!.mix.value === 1 && node!.model === 'base';
      });
      assert.deepEqual(complaints, []);
    }));

  it('fits 360 pixels, and has no violation to axe', () =>
    visitHost(async ({ page }) => {
      await page.setViewport({ width: 360, height: 740 });
      const overflow = (): Promise<number> =>
        page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok((await overflow()) <= 0, 'at rest');
      await play(page);
      assert.ok((await overflow()) <= 0, 'playing');
      assert.deepEqual(await violationsOf(page), []);
    }));
});
