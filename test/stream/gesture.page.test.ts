/** A page that nobody has touched yet may make no sound: only a browser that is driven from outside shows that. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession } from 'puppeteer-core';
import { CHROMIUM_FLAGS, launchChromium } from '../../tools/browser.mjs';
import { startServer } from '../../tools/server.mjs';

const FLAGS = CHROMIUM_FLAGS.filter((flag) => !flag.startsWith('--autoplay-policy'));

interface Shown {
  readonly state: string;
  readonly reason: string;
  readonly hasBeenActive: boolean;
  readonly isHeard: boolean;
}

/** What the page says in its title, once it is as wanted. */
async function untilShown(session: CDPSession, isWanted: (shown: Shown) => boolean): Promise<Shown> {
  let title = '';
  for (let tries = 0; tries < 600; tries++) {
    const { targetInfos } = await session.send('Target.getTargets');
    title = targetInfos.find(({ url }) => url.endsWith('gesture.html'))?.title ?? '';
    const shown = title.startsWith('{') ? (JSON.parse(title) as Shown) : undefined;
    if (shown !== undefined && isWanted(shown)) return shown;
    await sleep(50);
  }
  throw new Error(`The page says: ${title}`);
}

describe('a denoised track on a page that has had no gesture yet', { timeout: 120_000 }, () => {
  for (const [gesture, make] of [
    ['click', (page) => page.mouse.click(200, 200)],
    ['key', (page) => page.keyboard.press('a')],
    ['tap', (page) => page.touchscreen.tap(200, 200)],
  ] as const satisfies [string, (page: import('puppeteer-core').Page) => Promise<void>][])
    it(`is held, says so, and begins inside the next ${gesture}, which need not be meant for it`, async () => {
      const server = await startServer({ isolated: true });
      const browser = await launchChromium(FLAGS);
      try {
        const page = await browser.newPage();
        const session = await browser.target().createCDPSession();
        await page.goto(`${server.origin}/test/stream/fixtures/gesture.html`);
        assert.deepEqual(await untilShown(session, ({ state }) => state === 'held'), {
          state: 'held',
          reason: 'The browser holds the sound back until somebody clicks, taps or presses a key on this page.',
          hasBeenActive: false,
          isHeard: false,
        });
        await make(page);
        const { state, reason } = await untilShown(session, ({ isHeard }) => isHeard);
        assert.deepEqual([state, reason], ['running', 'Sound can flow.']);
      } finally {
        await browser.close();
        await server.close();
      }
    });
});
