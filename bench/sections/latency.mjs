/** Latency in a realtime context: measured by cross-correlation, beside what the node declares. */
import { callInPage, withPage } from '../harness/browser.mjs';
import { atMost, figure } from '../harness/figures.mjs';

export const title = 'Latency in a realtime context';

const RATES_HZ = [16000, 44100, 48000];
const PEER_NAMES = ['rnnoise', 'gtcrn', 'speex'];
const PEER_RATE_HZ = 48000;

/** With the default hint, at 48 kHz, of models that take hops; blocks last longer. */
const MOST_MS = 33;
const OF_HOPS = ['base', 'tiny'];

export async function measure({ browser, isolated, plain, models, quick }) {
  const seconds = quick ? 2 : 5;
  const results = [];
  // Shared memory needs the isolation headers; the server without them is what message mode is for.
  for (const [server, mode] of [
    [isolated, 'shared'],
    [plain, 'message'],
  ]) {
    for (const model of models) {
      for (const sampleRate of RATES_HZ)
        results.push(await measureOne(browser, server, model, { sampleRate, seconds }, mode));
    }
  }
  for (const peer of PEER_NAMES)
    results.push(await measureOne(browser, isolated, peer, { sampleRate: PEER_RATE_HZ, seconds }));
  return { data: results, figures: results.flatMap(figuresOf) };
}

async function measureOne(browser, server, name, settings, expectedMode) {
  const result = await withPage(browser, server.origin, (page) =>
    callInPage(page, '/bench/pages/live.mjs', 'measureLatency', name, settings),
  );
  if (result.mode !== expectedMode)
    throw new Error(`${name}: expected mode "${expectedMode}", found "${result.mode}".`);
  const { sampleRate } = settings;
  return { name, sampleRate, ...result, measuredMs: (1000 * result.measuredSamples) / sampleRate };
}

function figuresOf({ name, sampleRate, mode, measuredMs, measuredSamples, declaredSamples, steady }) {
  const notes = [mode && `${mode} mode`, steady ? undefined : 'moving: not comparable'].filter(Boolean);
  const label = [`${name}, ${sampleRate / 1000} kHz`, ...notes].join(', ');
  const ours = declaredSamples !== undefined;
  return [
    figure(
      label,
      measuredMs,
      'ms',
      OF_HOPS.includes(name) && sampleRate === 48000 && mode === 'shared' ? atMost(MOST_MS) : undefined,
    ),
    ...(ours
      ? [
          figure(
            `${label}, measured beside declared`,
            Math.abs(measuredSamples - declaredSamples),
            'samples',
            atMost(1),
          ),
        ]
      : []),
  ];
}
