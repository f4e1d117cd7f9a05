import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'puppeteer-core';
import { loudnessOf } from '../../demo/loudness.ts';
import { calmly, choose, give, hear, rateOf, slide, start, visit } from './support.ts';
import { floatWav, tone, withFile } from './wav-files.ts';

const TONE_HZ = 330;
const SAMPLE_SECONDS = 7.2;

const listenTo = (page: Page, side: 'original' | 'denoised') => page.locator(`[name=side][value=${side}]`).click();

/** Largest difference of a sound from the steady tone of one frequency that comes nearest to it. */
function distanceFromTone(
  sound: Float32Array,
  hz: number,
  sampleRateHz: number,
): { distance: number; amplitude: number } {
  const w = (2 * Math.PI * hz) / sampleRateHz;
  // Whole periods only, so that sine and cosine are orthogonal.
  const length = Math.floor(Math.floor((sound.length * hz) / sampleRateHz) * (sampleRateHz / hz));
  let [a, b] = [0, 0];
  for (let i = 0; i < length; i++) {
    a += (2 / length) * sound[i] * Math.sin(w * i);
    b += (2 / length) * sound[i] * Math.cos(w * i);
  }
  let distance = 0;
  for (let i = 0; i < length; i++)
    distance = Math.max(distance, Math.abs(sound[i] - a * Math.sin(w * i) - b * Math.cos(w * i)));
  return { distance, amplitude: Math.hypot(a, b) };
}

describe('the comparison on the demo page', { timeout: 240_000 }, () => {
  it('changes sides without a gap, a step or a shift: at mix 0 both are the same sound, whatever is pressed', () =>
    visit(async ({ page, complaints }) => {
      const rate = await rateOf(page);
      await withFile('tone.wav', floatWav([tone(rate, rate, TONE_HZ)], rate), async (path) => {
        await slide(page, '#mix', 0);
        await page.locator('#match').click();
        await give(page, path);
        await page.waitForSelector('#state[data-state=running]', { timeout: 30_000 });
        await hear(page, 1);
        const heard = await calmly(page, () =>
          hear(page, 2, async () => {
            for (const side of ['original', 'denoised', 'original', 'denoised'] as const) {
              await listenTo(page, side);
              await hear(page, 0.25);
            }
          }),
        );
        const { distance, amplitude } = distanceFromTone(heard, TONE_HZ, rate);
        assert.ok(Math.abs(amplitude - 0.3) < 0.003, `the tone of 0.3 was heard at ${amplitude}`);
        assert.ok(distance < 0.003, `what was heard leaves the tone by up to ${distance}`);
      });
      assert.deepEqual(complaints, []);
    }));

  it('plays both sides at one loudness, and at their own where matching is off', () =>
    visit(async ({ page }) => {
      const rate = await rateOf(page);
      await choose(page, 'rain');
      await start(page);
      await page.waitForFunction(() => /\d dB (up|down)/.test(document.querySelector('#match-text')!.textContent!), {
        timeout: 30_000,
      });
      await hear(page, SAMPLE_SECONDS);
      const denoised = loudnessOf([await hear(page, SAMPLE_SECONDS)], rate);
      await listenTo(page, 'original');
      const original = loudnessOf([await hear(page, SAMPLE_SECONDS)], rate);
      await page.locator('#match').click();
      await hear(page, 1);
      const asItIs = loudnessOf([await hear(page, SAMPLE_SECONDS)], rate);
      assert.ok(Math.abs(original - denoised) < 1, `original ${original} LUFS, denoised ${denoised} LUFS`);
      assert.ok(asItIs - denoised > 1.5, `noise makes the original louder: ${asItIs} LUFS, denoised ${denoised} LUFS`);
    }));

  it('goes over to the denoised side when the mix is pulled, so that it is heard', () =>
    visit(async ({ page }) => {
      await start(page);
      await listenTo(page, 'original');
      await slide(page, '#mix', 0.7);
      assert.equal(await page.$eval('#side-denoised', (radio) => (radio as HTMLInputElement).checked), true);
    }));
});
