/** The ways into the file studio beside the file dialog: the microphone, the clipboard, a folder. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Page } from 'puppeteer-core';
import { CHROMIUM_FLAGS } from '../../tools/browser.mjs';
import { siSdrDb } from '../support/si-sdr.ts';
import { downloaded, murmur, press, put, readWav, settled, visitStudio, wavBytes } from './studio-support.ts';
import { dropFromDisk, resampled, slide, textOf } from './support.ts';

const fixture = (name: string): string => new URL(`../fixtures/${name}`, import.meta.url).pathname;
const RECORDING = /^recording \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.wav$/;

describe('recording in the file studio', { timeout: 180_000 }, () => {
  it('takes the microphone as it is: the result is nearer to the clean voice than the recording', () =>
    visitStudio(
      async ({ page, complaints, folder }) => {
        await page.locator('#record').click();
        await hasRecorded(page, 6);
        await page.locator('#record').click();
        const [[name, state]] = await settled(page, 1);
        assert.match(name, RECORDING);
        assert.equal(state, 'done');
        assert.equal(await textOf(page, '#record'), 'Record');
        const wet = await readWav((await downloaded(page, folder, () => press(page, 'Download', name))).bytes);
        assert.ok(
          wet.channels[0].length > 6 * wet.sampleRateHz,
          `${wet.channels[0].length / wet.sampleRateHz} s of more than 6`,
        );
        await page.locator('.item summary').click();
        await slide(page, '.item .mix', 0);
        await press(page, 'Apply settings', name);
        await page.waitForFunction(() => document.querySelector('.outcome')?.textContent?.includes('mix 0 %'));
        const dry = await readWav((await downloaded(page, folder, () => press(page, 'Download', name))).bytes);
        assert.equal(dry.channels[0].length, wet.channels[0].length);
        const clean = await readWav(readFileSync(fixture('clean-speech.wav')));
        // Not to its end: there the fake microphone stumbles, before it begins anew.
        const reference = resampled(clean.channels[0], clean.sampleRateHz, wet.sampleRateHz).subarray(
          0,
          2.4 * wet.sampleRateHz,
        );
        const [out, into] = [siSdrDb(wet.channels[0], reference), siSdrDb(dry.channels[0], reference)];
        assert.ok(out > into + 1 && into > 4, `SI-SDR of the result ${out} dB, of the recording ${into} dB`);
        assert.deepEqual(complaints, []);
      },
      { flags: [...CHROMIUM_FLAGS, `--use-file-for-fake-audio-capture=${fixture('noisy-speech.wav')}`] },
    ));

  it('keeps what was recorded when the microphone goes away, and says so; it asks for the microphone once', () =>
    visitStudio(async ({ page, complaints }) => {
      await page.evaluate(() => {
        const { mediaDevices } = navigator;
        const ask = mediaDevices.getUserMedia.bind(mediaDevices);
        mediaDevices.getUserMedia = (constraints) => {
          document.body.append(Object.assign(document.createElement('i'), { className: 'asked' }));
          return ask(constraints);
        };
        const button = document.querySelector<HTMLButtonElement>('#record')!;
        button.click();
        button.click();
      });
      await hasRecorded(page, 1);
      assert.equal((await page.$$('.asked')).length, 1);
      // Stopping a track by hand tells nobody; the browser tells when the device is gone.
      const live = await page.evaluate(() => {
        const [track] = (window as unknown as { stream: MediaStream }).stream.getAudioTracks();
        track.dispatchEvent(new Event('ended'));
        return track.readyState;
      });
      assert.equal(live, 'live');
      const [[name, state]] = await settled(page, 1);
      assert.match(name, RECORDING);
      assert.equal(state, 'done');
      assert.match(await textOf(page, '#problem'), /^The microphone is gone/);
      assert.equal(await textOf(page, '#record'), 'Record');
      assert.equal(
        await page.evaluate(() => (window as unknown as { stream: MediaStream }).stream.getAudioTracks()[0].readyState),
        'ended',
      );
      assert.deepEqual(complaints, []);
    }));

  it('says what to do where it is not allowed, and lets the microphone go where nothing can be recorded', async () => {
    const isMissing = (path: string) => path.endsWith('/demo-processors.js');
    await visitStudio(
      async ({ page }) => {
        await page.browserContext().overridePermissions(new URL(page.url()).origin, []);
        await page.locator('#record').click();
        await page.waitForSelector('#problem:not([hidden])');
        assert.match(await textOf(page, '#problem'), /^This page may not use the microphone\. Allow it/);
        await page.browserContext().overridePermissions(new URL(page.url()).origin, ['microphone']);
        await page.locator('#record').click();
        await page.waitForFunction(
          () => /^Nothing can be recorded/.test(document.querySelector('#problem')!.textContent!),
          { timeout: 30_000 },
        );
        assert.equal(await textOf(page, '#record'), 'Record');
        assert.equal(
          await page.evaluate(
            () => (window as unknown as { stream: MediaStream }).stream.getAudioTracks()[0].readyState,
          ),
          'ended',
        );
      },
      { flags: CHROMIUM_FLAGS.filter((flag: string) => !flag.includes('fake-ui')), isMissing },
    );
  });
});

/** Waits until so many seconds of sound have been recorded, as the button shows. */
async function hasRecorded(page: Page, seconds: number): Promise<void> {
  await page.waitForFunction(
    (least) => {
      const [, minutes, rest] = document.querySelector('#record')!.textContent!.match(/Stop (\d+):(\d+)/) ?? [];
      return 60 * Number(minutes) + Number(rest) >= least;
    },
    { timeout: 30_000 + 1000 * seconds },
    seconds,
  );
}

describe('folders and the clipboard in the file studio', { timeout: 120_000 }, () => {
  it('searches a dropped folder to its depths for recordings, in the order of their names', () =>
    visitStudio(async ({ page, complaints, folder }) => {
      const sound = await wavBytes({ format: 'int16', sampleRateHz: 16000, channels: [murmur(0.3, 16000)] });
      const top = join(folder, 'talks');
      for (const below of ['day 2', 'day 10/empty', '.hidden']) mkdirSync(join(top, below), { recursive: true });
      for (const path of [
        'z.wav',
        'notes.txt',
        'cover.jpg',
        '.hidden.wav',
        '.hidden/in.wav',
        'day 2/b.wav',
        'day 10/a.wav',
      ])
        put(top, path, sound);
      await dropFromDisk(page, [top, put(folder, 'single.wav', sound)]);
      const states = await settled(page, 4);
      assert.deepEqual(
        [...states],
        [
          ['b.wav', 'done'],
          ['a.wav', 'done'],
          ['z.wav', 'done'],
          ['single.wav', 'done'],
        ],
      ); // prettier-ignore
      assert.equal(await textOf(page, '#problem'), '');
      assert.deepEqual(complaints, []);
    }));

  it('takes a dropped file that another page or app has made, which has no place that its entry could name', () =>
    visitStudio(async ({ page }) => {
      await page.evaluate(async () => {
        const carried = new DataTransfer();
        carried.items.add(new File([await (await fetch('../samples/crowd.wav')).blob()], 'made.wav'));
        // As WebKit answers; Chromium has no entry for such a file.
        DataTransferItem.prototype.webkitGetAsEntry = () =>
          ({
            name: 'made.wav',
            isFile: true,
            isDirectory: false,
            file(_: unknown, fail: (reason: DOMException) => void) {
              fail(new DOMException('', 'NotFoundError'));
            },
          }) as unknown as FileSystemEntry;
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: carried, bubbles: true, cancelable: true }));
      });
      assert.deepEqual([...(await settled(page, 1))], [['made.wav', 'done']]);
      assert.equal(await textOf(page, '#problem'), '');
    }));

  it('says what of a drop could not be read, and goes on with the rest; and that a folder holds nothing', () =>
    visitStudio(async ({ page, folder }) => {
      const good = put(
        folder,
        'good.wav',
        await wavBytes({ format: 'int16', sampleRateHz: 16000, channels: [murmur(0.3, 16000)] }),
      );
      mkdirSync(join(folder, 'talks'));
      put(join(folder, 'talks'), 'locked.wav', new Uint8Array(100));
      // Tests may run as somebody who may read everything: the answer of a system that refuses is put in its place.
      await page.evaluate(() => {
        const { webkitGetAsEntry } = DataTransferItem.prototype;
        DataTransferItem.prototype.webkitGetAsEntry = function () {
          const entry = webkitGetAsEntry.call(this);
          if (!entry?.isFile) return entry;
          // Browsers do not name the class of files; those in folders have the same.
          const prototype: FileSystemFileEntry = Object.getPrototypeOf(entry);
          const { file } = prototype;
          prototype.file = function (take, fail) {
            if (this.name === 'locked.wav') fail?.(new DOMException('', 'NotReadableError'));
            else file.call(this, take, fail);
          };
          return entry;
        };
      });
      await dropFromDisk(page, [join(folder, 'talks'), good]);
      assert.deepEqual([...(await settled(page, 1))], [['good.wav', 'done']]);
      assert.match(await textOf(page, '#problem'), /^“locked\.wav” could not be read\./);
      mkdirSync(join(folder, 'nothing/at all'), { recursive: true });
      await dropFromDisk(page, [join(folder, 'nothing')]);
      await page.waitForFunction(() =>
        /^There is no recording in/.test(document.querySelector('#problem')!.textContent!),
      );
      assert.equal((await page.$$('.item')).length, 1);
    }));

  it('takes pasted files, and leaves pasted words alone', () =>
    visitStudio(async ({ page, complaints, folder }) => {
      const sound = await wavBytes({ format: 'int24', sampleRateHz: 22050, channels: [murmur(0.4, 22050)] });
      const base64 = Buffer.from(sound).toString('base64');
      await page.evaluate(
        (base64, names) => {
          for (const carried of [[], names]) {
            const clipboardData = new DataTransfer();
            clipboardData.setData('text/plain', 'words');
            for (const name of carried)
              clipboardData.items.add(new File([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], name));
            document.body.dispatchEvent(
              new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
            );
          }
        },
        base64,
        ['one.wav', 'two.wav'],
      );
      assert.deepEqual(
        [...(await settled(page, 2))],
        [
          ['one.wav', 'done'],
          ['two.wav', 'done'],
        ],
      ); // prettier-ignore
      const { bytes } = await downloaded(page, folder, () => press(page, 'Download', 'two.wav'));
      const { format, sampleRateHz, channels } = await readWav(bytes);
      assert.deepEqual([format, sampleRateHz, channels[0].length], ['int24', 22050, Math.round(0.4 * 22050)]);
      assert.equal(await textOf(page, '#problem'), '');
      assert.deepEqual(complaints, []);
    }));
});
