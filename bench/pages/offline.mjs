/** [page] Whole OfflineAudioContexts, ours and the peers'. */
import { createPeer, PEER_RATE_HZ, PEERS } from '../peers/peers.mjs';
import { modelUrl } from './model-url.mjs';
import { noisySpeech, play } from './sound.mjs';

/**
 * Milliseconds that a context takes to render `seconds` of sound, one value a round, by name; '' is the context without
 * a denoiser.
 *
 * @param {string[]} names peers, models or ''
 * @param {{ rounds: number, seconds: number }} extent
 */
export async function measureRendering(names, { rounds, seconds }) {
  const samples = await noisySpeech(PEER_RATE_HZ, seconds);
  const results = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) results[name].push(await renderingTime(name, samples));
  }
  return results;
}

async function renderingTime(name, samples) {
  const context = new OfflineAudioContext(1, samples.length, PEER_RATE_HZ);
  const source = play(context, samples);
  const node = await denoiserOf(context, name);
  (node === undefined ? source : source.connect(node)).connect(context.destination);
  const start = performance.now();
  const rendered = (await context.startRendering()).getChannelData(0);
  const elapsed = performance.now() - start;
  if (rendered.every((sample) => sample === 0)) throw new Error(`${name} gave silence.`);
  if (node !== undefined && name in PEERS) node.destroy();
  else node?.dispose();
  return elapsed;
}

async function denoiserOf(context, name) {
  if (name === '') return undefined;
  if (name in PEERS) return createPeer(context, name);
  const { DenoiseNode } = await import('/dist/denoise-node.js');
  const node = new DenoiseNode(context, { model: await modelUrl(name) });
  await node.ready;
  return node;
}
