import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { unzipSync } from 'fflate';
import {
  chooseFiles,
  downloaded,
  largestDifference,
  murmur,
  onCommandLine,
  press,
  put,
  readWav,
  type Sound,
  settled,
  statusOf,
  visitStudio,
  wavBytes,
} from './studio-support.ts';
import { slide, textOf } from './support.ts';

const CROWD = 'demo/samples/crowd.wav';
const SHAPING = ['--high-pass', '100', '--auto-gain', '--target', '-26'];

describe('the file studio', { timeout: 300_000 }, () => {
  it('denoises a dropped file exactly as the command line does, and keeps its format', () =>
    visitStudio(async ({ page, complaints, folder }) => {
      const sounds: Record<string, Sound> = {
        'stereo.wav': {
          format: 'int24',
          sampleRateHz: 44100,
          channels: [murmur(3.3, 44100, 1), murmur(3.3, 44100, 2)],
        },
        'float.wav': { format: 'float32', sampleRateHz: 16000, channels: [murmur(2.1, 16000, 3)] },
      };
      const paths = [CROWD];
      for (const [name, sound] of Object.entries(sounds)) paths.push(put(folder, name, await wavBytes(sound)));
      // All states and all progress that the page shows, as it shows them.
      await page.evaluate(() => {
        const seen = new Set<string>();
        Object.assign(window, { seen });
        new MutationObserver(() => {
          for (const item of document.querySelectorAll<HTMLElement>('.item')) seen.add(item.dataset.status!);
          for (const { value } of document.querySelectorAll<HTMLProgressElement>('.item progress'))
            if (value > 0 && value < 1) seen.add('part');
        }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
      });
      await drop(page, paths);
      const states = await settled(page, paths.length);
      assert.deepEqual([...states.values()], ['done', 'done', 'done']);
      const seen = await page.evaluate(() => [...(window as unknown as { seen: Set<string> }).seen]);
      // A file may be open before the page is next painted.
      for (const state of ['working', 'part', 'done'])
        assert.ok(seen.includes(state), `${state} was not shown, only ${seen}`);
      for (const path of paths) {
        const name = path.slice(path.lastIndexOf('/') + 1);
        const { name: savedAs, bytes } = await downloaded(page, folder, () => press(page, 'Download', name));
        assert.equal(savedAs, name.replace('.wav', '-denoised.wav'));
        const expected = await readWav(await onCommandLine(path, join(folder, `cli-${name}`)));
        const found = await readWav(bytes);
        const input = await readWav(new Uint8Array(readFileSync(path)));
        assert.deepEqual(
          [found.format, found.sampleRateHz, found.channels.length],
          [input.format, input.sampleRateHz, input.channels.length],
        );
        assert.equal(found.channels[0].length, input.channels[0].length);
        assert.ok(largestDifference(found.channels, input.channels) > 0.01, `${name} came out as it went in`);
        const difference = largestDifference(found.channels, expected.channels);
        assert.ok(difference <= 1e-4, `${name} differs from the command line's by ${difference}`);
      }
      assert.deepEqual(complaints, []);
    }));

  it('applies the settings of each file, as the command line does', () =>
    visitStudio(async ({ page, folder }) => {
      await chooseFiles(page, CROWD);
      await settled(page, 1);
      await page.locator('.item summary').click();
      await slide(page, '.item .mix', 0.6);
      await slide(page, '.item .limit', 12);
      await slide(page, '.item .high-pass', 100);
      await page.locator('.item .auto-gain').click();
      await slide(page, '.item .target', -26);
      await press(page, 'Apply settings', 'crowd.wav');
      await page.waitForFunction(() =>
        document
          .querySelector('.item summary')
          ?.textContent?.includes('mix 60 %, at most 12 dB, high-pass 100 Hz, voice at −26 dBFS'),
      );
      await settled(page, 1);
      const { bytes } = await downloaded(page, folder, () => press(page, 'Download', 'crowd.wav'));
      const expected = await readWav(
        await onCommandLine(CROWD, join(folder, 'cli.wav'), '--mix', '0.6', '--limit', '12', ...SHAPING),
      );
      const difference = largestDifference((await readWav(bytes)).channels, expected.channels);
      assert.ok(difference <= 1e-4, `differs from the command line's by ${difference}`);
      assert.match(
        await textOf(page, '.outcome'),
        /Model base \S+, mix 60 %, .* at most 12 dB, high-pass 100 Hz, voice at −26 dBFS/,
      );

      await page.select('.item select', 'noise-subtract');
      await press(page, 'Apply settings', 'crowd.wav');
      await page.waitForFunction(
        () => document.querySelector('.outcome')?.textContent?.includes('Model noise-subtract'),
        { timeout: 60_000 },
      );
      const other = await readWav((await downloaded(page, folder, () => press(page, 'Download', 'crowd.wav'))).bytes);
      const others = await readWav(
        await onCommandLine(
          CROWD,
          join(folder, 'cli 2.wav'),
          '--mix',
          '0.6',
          '--limit',
          '12',
          ...SHAPING,
          '--model',
          'noise-subtract',
        ),
      );
      assert.ok(largestDifference(other.channels, expected.channels) > 1e-3, 'another model has made no difference');
      assert.ok(largestDifference(other.channels, others.channels) <= 1e-4, "differs from the command line's");
    }));

  it('takes ten files, and gives all results in one archive with a summary', () =>
    visitStudio(async ({ page, complaints, folder }) => {
      const inputs: Float32Array[] = [];
      const other = join(folder, 'other');
      mkdirSync(other);
      for (let i = 0; i < 10; i++) {
        inputs.push(murmur(0.5 + 0.1 * i, 16000, i + 1));
        // Two of the same name, as from two folders: each gets a name of its own.
        await chooseFiles(
          page,
          put(
            i === 9 ? other : folder,
            i === 9 ? 'talk 8.wav' : `talk ${i}.wav`,
            await wavBytes({ format: 'int16', sampleRateHz: 16000, channels: [inputs[i]] }),
          ),
        );
        await page.waitForFunction((count) => document.querySelectorAll('.item').length === count, {}, i + 1);
      }
      await settled(page, 10);
      assert.match(await textOf(page, '#totals'), /^10 of 10 done: .* of sound, .* × real time\.$/);
      const { name, bytes } = await downloaded(page, folder, () => page.locator('#download-all').click());
      assert.equal(name, 'denoised.zip');
      const files = unzipSync(bytes);
      const names = [
        ...Array.from({ length: 9 }, (_, i) => `talk ${i}-denoised.wav`),
        'talk 8-denoised (2).wav',
        'summary.txt',
      ];
      assert.deepEqual(Object.keys(files).sort(), names.sort());
      for (let i = 0; i < 8; i++) {
        const { channels, format } = await readWav(files[`talk ${i}-denoised.wav`]);
        assert.deepEqual([channels[0].length, format], [inputs[i].length, 'int16']);
      }
      const summary = new TextDecoder().decode(files['summary.txt']);
      assert.match(summary, /10 of 10 done/);
      assert.match(
        summary,
        new RegExp(
          [
            'talk 3\\.wav → talk 3-denoised\\.wav',
            'WAV, 16 kHz, 16 bits, mono, 0:00',
            'model base \\S+, mix 100 %, limit: no limit',
          ].join('\n {2}'),
        ),
      );
      assert.deepEqual(complaints, []);
    }));

  it('cancels one file and goes on with the next, cancels all, and begins again', () =>
    visitStudio(async ({ page, complaints, folder }) => {
      const long = put(
        folder,
        'long.wav',
        await wavBytes({ format: 'int16', sampleRateHz: 48000, channels: [murmur(240, 48000)] }),
      );
      await chooseFiles(page, long);
      await page.waitForSelector('.item[data-status=working] progress');
      await chooseFiles(
        page,
        put(
          folder,
          'short.wav',
          await wavBytes({ format: 'int16', sampleRateHz: 48000, channels: [murmur(0.4, 48000)] }),
        ),
      );
      await press(page, 'Cancel', 'long.wav');
      assert.deepEqual(
        [...(await settled(page, 2))],
        [
          ['long.wav', 'cancelled'],
          ['short.wav', 'done'],
        ],
      ); // prettier-ignore
      await press(page, 'Try again', 'long.wav');
      await page.waitForSelector('.item[data-status=working] progress');
      await chooseFiles(page, long, long, long);
      await page.waitForFunction(() => document.querySelectorAll('.item').length === 5);
      await page.locator('#cancel-all').click();
      const states = await page.waitForFunction(() => {
        const found = Array.from(document.querySelectorAll<HTMLElement>('.item'), ({ dataset }) => dataset.status);
        return found.includes('working') || found.includes('opening') || found.includes('waiting')
          ? false
          : found.join(' ');
      });
      assert.equal(await states.jsonValue(), 'cancelled done cancelled cancelled cancelled');
      // What is left is as good as before.
      await chooseFiles(page, CROWD);
      await page.waitForFunction(() => document.querySelectorAll('.item[data-status=done]').length === 2, {
        timeout: 60_000,
      });
      assert.deepEqual(complaints, []);
    }));

  it('says that the worker could not start, and starts it when tried again', async () => {
    let isMissing = true;
    await visitStudio(
      async ({ page }) => {
        await chooseFiles(page, CROWD);
        assert.deepEqual([...(await settled(page, 1)).values()], ['failed']);
        assert.match(
          await statusOf(page, 'crowd.wav'),
          /^The worker stopped, or its script could not be fetched\. Try again\.$|^The worker stopped/,
        );
        isMissing = false;
        await press(page, 'Try again', 'crowd.wav');
        await page.waitForSelector('.item[data-status=done]', { timeout: 60_000 });
      },
      { isMissing: (path) => isMissing && path.endsWith('/studio-worker.js') },
    );
  });

  it('says which file of the model is missing, and goes on when it is there', async () => {
    let isMissing = true;
    await visitStudio(
      async ({ page }) => {
        await chooseFiles(page, CROWD);
        await settled(page, 1);
        assert.match(
          await statusOf(page, 'crowd.wav'),
          /weights\.bin: expected a file of the model, got: HTTP status 404/,
        );
        isMissing = false;
        await press(page, 'Try again', 'crowd.wav');
        await page.waitForSelector('.item[data-status=done]', { timeout: 60_000 });
      },
      { isMissing: (path) => isMissing && path.endsWith('/weights.bin') },
    );
  });
});

/** Lets go of files over the page, as a visitor does. */
async function drop(page: import('puppeteer-core').Page, paths: readonly string[]): Promise<void> {
  const files = paths.map((path) => ({
    name: path.slice(path.lastIndexOf('/') + 1),
    base64: readFileSync(path).toString('base64'),
  }));
  await page.evaluate((dropped) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of dropped)
      transfer.items.add(new File([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], name));
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, files);
}
