import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'puppeteer-core';
import {
  chooseFiles,
  downloaded,
  murmur,
  press,
  put,
  readWav,
  settled,
  visitStudio,
  wavBytes,
} from './studio-support.ts';
import { beginHearing, textOf } from './support.ts';

describe('listening in the file studio', { timeout: 300_000 }, () => {
  it('plays every sample once: each is of one version at its place, or on the straight way to another', () =>
    visitStudio(async ({ page, complaints, folder }) => {
      const rate = 16_000;
      const before = murmur(6, rate);
      await chooseFiles(
        page,
        put(folder, 'talk.wav', await wavBytes({ format: 'float32', sampleRateHz: rate, channels: [before] })),
      );
      await settled(page, 1);
      const after = (await readWav((await downloaded(page, folder, () => press(page, 'Download', 'talk.wav'))).bytes))
        .channels[0];
      const sounds = { before, after, removed: before.map((sample, n) => sample - after[n]) };
      const gains = (await textOf(page, '#gains')).matchAll(/(\w+) ([+−]?[\d.]+) dB/g);
      const shown = new Map(Array.from(gains, ([, version, db]) => [version, Number(db.replace('−', '-'))]));
      // The context begins with the first sound: only then it can be listened to, and then from the start.
      await page.locator('#play').click();
      await page.waitForFunction(() => Number(document.querySelector<HTMLInputElement>('#seek')!.value) > 0.1, {
        timeout: 30_000,
      });
      await page.locator('#play').click();
      await page.focus('#seek');
      await page.keyboard.press('Home');
      const hearing = await beginHearing(page);
      await hearing.silence();
      await page.locator('#play').click();
      const order = ['after', 'before', 'removed', 'after', 'removed', 'before'] as const;
      for (const version of order) {
        await page.locator(`.versions .${version}`).click();
        await page.waitForFunction(
          (from) => Number(document.querySelector<HTMLInputElement>('#seek')!.value) >= from + 0.4,
          { timeout: 30_000 },
          await now(page),
        );
      }
      await page.waitForSelector('#play[aria-label=Play]', { timeout: 30_000 });
      const heard = await hearing.end();
      const start = heard.findIndex((sample) => sample !== 0);
      assert.ok(start >= 0, 'nothing was heard');
      const stretches = explained(
        heard.subarray(start - (start % QUANTUM)),
        sounds,
        order,
        Math.round(FADE_SECONDS * rate),
      );
      for (const { version, gain } of stretches) {
        const db = 20 * Math.log10(gain);
        assert.ok(
          Math.abs(db - shown.get(version)!) < 0.051,
          `${version} was played at ${db} dB and shown at ${shown.get(version)} dB`,
        );
      }
      assert.deepEqual(complaints, []);
    }));

  it('plays all versions equally loud, and says by how much each was changed', () =>
    visitStudio(async ({ page }) => {
      await chooseFiles(page, 'demo/samples/crowd.wav');
      await settled(page, 1);
      await page.waitForSelector('#play:not(:disabled)');
      const gains = await page.$eval('#gains', ({ textContent }) => textContent ?? '');
      const loudness = await page.$$eval('.figure', (figures) =>
        figures.map(({ textContent }) => Number.parseFloat(textContent!.replace('−', '-'))),
      );
      const changes = [...gains.matchAll(/([+−]?)([\d.]+) dB/g)].map(
        ([, sign, db]) => (sign === '−' ? -1 : 1) * Number(db),
      );
      assert.equal(changes.length, 3, gains);
      const [before, after, removed] = loudness.map((lufs, i) => lufs + changes[i]);
      assert.ok(Math.abs(before - after) <= 0.15, `${before} and ${after} LUFS`);
      assert.ok(Math.abs(removed - after) <= 0.15, `${removed} and ${after} LUFS`);
    }));

  it('goes where the slider, the pictures and the keys send it', () =>
    visitStudio(async ({ page }) => {
      await chooseFiles(page, 'demo/samples/crowd.wav');
      await settled(page, 1);
      await page.waitForSelector('#seek:not(:disabled)');
      await page.focus('#seek');
      for (let i = 0; i < 100; i++) await page.keyboard.press('ArrowRight');
      await stands(page, 1, 0.02); // A hundred keys of 10 ms.
      const picture = await (await page.$('.row.after canvas'))!.boundingBox();
      await page.mouse.click(picture!.x + 30 + (picture!.width - 30) / 2, picture!.y + 20);
      const length = await page.$eval('#seek', (seek) => Number((seek as HTMLInputElement).max));
      await stands(page, length / 2, 0.05);
      await page.focus('#play');
      await page.keyboard.press('1');
      await page.waitForFunction(isHeard, {}, 'before');
      await page.keyboard.press('3');
      await page.waitForFunction(isHeard, {}, 'removed');
      await page.focus('.versions input:checked');
      await page.keyboard.press('ArrowLeft');
      await page.waitForFunction(isHeard, {}, 'after');
      await page.focus('#play');
      await page.keyboard.press(' ');
      await page.waitForSelector('#play[aria-label=Pause]');
      await page.keyboard.press(' ');
      await page.waitForSelector('#play[aria-label=Play]');
    }));
});

const QUANTUM = 128;
/** From one version to the next, and from silence: what demo/studio/worklet/deck.ts promises. */
const FADE_SECONDS = 0.008;
/** Gains are found from the sound itself, of 32-bit floats. */
const TOLERANCE = 1e-6;

type Versions = Readonly<Record<'before' | 'after' | 'removed', Float32Array>>;

/**
 * Follows what was heard from its first sample to its last, and fails at the first that is not what it must be: of the
 * version of its stretch, at its place on the timeline.
 */
function explained(
  heard: Float32Array,
  sounds: Versions,
  order: readonly (keyof Versions)[],
  fadeSamples: number,
): { version: string; gain: number }[] {
  const { length } = sounds.before;
  const stretches: { version: keyof Versions; gain: number }[] = [];
  let n = 0;
  for (const [i, version] of order.entries()) {
    const sound = sounds[version];
    const gain = gainOf(heard, sound, n + fadeSamples, n + fadeSamples + 2000);
    const last = stretches.at(-1);
    const from = last ? (at: number) => last.gain * sounds[last.version][at] : () => 0;
    const expected = (at: number) => {
      const share = Math.min(1, (at - n + 1) / fadeSamples);
      return (1 - share) * from(at) + share * gain * sound[at];
    };
    let at = n;
    while (at < length && Math.abs(heard[at] - expected(at)) <= TOLERANCE) at++;
    stretches.push({ version, gain });
    if (i === order.length - 1)
      assert.equal(at, length, `sample ${at} was ${heard[at]} and not ${expected(at)}, of ${version}`);
    // The next fade begins with a quantum, and is heard within it.
    n = at - (at % QUANTUM);
    assert.ok(n - 2000 >= fadeSamples, `sample ${at} was ${heard[at]} and not ${expected(at)}, of ${version}`);
  }
  const rest = heard.subarray(length).findIndex((sample) => sample !== 0);
  assert.equal(rest, -1, `${rest} samples after the end something was heard`);
  return stretches;
}

/** By how much a sound was turned up or down, by least squares. */
function gainOf(heard: Float32Array, sound: Float32Array, from: number, to: number): number {
  let [product, power] = [0, 0];
  for (let n = from; n < to; n++) {
    product += heard[n] * sound[n];
    power += sound[n] ** 2;
  }
  return product / power;
}

/** Whether the page shows that this version is heard. */
const isHeard = (version: string) =>
  document.querySelector(`.row.${version}`)?.hasAttribute('data-heard') &&
  document.querySelector<HTMLInputElement>(`input[value=${version}]`)?.checked;

/** Waits until playing would begin about there: the page follows a jump a moment later. */
async function stands(page: Page, seconds: number, tolerance: number): Promise<void> {
  const isThere = (wanted: number, most: number) =>
    Math.abs(Number(document.querySelector<HTMLInputElement>('#seek')!.value) - wanted) < most;
  try {
    await page.waitForFunction(isThere, { timeout: 10_000 }, seconds, tolerance);
  } catch (cause) {
    throw new Error(`Expected to stand at ${seconds} s, found ${await now(page)} s.`, { cause });
  }
}

const now = (page: Page) => page.$eval('#seek', (seek) => Number((seek as HTMLInputElement).value));
