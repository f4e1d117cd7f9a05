/** What a visitor finds before there is sound; needs no sound device. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { visit } from './support.ts';

describe('the pages of the demo, when they open', { timeout: 120_000 }, () => {
  it('are isolated, find that nothing is missing, and have nothing to complain of', () =>
    visit(async ({ page, complaints }) => {
      const pages = ['', 'studio/', 'wam/'].map((path) => new URL(path, page.url()).href);
      for (const url of pages) {
        await page.goto(url);
        await page.waitForSelector('.alive');
        assert.equal(await page.evaluate(() => crossOriginIsolated), true, url);
        assert.equal(await page.$eval('#problem', (problem) => (problem as HTMLElement).hidden), true, url);
      }
      assert.deepEqual(complaints, []);
    }));

  it('show the node in the panel once the button is pressed: its models, its latency, its switches, which set it', () =>
    visit(async ({ page, complaints }) => {
      await page.locator('#play').click();
      await page.waitForFunction(() => document.querySelector('denoise-panel')!.node?.state === 'running', {
        timeout: 30_000,
      });
      await page.waitForFunction(() =>
        /^\d+\.\d\sms$/.test(
          document.querySelector('denoise-panel')!.shadowRoot!.querySelector('#latency')!.textContent!.trim(),
        ),
      );
      const found = await page.$eval('denoise-panel', (panel) => {
        const shadow = panel.shadowRoot!;
        const models = shadow.querySelector<HTMLSelectElement>('#model')!.options.length;
        const on = shadow.querySelector<HTMLInputElement>('#on')!;
        const wasOn = on.checked;
        on.click();
        return { models, wasOn, bypass: panel.node!.bypass.value };
      });
      assert.ok(found.models > 1, `${found.models} models`);
      assert.deepEqual([found.wasOn, found.bypass], [true, 1]);
      assert.deepEqual(complaints, []);
    }));
});
