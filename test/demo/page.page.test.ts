import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { siSdrDb } from '../support/si-sdr.ts';
import {
  choose,
  give,
  hear,
  IN_FIREFOX,
  levels,
  panelText,
  rateOf,
  readWav,
  resampled,
  slide,
  start,
  textOf,
  untilStateSays,
  visit,
} from './support.ts';

const CROWD = new URL('../../demo/samples/crowd.wav', import.meta.url).pathname;
const FIXTURE = new URL('../fixtures/noisy-speech.wav', import.meta.url).pathname;

describe('the demo page', { timeout: 180_000 }, () => {
  it('plays a noisy sample through the model at the press of one button', () =>
    visit(async ({ page, complaints }) => {
      await start(page);
      await untilStateSays(page, /noise is being taken out/);
      await page.waitForFunction(() => document.querySelector('denoise-panel')!.state === 'live');
      assert.equal(await page.$eval('denoise-panel', (panel) => panel.node!.mode), 'shared');
      assert.deepEqual(complaints, []);
    }));

  it('lets through the original at mix 0 and takes noise out of it at mix 1', () =>
    visit(async ({ page }) => {
      await start(page);
      const wet = await levels(page, 7.2);
      await slide(page, '#mix', 0);
      const dry = await levels(page, 7.2);
      assert.ok(Math.abs(dry.after - dry.before) < 1, `dry: ${JSON.stringify(dry)}`);
      assert.ok(wet.before - wet.after > 3, `wet: ${JSON.stringify(wet)}`);
      assert.match(await textOf(page, '#code'), /\{ mix: 0 \}/);
    }));

  it('moves over to another sample while one plays, stops, and goes on', () =>
    visit(async ({ page, complaints }) => {
      await start(page);
      await choose(page, 'rain');
      await choose(page, 'keyboard');
      const { before } = await levels(page, 2);
      assert.ok(before > -60, `heard ${before} dBFS`);
      await page.locator('#play').click();
      assert.match(await textOf(page, '#play-text'), /^Play the/);
      await page.waitForFunction(() => document.querySelector('#state-text')!.textContent!.startsWith('Stopped'));
      await start(page);
      const again = await levels(page, 2);
      assert.ok(again.before > -60, `heard ${again.before} dBFS`);
      assert.deepEqual(complaints, []);
    }));

  it('plays a file of the visitor', () =>
    visit(async ({ page }) => {
      await give(page, FIXTURE);
      await page.waitForSelector('#state[data-state=running]', { timeout: 30_000 });
      assert.equal(await textOf(page, '#file-name'), 'noisy-speech.wav');
      const { before } = await levels(page, 1);
      assert.ok(before > -60, `heard ${before} dBFS`);
    }));

  for (const [way, type] of [
    ['pasted', 'paste'],
    ['dropped', 'drop'],
  ] as const) {
    // What a page pastes by itself has no files in Firefox.
    it(`plays a file that is ${way} anywhere on it`, { skip: IN_FIREFOX && type === 'paste' }, () =>
      visit(async ({ page }) => {
        await page.evaluate(async (type) => {
          const carried = new DataTransfer();
          carried.items.add(new File([await (await fetch('samples/rain.wav')).blob()], 'mine.wav'));
          const event =
            type === 'paste'
              ? new ClipboardEvent(type, { clipboardData: carried })
              : new DragEvent(type, { dataTransfer: carried, cancelable: true });
          document.dispatchEvent(event);
        }, type);
        await page.waitForSelector('#state[data-state=running]', { timeout: 30_000 });
        assert.equal(await textOf(page, '#file-name'), 'mine.wav');
        const { before } = await levels(page, 1);
        assert.ok(before > -60, `heard ${before} dBFS`);
      }),
    );
  }

  it('says what to do about a file that is no recording', () =>
    visit(async ({ page }) => {
      await give(page, new URL(import.meta.url).pathname);
      await page.waitForSelector('#problem:not([hidden])');
      assert.match(await textOf(page, '#problem'), /cannot decode “[^”]+”\. Try a WAV/);
      assert.match(await textOf(page, '#play-text'), /^Play the/);
    }));
});

describe('the demo page when a file of the package is missing', { timeout: 60_000 }, () => {
  it('plays the original, says what to do, and denoises once the file is back and "Try again" is pressed', () => {
    let isMissing = true;
    return visit(
      async ({ page }) => {
        await page.locator('#play').click();
        await page.waitForSelector('#state[data-state=failed]');
        assert.match(await panelText(page, '[role=alert]'), /denoise-processor\.js.* module-load/);
        const heard = await hear(page, 1);
        const crowd = await readWav(readFileSync(CROWD));
        const twice = Float32Array.from([...crowd.channels[0], ...crowd.channels[0]]);
        const likeness = siSdrDb(resampled(twice, crowd.sampleRateHz, await rateOf(page)), heard);
        assert.ok(likeness > 10, `what is heard is like the sample by ${likeness} dB only`);
        isMissing = false;
        await page.$eval('denoise-panel', (panel) =>
          panel.shadowRoot!.querySelector<HTMLButtonElement>('#retry')!.click(),
        );
        await page.waitForSelector('#state[data-state=running]', { timeout: 30_000 });
        assert.equal(await panelText(page, '[role=alert]'), '');
      },
      { isMissing: (path) => isMissing && path.endsWith('/denoise-processor.js') },
    );
  });
});
