import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { levels, panelText, start, visit } from './support.ts';

describe('the demo page from a server without isolation headers', { timeout: 120_000 }, () => {
  it('denoises in message mode and says why', () =>
    visit(
      async ({ page, complaints }) => {
        await start(page);
        assert.match(
          await panelText(page, '#mode-notice'),
          /no shared memory: this page is not cross-origin isolated/i,
        );
        const { before, after } = await levels(page, 3);
        assert.ok(after < before, `${after} dBFS out of ${before}`);
        // The one complaint is of the service worker that this host does not have.
        assert.deepEqual(
          complaints.filter((complaint) => !complaint.includes('404')),
          [],
        );
      },
      { isolation: false, isMissing: (path) => path.endsWith('/isolation-worker.js') },
    ));

  it('isolates itself where a service worker may, and denoises in shared memory', () =>
    visit(
      async ({ page, complaints }) => {
        // The page loads itself again, once.
        await page.waitForFunction(() => crossOriginIsolated && document.body.classList.contains('alive'), {
          timeout: 20_000,
        });
        await start(page);
        assert.equal(await page.$eval('denoise-panel', (panel) => panel.node!.mode), 'shared');
        const { before, after } = await levels(page, 3);
        assert.ok(after < before, `${after} dBFS out of ${before}`);
        assert.deepEqual(complaints, []);
      },
      { isolation: false },
    ));

  it('leaves the other pages of the demo as the host serves them', () =>
    visit(
      async ({ page }) => {
        await page.waitForFunction(() => crossOriginIsolated, { timeout: 20_000 });
        await page.goto(new URL('studio/', page.url()).href);
        assert.equal(await page.evaluate(() => crossOriginIsolated), false);
      },
      { isolation: false },
    ));

  it('stays in message mode where the address asks for it, even when the service worker is there', () =>
    visit(
      async ({ page }) => {
        await page.waitForFunction(() => crossOriginIsolated, { timeout: 20_000 });
        await page.goto(new URL('?mode=message', page.url()).href);
        await page.waitForSelector('.alive');
        await start(page);
        assert.equal(await page.$eval('denoise-panel', (panel) => panel.node!.mode), 'message');
      },
      { isolation: false },
    ));
});
