import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { CHROMIUM_FLAGS } from '../../tools/browser.mjs';
import { siSdrDb } from '../support/si-sdr.ts';
import { calmly, choose, give, hear, readWav, record, resampled, slide, start, textOf, visit } from './support.ts';
import { floatWav, withFile } from './wav-files.ts';

const fixture = (name: string): string => new URL(`../fixtures/${name}`, import.meta.url).pathname;
const CLEAN = readFileSync(fixture('clean-speech.wav'));

/**
 * There is no echo here, and Chromium's cancellation, left on, moves phases so far that even the untouched microphone
 * scores -3 dB against what was played into it.
 */
function withoutEchoCancellation(): void {
  const { mediaDevices } = navigator;
  const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = (constraints) =>
    getUserMedia({
      ...constraints,
      audio: { ...(constraints?.audio as MediaTrackConstraints), echoCancellation: false },
    });
}

describe('recording on the demo page', { timeout: 180_000 }, () => {
  it('gives back a microphone with less noise: the file is nearer to the clean voice than the same at mix 0', () =>
    visit(
      async ({ page, complaints }) => {
        await page.evaluate(withoutEchoCancellation);
        await choose(page, 'microphone');
        await start(page);
        const clean = await readWav(CLEAN);
        const wet = await calmly(page, () => record(page, 6));
        await slide(page, '#mix', 0);
        await hear(page, 0.5);
        const dry = await calmly(page, () => record(page, 6));
        // Not to its end: there the fake microphone stumbles, before it begins anew.
        const reference = resampled(clean.channels[0], clean.sampleRateHz, wet.sampleRateHz).subarray(
          0,
          2.4 * wet.sampleRateHz,
        );
        const [out, into] = [siSdrDb(wet.channels[0], reference), siSdrDb(dry.channels[0], reference)];
        assert.ok(into > 4, `the noisy voice of 8 dB was not found again: ${into} dB`);
        assert.ok(out > into + 1, `SI-SDR of the recording ${out} dB, of the microphone ${into} dB`);
        assert.deepEqual(complaints, []);
      },
      { flags: [...CHROMIUM_FLAGS, `--use-file-for-fake-audio-capture=${fixture('noisy-speech.wav')}`] },
    ));

  it('keeps every sample, in both channels: of two ramps at mix 0 none is missing, and none comes twice', () =>
    visit(async ({ page }) => {
      const rate = await page.evaluate(() => new AudioContext().sampleRate);
      const frames = 3 * rate;
      // Rises by the same amount from sample to sample, so that one that is lost or doubled shows as a step.
      const rising = Float32Array.from({ length: frames }, (_, i) => (0.8 * i) / frames);
      const falling = rising.map((sample) => -0.5 * sample);
      await withFile('ramps.wav', floatWav([rising, falling], rate), async (path) => {
        await slide(page, '#mix', 0);
        await give(page, path);
        await page.waitForSelector('#state[data-state=running]', { timeout: 30_000 });
        const { channels, sampleRateHz, format } = await calmly(page, () => record(page, 4));
        assert.equal(sampleRateHz, rate);
        assert.equal(format, 'int24');
        assert.equal(channels.length, 2);
        assert.ok(channels[0].length >= 4 * rate, `${channels[0].length / rate} s`);
        const step = 0.8 / frames;
        let steps = 0;
        for (let i = 1; i < channels[0].length; i++) {
          if (Math.abs(channels[0][i] - channels[0][i - 1] - step) > 1e-6) steps += 1;
          assert.ok(Math.abs(channels[1][i] + 0.5 * channels[0][i]) < 1e-6, `channels differ at ${i}`);
        }
        // The loop begins again once or twice.
        assert.ok(steps >= 1 && steps <= 2, `${steps} steps`);
      });
    }));

  it('ends with the sound, and says how long it is', () =>
    visit(async ({ page }) => {
      assert.equal(await page.$eval('#record', (button) => (button as HTMLButtonElement).disabled), true);
      await start(page);
      await page.locator('#record').click();
      await page.waitForFunction(() => /0:01/.test(document.querySelector('#record-text')!.textContent!));
      await page.locator('#play').click();
      await page.waitForSelector('#recorded a');
      assert.match(await textOf(page, '#recorded'), /^Download denoised\.wav \(0:0\d, \d\.\d MB\)$/);
      assert.equal(await page.$eval('#record', (button) => (button as HTMLButtonElement).disabled), true);
    }));
});
