import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CHROMIUM_FLAGS } from '../../tools/browser.mjs';
import { choose, levels, start, textOf, untilStateSays, visit } from './support.ts';

describe('the microphone on the demo page', { timeout: 120_000 }, () => {
  it('is shown at once, and listening to oneself is off until asked for', () =>
    visit(async ({ page, complaints }) => {
      await choose(page, 'microphone');
      assert.equal(await textOf(page, '#play-text'), 'Start the microphone');
      assert.equal(await page.$eval('#monitor', (box) => (box as HTMLInputElement).checked), false);
      await start(page);
      const { before } = await levels(page, 3);
      assert.ok(before > -80, `the fake microphone beeps, the meter showed ${before} dBFS`);
      await untilStateSays(page, /^Live, but not played/);
      await page.locator('#monitor').click();
      await untilStateSays(page, /^Live: /);
      assert.match(await textOf(page, '#code'), /getUserMedia/);
      assert.deepEqual(complaints, []);
    }));

  it("comes without the browser's own noise suppression and gain, and with them where they are asked for", () =>
    visit(async ({ page }) => {
      const processing = () =>
        page.evaluate(() => {
          const { noiseSuppression, autoGainControl, echoCancellation } = (
            window as unknown as { stream: MediaStream }
          ).stream
            .getAudioTracks()[0]
            .getSettings();
          return { noiseSuppression, autoGainControl, echoCancellation };
        });
      await choose(page, 'microphone');
      await start(page);
      assert.deepEqual(await processing(), { noiseSuppression: false, autoGainControl: false, echoCancellation: true });
      await page.locator('#browser-processing').click();
      await page.waitForFunction(() =>
        /the browser’s own noise suppression/.test(document.querySelector('#note')!.textContent!),
      );
      assert.deepEqual(await processing(), { noiseSuppression: true, autoGainControl: true, echoCancellation: true });
    }));

  it('can be another one', () =>
    visit(async ({ page }) => {
      await choose(page, 'microphone');
      await start(page);
      await page.waitForSelector('#device-choice:not([hidden])');
      const second = await page.$eval('#device', (select) => (select as HTMLSelectElement).options[1].value);
      await page.select('#device', second);
      await page.waitForFunction(
        (id) => (window as unknown as { stream: MediaStream }).stream.getAudioTracks()[0].getSettings().deviceId === id,
        { timeout: 20_000 },
        second,
      );
      assert.equal(await page.$eval('#device', (select) => (select as HTMLSelectElement).value), second);
    }));

  it('says what to do where it is not allowed', () =>
    visit(
      async ({ page }) => {
        await page.browserContext().overridePermissions(new URL(page.url()).origin, []);
        await choose(page, 'microphone');
        await page.locator('#play').click();
        await page.waitForSelector('#problem:not([hidden])');
        assert.match(await textOf(page, '#problem'), /^This page may not use the microphone\. Allow it/);
        assert.equal(await textOf(page, '#play-text'), 'Start the microphone');
      },
      { flags: CHROMIUM_FLAGS.filter((flag: string) => !flag.includes('fake-ui')) },
    ));

  it('says what to do where there is none', () =>
    visit(
      async ({ page }) => {
        await choose(page, 'microphone');
        await page.locator('#play').click();
        await page.waitForSelector('#problem:not([hidden])');
        assert.match(await textOf(page, '#problem'), /^No microphone was found\. Plug one in/);
      },
      { flags: CHROMIUM_FLAGS.filter((flag: string) => !flag.includes('fake-device')) },
    ));
});
