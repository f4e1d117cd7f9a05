/** What can go wrong between a visitor and the sound, and what the page says to it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'puppeteer-core';
import { choose, give, levels, rateOf, start, textOf, untilStateSays, visit } from './support.ts';
import { floatWav, tone, withFile } from './wav-files.ts';

const RATE = 48_000;

const problemOf = async (page: Page): Promise<string> => {
  await page.waitForSelector('#problem:not([hidden])', { timeout: 20_000 });
  return textOf(page, '#problem');
};

describe('the demo page, when the browser holds the sound back', { timeout: 120_000 }, () => {
  it('says so where the context was suspended meanwhile, and goes on at the press of a button', () =>
    visit(async ({ page }) => {
      await start(page);
      await page.evaluate(() => (window as unknown as { context: AudioContext }).context.suspend());
      await page.waitForSelector('#resume:not([hidden])');
      assert.match(await textOf(page, '#state-text'), /^The browser holds the sound back until you ask for it/);
      await page.locator('#resume').click();
      await page.waitForSelector('#resume[hidden]');
      await untilStateSays(page, /^Live/);
    }));
});

describe('the demo page and a microphone that goes away', { timeout: 60_000 }, () => {
  it('stops, and says what to do', () =>
    visit(async ({ page }) => {
      await choose(page, 'microphone');
      await start(page);
      // Stopping a track by hand tells nobody; the browser tells when the device is gone.
      await page.evaluate(() => {
        (window as unknown as { stream: MediaStream }).stream.getAudioTracks()[0].dispatchEvent(new Event('ended'));
      });
      assert.match(await problemOf(page), /^The microphone is gone/);
      assert.equal(await textOf(page, '#play-text'), 'Start the microphone');
    }));
});

describe('the demo page and difficult files', { timeout: 180_000 }, () => {
  const wav = floatWav([tone(RATE, RATE)], RATE);
  const refused: readonly [name: string, bytes: Uint8Array, message: RegExp][] = [
    ['empty.wav', new Uint8Array(0), /“empty\.wav” is empty/],
    ['header-only.wav', floatWav([new Float32Array(0)], RATE), /There is no sound in|This browser cannot decode/],
    ['noise.mp3', Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) % 251), /This browser cannot decode/],
  ];
  it('names what is wrong with those that hold no sound, and can be used afterwards', () =>
    visit(async ({ page }) => {
      for (const [name, bytes, message] of refused) {
        await withFile(name, bytes, async (path) => {
          await give(page, path);
          assert.match(await problemOf(page), message);
        });
      }
      await choose(page, 'crowd');
      await start(page);
      assert.equal(await page.$eval('#problem', (problem) => (problem as HTMLElement).hidden), true);
    }));

  const odd: readonly [name: string, bytes: Uint8Array, note: RegExp][] = [
    ['cut-off.wav', wav.subarray(0, wav.length / 2), /^$/],
    ['wav-called.mp3', wav, /^$/],
    ['silent.wav', floatWav([new Float32Array(RATE)], RATE), /^This recording is silent/],
    [
      'not-numbers.wav',
      floatWav([tone(RATE, RATE).fill(Number.NaN, 100, 200)], RATE),
      /samples of this recording are not numbers/,
    ],
    ['high-rate.wav', floatWav([tone(192_000, 192_000)], 192_000), /^$/],
    [
      'eight-channels.wav',
      floatWav(
        Array.from({ length: 8 }, () => tone(RATE, RATE)),
        RATE,
      ),
      /^$/,
    ],
  ];
  it('plays those that are odd, with a word where there is something to know', () =>
    visit(async ({ page, complaints }) => {
      const rate = await rateOf(page);
      const short = ['one-sample.wav', floatWav([new Float32Array([0.5])], rate), /^$/] as const;
      for (const [name, bytes, note] of [...odd, short]) {
        await withFile(name, bytes, async (path) => {
          await give(page, path);
          await page.waitForFunction(
            (file) =>
              document.querySelector('#file-name')!.textContent === file &&
              document.querySelector('#state')!.getAttribute('data-state') === 'running',
            { timeout: 30_000 },
            name,
          );
          await page.waitForFunction(
            (source) => new RegExp(source).test(document.querySelector('#note')!.textContent!),
            {},
            note.source,
          );
          const { after } = await levels(page, 0.3);
          assert.ok(!(after > 0), `${name}: ${after} dBFS`);
          assert.equal(await page.$eval('#problem', (problem) => (problem as HTMLElement).hidden), true, name);
        });
      }
      assert.deepEqual(complaints, []);
    }));
});
