/**
 * What `<denoise-panel>` costs the main thread: all of its work, script, style, layout and paint, by the browser's own
 * account.
 */
import { callInPage, withPage } from '../harness/browser.mjs';
import { atMost, figure } from '../harness/figures.mjs';

export const title = 'Main thread with the panel open, 48 kHz';

const PAGE = '/bench/pages/panel.mjs';
const WIDTHS = { compact: 340, full: 1000 };

export async function measure({ browser, isolated, models, quick }) {
  const ms = quick ? 4000 : 15_000;
  const data = {};
  for (const [layout, width] of Object.entries(WIDTHS)) {
    data[layout] = await withPage(browser, isolated.origin, async (page) => {
      await page.setViewport({ width: 1100, height: 900 });
      await callInPage(page, PAGE, 'begin', models[0]);
      const without = await busy(page, ms);
      const state = await callInPage(page, PAGE, 'open', width, quick ? 1000 : 6000);
      if (state !== 'live') throw new Error(`Expected a panel that is live, found "${state}".`);
      const shown = await busy(page, ms);
      await callInPage(page, PAGE, 'hide');
      return { without, shown, hidden: await busy(page, ms) };
    });
  }
  return { data, figures: Object.entries(data).flatMap(figuresOf) };
}

/** Milliseconds that the main thread worked, per frame, and per second, of that in script. */
async function busy(page, ms) {
  const before = await page.metrics();
  const frames = await callInPage(page, PAGE, 'countFrames', ms);
  const after = await page.metrics();
  const [task, script] = ['TaskDuration', 'ScriptDuration'].map((name) => 1000 * (after[name] - before[name]));
  return {
    frames,
    framesPerSecond: frames / (after.Timestamp - before.Timestamp),
    taskMsPerFrame: task / frames,
    scriptMsPerFrame: script / frames,
  };
}

function figuresOf([layout, { without, shown, hidden }]) {
  return [
    figure(`${layout}, a frame`, shown.taskMsPerFrame - without.taskMsPerFrame, 'ms', atMost(4)),
    figure(`${layout}, of that in script`, shown.scriptMsPerFrame - without.scriptMsPerFrame, 'ms'),
    figure(`${layout}, frames`, shown.framesPerSecond, 'a second'),
    figure(
      `${layout}, in script while hidden`,
      Math.max(0, hidden.scriptMsPerFrame - without.scriptMsPerFrame),
      'ms a frame',
      atMost(0.1),
    ),
  ];
}
