/** The page with two ends of a call, as a visitor meets it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'puppeteer-core';
import { CHROMIUM_FLAGS } from '../../tools/browser.mjs';
import { textOf, visit } from './support.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function open(page: Page): Promise<void> {
  await page.goto(new URL('call/', page.url()).href);
  await page.waitForSelector('.alive');
}

/** Calls, and waits until the other side hears the denoised sound. */
async function call(page: Page): Promise<void> {
  await page.locator('#call:not([disabled])').click();
  await page.waitForSelector('#state[data-state=called]', { timeout: 30_000 });
  await page.waitForFunction(() => document.querySelector('denoise-panel')!.node?.state === 'running', {
    timeout: 60_000,
  });
}

/** A level that the page shows, dB; −Infinity for silence, undefined for none. */
async function levelOf(page: Page, which: string): Promise<number | undefined> {
  const text = await textOf(page, `#${which}`);
  if (text === 'silence') return Number.NEGATIVE_INFINITY;
  return text === '-' ? undefined : Number(text.replace('−', '-').replace(' dB', ''));
}

/** Waits until the levels that the page shows are as wanted. */
async function untilLevels(page: Page, what: string, isSo: (before: number, after: number) => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const [before, after] = await Promise.all([levelOf(page, 'before-floor'), levelOf(page, 'after-floor')]);
    if (before !== undefined && after !== undefined && isSo(before, after)) return;
    if (performance.now() > deadline) throw new Error(`Waited in vain until ${what}: ${before} dB, ${after} dB.`);
    await sleep(250);
  }
}

const quieter = (before: number, after: number): boolean => before - after >= 10;

describe('the page with a call', { timeout: 240_000 }, () => {
  it('is reached from the demo, and its far end has less noise after than before, and again after another call', () =>
    visit(async ({ page, complaints }) => {
      await page.locator('nav a[href="call/"]').click();
      await page.waitForSelector('#call:not([disabled])');
      assert.equal(await textOf(page, '#state-text'), 'Nobody is called yet.');
      for (let turn = 0; turn < 2; turn++) {
        await call(page);
        assert.match(await textOf(page, '#state-text'), /^In a call\. The other side can hear both/);
        await untilLevels(page, 'there is less noise after than before', quieter);
        await page.locator('#call').click();
        await page.waitForSelector('#state[data-state=stopped]');
        assert.equal(await textOf(page, '#after-floor'), '-');
      }
      assert.deepEqual(complaints, []);
    }));

  it('goes on when another sound is chosen, is silent when muted, and speaks again', () =>
    visit(async ({ page, complaints }) => {
      await open(page);
      await call(page);
      await page.locator('input[value=rain]').click();
      await untilLevels(page, 'the rain is quieter after than before', quieter);
      await page.locator('#mute').click();
      await untilLevels(page, 'both are silent', (before, after) => before < -90 && after < -90);
      await page.locator('#mute').click();
      await untilLevels(page, 'both sound', (before) => before > -60);
      assert.deepEqual(complaints, []);
    }));

  it('takes a microphone, which is not heard until that is asked for, and lets go of it', () =>
    visit(async ({ page, complaints }) => {
      await open(page);
      await page.locator('input[value=microphone]').click();
      assert.equal(await page.$eval('#listen', (box) => (box as HTMLInputElement).checked), false);
      await call(page);
      assert.equal(await page.evaluate(() => (window as unknown as { stream: MediaStream }).stream.active), true);
      await page.locator('#call').click();
      await page.waitForSelector('#state[data-state=stopped]');
      await page.waitForFunction(() =>
        (window as unknown as { stream: MediaStream }).stream
          .getTracks()
          .every(({ readyState }) => readyState === 'ended'),
      );
      assert.deepEqual(complaints, []);
    }));

  it('says what to do where the microphone is not allowed, and nobody is called then', () =>
    visit(
      async ({ page }) => {
        await open(page);
        await page.browserContext().overridePermissions(new URL(page.url()).origin, []);
        await page.locator('input[value=microphone]').click();
        await page.locator('#call').click();
        await page.waitForSelector('#problem:not([hidden])');
        assert.match(await textOf(page, '#problem'), /^This page may not use the microphone\. Allow it/);
        assert.equal(await textOf(page, '#call'), 'Call');
      },
      { flags: CHROMIUM_FLAGS.filter((flag: string) => !flag.includes('fake-ui')) },
    ));

  it('fits 360 pixels, and is used by keys alone', () =>
    visit(async ({ page }) => {
      await page.setViewport({ width: 360, height: 740, isMobile: true, hasTouch: true });
      await open(page);
      await page.focus('[name=source]:checked');
      await page.keyboard.press('ArrowDown');
      assert.equal(await page.$eval('[name=source]:checked', (radio) => (radio as HTMLInputElement).value), 'rain');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.waitForSelector('#state[data-state=called]', { timeout: 30_000 });
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.ok(overflow <= 0, `${overflow} pixels`);
    }));

  for (const theme of ['light', 'dark'])
    it(`has nothing for axe to find in the ${theme} theme, at rest and in a call`, () =>
      visit(async ({ page }) => {
        await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
        await open(page);
        assert.deepEqual(await violationsOf(page), [], 'at rest');
        await call(page);
        assert.deepEqual(await violationsOf(page), [], 'in a call');
      }));
});

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
