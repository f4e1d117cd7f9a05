/** [page] Denoisers side by side, each in a worker of its own; one computes at a time, and they take turns. */
import { PEER_RATE_HZ } from '../peers/peers.mjs';
import { noisySpeech } from './sound.mjs';

/**
 * As fast as it goes: microseconds per 10 ms of sound, one value a round.
 *
 * @param {string[]} names peers or models, or 'product' (product-tick.mjs)
 * @returns {Promise<Record<string, number[]>>}
 */
export async function measureTight(names, { rounds, ticks }) {
  return inTurns(names, rounds, 1, async (ask) => [await ask({ type: 'tight', ticks })]);
}

/** One hop every 10 ms, as live: microseconds of every single hop. */
export async function measurePaced(names, { rounds, ticks }) {
  return inTurns(names, rounds, 1, (ask) => ask({ type: 'paced', ticks }));
}

/**
 * Several streams in one batch: microseconds per 10 ms for all of them together, one value a round, by number of
 * streams.
 */
export async function measureStreams(model, counts, { rounds, ticks }) {
  const results = Object.fromEntries(counts.map((count) => [count, []]));
  const workers = [];
  for (const count of counts) workers.push(await startContender(model, count));
  for (let round = 0; round < rounds; round++) {
    for (const [i, count] of counts.entries()) results[count].push(await workers[i].ask({ type: 'tight', ticks }));
  }
  for (const { worker } of workers) worker.terminate();
  return results;
}

async function inTurns(names, rounds, streams, measure) {
  const contenders = [];
  for (const name of names) contenders.push({ name, ...(await startContender(name, streams)) });
  const results = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, ask } of contenders) results[name].push(...(await measure(ask)));
  }
  for (const { worker } of contenders) worker.terminate();
  return results;
}

/** A worker that has loaded its denoiser and has warmed up. */
async function startContender(name, streams) {
  const worker = new Worker('/bench/pages/contender-worker.mjs', { type: 'module' });
  const ask = (message) =>
    new Promise((resolve, reject) => {
      worker.onerror = (event) => reject(new Error(`${name}: ${event.message}`));
      worker.onmessage = ({ data }) =>
        'error' in data ? reject(new Error(`${name}: ${data.error}`)) : resolve(data.answer);
      worker.postMessage(message);
    });
  await ask({ type: 'prepare', name, streams, samples: await noisySpeech(PEER_RATE_HZ, 10) });
  await ask({ type: 'tight', ticks: 200 });
  return { worker, ask };
}
