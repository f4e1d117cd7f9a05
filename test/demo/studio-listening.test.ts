import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'puppeteer-core';
import { chooseFiles, downloaded, murmur, press, put, readWav, settled, visitStudio, wavBytes } from './studio-support.ts';

const RATE = 48000;

describe('listening in the file studio', { timeout: 300_000 }, () => {
  it('switches between before, after and removed while it plays, without a gap and to the sample', () =>
    visitStudio(async ({ page, complaints, folder }) => {
      const before = murmur(6, RATE);
      await recordLoudspeakers(page);
      await chooseFiles(page, put(folder, 'talk.wav', await wavBytes({ format: 'float32', sampleRateHz: RATE, channels: [before] })));
      await settled(page, 1);
      const after = (await readWav((await downloaded(page, folder, () => press(page, 'Download', 'talk.wav'))).bytes)).channels[0];
      // As it is, so that what is heard is what is in the files.
      await page.waitForSelector('#match:not(:disabled)');
      await page.click('#match');
      await page.click('#play');
      for (const [version, second] of [
        ['before', 1],
        ['removed', 2],
        ['after', 3],
        ['before', 4],
      ] as const) {
        await page.waitForFunction((at) => Number(document.querySelector<HTMLInputElement>('#seek')!.value) >= at, { timeout: 30_000 }, second);
        await page.click(`input[value=${version}]`);
      }
      await page.waitForSelector('#play[aria-label=Play]', { timeout: 30_000 });
      const heard = await heardUntilNow(page);
      const start = heard.findIndex((sample) => sample !== 0);
      assert.ok(start >= 0, 'nothing was heard');
      // The first sample is faded in from nothing, so the place is found where all is there.
      const versions = { before: (n: number) => before[n], after: (n: number) => after[n], removed: (n: number) => before[n] - after[n] };
      const offset = aligned(heard, after, start);
      const order: string[] = [];
      let unexplained = 0;
      const end = Math.min(before.length - 1000, heard.length - offset);
      assert.ok(end > 5 * RATE, `only ${end} samples were heard`);
      for (let n = 1000; n < end - 100; n++) {
        const sample = heard[n + offset];
        const near = Object.entries(versions).filter(([, of]) => Math.abs(of(n) - sample) < 2e-4);
        if (near.length === 0) unexplained += 1;
        // Near a crossing all are alike: only one alone tells.
        if (near.length === 1 && order.at(-1) !== near[0][0] && sustained(heard, versions[near[0][0] as keyof typeof versions], n, offset))
          order.push(near[0][0]);
      }
      assert.deepEqual(order, ['after', 'before', 'removed', 'after', 'before']);
      // Four fades of 8 ms each are neither of the two, and nothing else is.
      assert.ok(unexplained <= 4 * 0.008 * RATE, `${unexplained} samples are of no version`);
      assert.deepEqual(complaints, []);
    }));

  it('plays all versions equally loud, and says by how much each was changed', () =>
    visitStudio(async ({ page }) => {
      await chooseFiles(page, 'demo/samples/crowd.wav');
      await settled(page, 1);
      await page.waitForSelector('#play:not(:disabled)');
      const gains = await page.$eval('#gains', ({ textContent }) => textContent ?? '');
      const loudness = await page.$$eval('.figure', (figures) => figures.map(({ textContent }) => Number.parseFloat(textContent!.replace('−', '-'))));
      const changes = [...gains.matchAll(/([+−]?)([\d.]+) dB/g)].map(([, sign, db]) => (sign === '−' ? -1 : 1) * Number(db));
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
      assert.ok(Math.abs((await now(page)) - 1) < 0.02, `${await now(page)} s after a hundred keys of 10 ms`);
      const picture = await (await page.$('.row.after canvas'))!.boundingBox();
      await page.mouse.click(picture!.x + 30 + (picture!.width - 30) / 2, picture!.y + 20);
      const length = await page.$eval('#seek', (seek) => Number((seek as HTMLInputElement).max));
      assert.ok(Math.abs((await now(page)) - length / 2) < 0.05, `${await now(page)} s of ${length} s`);
      await page.focus('#play');
      await page.keyboard.press('1');
      await page.waitForFunction(isHeard, {}, 'before');
      await page.keyboard.press('3');
      await page.waitForFunction(isHeard, {}, 'removed');
      await page.focus('.versions input:checked');
      await page.keyboard.press('ArrowLeft');
      await page.waitForFunction(isHeard, {}, 'after');
      await page.focus('#play');
      await page.keyboard.press('Space');
      await page.waitForSelector('#play[aria-label=Pause]');
      await page.keyboard.press('Space');
      await page.waitForSelector('#play[aria-label=Play]');
    }));
});

/** Whether the page shows that this version is heard. */
const isHeard = (version: string) =>
  document.querySelector(`.row.${version}`)?.hasAttribute('data-heard') && document.querySelector<HTMLInputElement>(`input[value=${version}]`)?.checked;

const now = (page: Page) => page.$eval('#seek', (seek) => Number((seek as HTMLInputElement).value));

/** Keeps what goes to the loudspeakers of every context, sample by sample, with the demo's own recorder. Works for pages that are opened afterwards, so it opens this one again. */
async function recordLoudspeakers(page: Page): Promise<void> {
  await page.evaluateOnNewDocument(() => {
    const heard: Float32Array[] = [];
    const recorders: AudioNode[] = [];
    Object.assign(window, { heard, recorders });
    const addModule = AudioWorklet.prototype.addModule;
    const connect = AudioNode.prototype.connect as (this: AudioNode, ...to: unknown[]) => AudioNode;
    AudioWorklet.prototype.addModule = async function (...args) {
      await addModule.call(this, '/dist/demo/demo-processors.js');
      await addModule.apply(this, args);
    };
    Object.assign(AudioNode.prototype, {
      connect(this: AudioNode, ...to: unknown[]) {
        if (to[0] instanceof AudioDestinationNode) {
          const options = { numberOfOutputs: 0, channelCount: 1, channelCountMode: 'explicit', processorOptions: { channelCount: 1 } } as const;
          const recorder = new AudioWorkletNode(this.context, 'demo-recorder', options);
          recorders.push(recorder);
          recorder.port.onmessage = ({ data }: MessageEvent<{ channels: Float32Array[] }>) => heard.push(data.channels[0]);
          connect.call(this, recorder);
        }
        return connect.apply(this, to);
      },
    });
  });
  await page.reload();
  await page.waitForSelector('.alive');
}

/** What was heard, but for the last moment, which the recorder has not handed over yet. */
async function heardUntilNow(page: Page): Promise<Float32Array> {
  return Float32Array.from(await page.evaluate(() => (window as unknown as { heard: Float32Array[] }).heard.flatMap((block) => [...block])));
}

/** By how much `heard` is later than the signal that it begins with. */
function aligned(heard: Float32Array, signal: Float32Array, start: number): number {
  for (let offset = start - 2000; offset <= start + 2000; offset++) {
    let isEqual = true;
    for (let n = 2000; n < 6000 && isEqual; n += 7) isEqual = Math.abs(heard[n + offset] - signal[n]) < 1e-4;
    if (isEqual) return offset;
  }
  throw new Error('What was heard first is not the enhanced sound.');
}

/** Whether a hundred samples from here on are of this version. */
function sustained(heard: Float32Array, version: (n: number) => number, from: number, offset: number): boolean {
  for (let n = from; n < from + 100; n++) if (Math.abs(heard[n + offset] - version(n)) > 2e-4) return false;
  return true;
}
