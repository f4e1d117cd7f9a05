/**
 * Files that the demo page does not decode at once, because they would take too much memory: it plays them from where
 * they lie.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { siSdrDb } from '../support/si-sdr.ts';
import {
  calmly,
  choose,
  dropFromDisk,
  hear,
  levels,
  rateOf,
  readWav,
  resampled,
  start,
  textOf,
  visit,
} from './support.ts';
import { withFile } from './wav-files.ts';

/** As demo/sources.ts has it. */
const DECODED_AT_MOST = 24e6;
const HEADER_BYTES = 44;

const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));

/** The noisy voice over and over, as often as makes a large file. */
function longRecording(): Buffer {
  const once = fixture('noisy-speech.wav');
  const sound = once.subarray(HEADER_BYTES);
  const times = Math.ceil((DECODED_AT_MOST + 1) / sound.length);
  const file = Buffer.concat([once.subarray(0, HEADER_BYTES), ...Array.from({ length: times }, () => sound)]);
  file.writeUInt32LE(file.length - 8, 4);
  file.writeUInt32LE(file.length - HEADER_BYTES, HEADER_BYTES - 4);
  return file;
}

/** The element that plays, as {@link rememberElement} keeps it. */
interface Remembered {
  element: HTMLMediaElement;
}

/** It is in no document: it is kept when it begins. */
function rememberElement(): void {
  const { play } = HTMLMediaElement.prototype;
  HTMLMediaElement.prototype.play = function () {
    Object.assign(window, { element: this } satisfies Remembered);
    return play.call(this);
  };
}

describe('the demo page and large files', { timeout: 180_000 }, () => {
  it('plays one from where it lies, denoised or not, over jumps and its end, until another sound is wanted', () =>
    visit(({ page, complaints }) =>
      withFile('long.wav', longRecording(), async (path) => {
        await page.evaluate(rememberElement);
        await page.locator('#match').click();
        await dropFromDisk(page, [path]);
        await page.waitForSelector('#state[data-state=running]', { timeout: 30_000 });
        // The node can run before the file does.
        await page.waitForSelector('#note:not([hidden])', { timeout: 30_000 });
        assert.equal(await textOf(page, '#file-name'), 'long.wav');
        assert.match(await textOf(page, '#note'), /^A long one: the file studio/);

        const clean = await readWav(fixture('clean-speech.wav'));
        const rate = await rateOf(page);
        const reference = resampled(clean.channels[0], clean.sampleRateHz, rate).subarray(0, 2.4 * rate);
        await page.locator('[name=side][value=original]').click();
        const original = siSdrDb(await calmly(page, () => hear(page, 6)), reference);
        assert.ok(original > 4, `the noisy voice of 8 dB was not found again: ${original} dB`);

        const seconds = await page.evaluate(() => {
          const { element } = window as unknown as Remembered;
          element.currentTime = element.duration - 1;
          return element.duration;
        });
        assert.ok(seconds > 240, `${seconds} s`);
        await page.waitForFunction(() => (window as unknown as Remembered).element.currentTime < 5, {
          timeout: 30_000,
        });
        await page.locator('[name=side][value=denoised]').click();
        const denoised = siSdrDb(await calmly(page, () => hear(page, 6)), reference);
        assert.ok(denoised > original + 1, `SI-SDR denoised ${denoised} dB, original ${original} dB`);

        await choose(page, 'crowd');
        await page.waitForFunction(() => (window as unknown as Remembered).element.paused);
        const { before } = await levels(page, 1);
        assert.ok(before > -60, `heard ${before} dBFS`);
        assert.deepEqual(complaints, []);
      }),
    ));

  it('says that one holds no sound, and can be used afterwards', () =>
    visit(({ page }) =>
      withFile(
        'noise.mp3',
        Buffer.alloc(
          DECODED_AT_MOST + 1,
          Uint8Array.from({ length: 251 }, (_, i) => (i * 79) % 251),
        ),
        async (path) => {
          await dropFromDisk(page, [path]);
          await page.waitForSelector('#problem:not([hidden])', { timeout: 20_000 });
          assert.match(await textOf(page, '#problem'), /^This browser cannot play “noise\.mp3”\. Try a WAV/);
          await choose(page, 'crowd');
          await start(page);
          assert.equal(await page.$eval('#problem', (problem) => (problem as HTMLElement).hidden), true);
        },
      ),
    ));
});
