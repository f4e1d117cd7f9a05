import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import type { Page } from 'puppeteer-core';
import { chooseFiles, put, settled, visitStudio } from './studio-support.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe('the file studio for everyone', { timeout: 300_000 }, () => {
  for (const theme of ['light', 'dark']) {
    for (const width of [390, 1280]) {
      it(`has no barrier that axe-core knows, and nothing to scroll sideways for, ${theme}, ${width} pixels wide`, () =>
        visitStudio(async ({ page, folder }) => {
          await page.setViewport({ width, height: 844 });
          await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
          assert.deepEqual(await barriers(page), [], 'before any file');
          const longName = `${'a very long name of a file '.repeat(6)}.wav`;
          await chooseFiles(
            page,
            'demo/samples/crowd.wav',
            put(folder, longName, readFileSync('demo/samples/rain.wav')),
            put(folder, 'bad.wav', new Uint8Array(9)),
          );
          await settled(page, 3);
          await page.waitForSelector('#play:not(:disabled)');
          for (const summary of await page.$$('summary')) await summary.click();
          assert.deepEqual(await barriers(page), [], 'with files');
          const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
          assert.ok(inner <= outer, `${inner} pixels of content in a window of ${outer}`);
        }));
    }
  }

  it('is used with keys alone, in the order in which it is seen', () =>
    visitStudio(async ({ page }) => {
      await chooseFiles(page, 'demo/samples/crowd.wav');
      await settled(page, 1);
      await page.waitForSelector('#play:not(:disabled)');
      const names: string[] = [];
      await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
      for (let i = 0; i < 24; i++) {
        await page.keyboard.press('Tab');
        const focused = await page.accessibility.snapshot({ interestingOnly: false }).then((tree) => find(tree));
        if (focused) names.push(focused);
      }
      const expected = [
        'Choose files',
        'Record',
        'Settings for new files',
        'Download all (zip)',
        'crowd.wav',
        'Download: crowd.wav',
        'Remove: crowd.wav',
        'Position',
        'Play',
        'After',
        'Same loudness for all',
        'Download',
      ]; // prettier-ignore
      let at = -1;
      for (const name of expected) {
        const next = names.findIndex((found, i) => i > at && found.startsWith(name));
        assert.ok(next > at, `“${name}” is not reached after “${names[at] ?? 'the beginning'}”: ${names.join(' · ')}`);
        at = next;
      }
    }));

  it('moves the focus on when the focused file is removed, and tells a screen reader what was done', () =>
    visitStudio(async ({ page }) => {
      await chooseFiles(page, 'demo/samples/crowd.wav', 'demo/samples/rain.wav');
      await settled(page, 2);
      assert.match(await page.$eval('#totals[role=status]', ({ textContent }) => textContent ?? ''), /^2 of 2 done/);
      await page.focus('.item .remove');
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => document.querySelectorAll('.item').length === 1);
      assert.equal(await page.evaluate(() => document.activeElement?.textContent?.trim()), 'rain.wav');
      await page.focus('.item .remove');
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => document.querySelectorAll('.item').length === 0);
      assert.equal(await page.evaluate(() => document.activeElement?.id), 'files');
    }));
});

/** What axe-core finds, each as one line. It is given to the page by the browser, past the page's content policy. */
async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
    );
  });
}

type Accessible = { name?: string; focused?: boolean; children?: Accessible[] } | null;

function find(node: Accessible): string | undefined {
  for (const child of node?.children ?? []) {
    const found = find(child);
    if (found !== undefined) return found;
  }
  return node?.focused && node.children === undefined ? node.name : node?.focused ? node.name : undefined;
}
