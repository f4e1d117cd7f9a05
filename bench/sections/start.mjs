/** How long a page waits for a denoiser: nothing cached, everything cached, and a second node beside the first. */
import { setTimeout as sleep } from 'node:timers/promises';
import { callInPage, withPage } from '../harness/browser.mjs';
import { atMost, figure } from '../harness/figures.mjs';
import { median } from '../harness/statistics.mjs';

export const title = 'Time from import and constructor to ready';

const PEER_NAMES = ['rnnoise', 'gtcrn'];
/** What our default is held to. */
const MOST = { base: { cold: 250, warm: 200 } };
/** Until the window of a new profile has loaded what the browser itself puts into it. */
const WINDOW_MS = 2000;

export async function measure({ browser, isolated, models, quick }) {
  const names = [...models, ...PEER_NAMES];
  const data = Object.fromEntries(names.map((name) => [name, { coldMs: [], warmMs: [], secondMs: [] }]));
  const rounds = quick ? 3 : 7;
  for (let round = 0; round < rounds; round++) {
    for (const name of names) await measureOnce(browser, isolated.origin, name, data[name]);
  }
  const medians = Object.fromEntries(names.map((name) => [name, mapValues(data[name], median)]));
  return { data: medians, figures: names.flatMap((name) => figuresOf(name, medians[name])) };
}

async function measureOnce(browser, origin, name, { coldMs, warmMs, secondMs }) {
  // A context of the browser has a cache of its own.
  const profile = await browser.createBrowserContext();
  try {
    await profile.newPage();
    await sleep(WINDOW_MS);
    const timeToReady = (page) => callInPage(page, '/bench/pages/live.mjs', 'timeToReady', name);
    coldMs.push(await withPage(profile, origin, timeToReady));
    // Code is cached after the second visit.
    await withPage(profile, origin, timeToReady);
    await withPage(profile, origin, async (page) => {
      warmMs.push(await timeToReady(page));
      secondMs.push(await timeToReady(page));
    });
  } finally {
    await profile.close();
  }
}

function figuresOf(name, { coldMs, warmMs, secondMs }) {
  const most = MOST[name];
  return [
    figure(`${name}, first visit`, coldMs, 'ms', most && atMost(most.cold)),
    figure(`${name}, from a warm cache`, warmMs, 'ms', most && atMost(most.warm)),
    figure(`${name}, again in the same page`, secondMs, 'ms'),
  ];
}

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
