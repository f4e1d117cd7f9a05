/** How often a listener hears dry sound because the model was late, in a realtime context. */
import { callInPage, withPage } from '../harness/browser.mjs';
import { atMost, figure } from '../harness/figures.mjs';

export const title = 'Underruns in a realtime context, 48 kHz';

export async function measure({ browser, isolated, plain, models, quick }) {
  const seconds = quick ? 10 : 60;
  const results = [];
  for (const model of models) {
    for (const [server, mode] of [
      [isolated, 'shared'],
      [plain, 'message'],
    ]) {
      for (const blocked of [false, true]) {
        const counts = await withPage(browser, server.origin, (page) =>
          callInPage(page, '/bench/pages/live.mjs', 'countUnderruns', model, { seconds, blocked }),
        );
        if (counts.mode !== mode) throw new Error(`${model}: expected mode "${mode}", found "${counts.mode}".`);
        results.push({ model, seconds, blocked, ...counts });
      }
    }
  }
  return { data: results, figures: results.flatMap(figuresOf) };
}

function figuresOf({
  model,
  mode,
  seconds,
  blocked,
  underruns,
  latencyAfter,
  hopMsP50,
  hopMsP95,
  load,
  machineLateMs,
}) {
  const label = `${model}, ${mode} mode, main thread ${blocked ? 'blocked half of the time' : 'idle'}`;
  return [
    figure(`${label}, in ${seconds} s`, underruns, 'underruns', atMost(0)),
    figure(`${label}, latency at the end`, 1000 * latencyAfter, 'ms'),
    figure(`${label}, hop, p50`, hopMsP50, 'ms'),
    figure(`${label}, hop, p95`, hopMsP95, 'ms'),
    figure(`${label}, load of the worker`, 100 * load, '%'),
    figure(`${label}, an idle thread was late by at most`, machineLateMs.most, 'ms'),
  ];
}
