/**
 * What a denoiser costs beside the others, one line each: computing time, latency, parameters, bytes. The quality table
 * takes them from here.
 */
import { readFile } from 'node:fs/promises';
import { readModel } from '../../tools/models.mjs';
import { callInPage, withPage } from '../harness/browser.mjs';
import { figure } from '../harness/figures.mjs';
import { median } from '../harness/statistics.mjs';
import { PEER_RATE_HZ, PEERS, peerFiles } from '../peers/peers.mjs';

export const title = 'Every denoiser on one line, one stream at 48 kHz';

const TICKS_PER_SECOND = 100;

export async function measure({ browser, isolated, models, quick }) {
  const peers = Object.keys(PEERS);
  const names = [...models, ...peers];
  const extent = quick ? { rounds: 3, ticks: 300 } : { rounds: 7, ticks: 1000 };
  const inPage = (module, exported, ...args) =>
    withPage(browser, isolated.origin, (page) => callInPage(page, `/bench/pages/${module}.mjs`, exported, ...args));
  const tight = await inPage('contenders', 'measureTight', names, extent);
  const data = {};
  for (const model of models) {
    const { manifest, bytes } = readModel(model);
    const latencySamples = await inPage('live', 'declaredLatency', model, PEER_RATE_HZ).catch((error) => {
      // The other figures are worth having.
      console.error(`  ${model}: no latency: ${error.message}`);
    });
    data[model] = { ...costOf(tight[model], latencySamples), parameters: manifest.cost.parameters, bytes };
  }
  for (const peer of peers) {
    const { samples } = await inPage('enhance', 'measurePeerDelay', peer);
    const [, , wasm] = peerFiles(peer);
    // Network and code are one file; how much of it is weights it does not say.
    data[peer] = {
      ...costOf(tight[peer], samples),
      bytes: (await readFile(new URL(`../..${wasm}`, import.meta.url))).length,
    };
  }
  return { data, figures: names.flatMap((name) => figuresOf(name, data[name])) };
}

function costOf(tight, latencySamples) {
  const latency = latencySamples === undefined ? {} : { latencyMs: (1000 * latencySamples) / PEER_RATE_HZ };
  return { microsPerSecond: TICKS_PER_SECOND * median(tight), ...latency };
}

function figuresOf(name, { microsPerSecond, latencyMs, parameters, bytes }) {
  return [
    figure(`${name}, a second of sound, tight loop in a worker`, microsPerSecond, 'µs'),
    ...(latencyMs === undefined ? [] : [figure(`${name}, latency`, latencyMs, 'ms')]),
    ...(parameters === undefined ? [] : [figure(`${name}, parameters`, parameters, '')]),
    figure(`${name}, on disk`, bytes / 1000, 'KB'),
  ];
}
