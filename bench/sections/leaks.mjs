/** What is left after 100 nodes have come and gone. */
import { setTimeout as sleep } from 'node:timers/promises';
import { callInPage, withPage } from '../harness/browser.mjs';
import { atMost, figure } from '../harness/figures.mjs';

export const title = 'What 100 nodes leave behind';

const TIMES = 100;

/** Longer than a worker without nodes is kept. */
const QUIET_MS = 4000;

/** Heaps breathe by themselves. */
const MOST_HEAP_KB = 500;

export async function measure({ browser, isolated, models, quick }) {
  const times = quick ? TIMES / 5 : TIMES;
  const data = {};
  for (const model of models) {
    data[model] = await withPage(browser, isolated.origin, async (page) => {
      const live = (name, ...args) => callInPage(page, '/bench/pages/live.mjs', name, ...args);
      // Once before, so that modules and what the browser keeps of them do not count.
      await live('createAndDispose', model, 3);
      const before = await takeStock(page, live);
      const start = performance.now();
      await live('createAndDispose', model, times);
      const msPerNode = (performance.now() - start) / times;
      return { times, msPerNode, before, after: await takeStock(page, live) };
    });
  }
  return { data, figures: models.flatMap((model) => figuresOf(model, data[model])) };
}

async function takeStock(page, live) {
  await sleep(QUIET_MS);
  const { tensors, nodes, streams } = await live('takeCensus');
  for (let i = 0; i < 3; i++) await page.evaluate(() => globalThis.gc());
  const { JSHeapUsedSize } = await page.metrics();
  return { workers: page.workers().length, nodes, streams, tensors, heapBytes: JSHeapUsedSize };
}

function figuresOf(model, { times, msPerNode, before, after }) {
  const more = (key) => after[key] - before[key];
  const label = `${model}, after ${times} nodes`;
  return [
    figure(`${label}, workers more than before`, more('workers'), '', atMost(0)),
    figure(`${label}, tensors more than before`, more('tensors'), '', atMost(0)),
    figure(`${label}, JavaScript heap more than before`, more('heapBytes') / 1000, 'KB', atMost(MOST_HEAP_KB)),
    figure(`${model}, one node from constructor to disposed`, msPerNode, 'ms'),
  ];
}
