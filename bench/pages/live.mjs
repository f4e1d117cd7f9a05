/** [page] Realtime contexts: what a listener gets. */
import { delayBetween } from '../../tools/delay.mjs';
import { createPeer, PEERS } from '../peers/peers.mjs';
import { modelUrl } from './model-url.mjs';
import { noisySpeech, play, wait } from './sound.mjs';

/**
 * Longest latency that is looked for, beyond what is declared: more than the prefill of a model of short hops ever
 * rises to by itself.
 */
const MOST_LATENCY_SECONDS = 0.2;

/**
 * Time for the enhanced signal to be faded in, after the latency: a model that takes blocks is heard after two of them.
 */
const SETTLE_MS = 1000;
const settle = (node) => wait(SETTLE_MS + 2000 * (node.latency ?? 0));

/** Measurements during which the latency changes (an underrun raises it) are taken again. */
const ATTEMPTS = 6;

/**
 * Latency by cross-correlation of what enters and what leaves a denoiser, both recorded in the same context, beside
 * what it declares.
 *
 * @param {string} name a peer or a model
 * @param {{ sampleRate: number, seconds: number }} settings
 */
export async function measureLatency(name, { sampleRate, seconds }) {
  const context = new AudioContext({ sampleRate });
  try {
    const source = play(context, await noisySpeech(sampleRate, 10), true);
    const node = await denoiserOf(context, name);
    source.connect(node).connect(context.destination);
    await settle(node);
    for (let attempt = 1; ; attempt++) {
      const declaredBefore = node.latency;
      const [before, after] = await record(context, [source, node], seconds + (declaredBefore ?? 0));
      const steady = node.latency === declaredBefore;
      if (!steady && attempt < ATTEMPTS) continue;
      // Where seconds are declared, what is far from them is not looked at: it would take minutes.
      const from = Math.round(Math.max(0, (declaredBefore ?? 0) - MOST_LATENCY_SECONDS) * sampleRate);
      const most = Math.round((MOST_LATENCY_SECONDS + (declaredBefore ?? 0)) * sampleRate) - from;
      const { samples, exact, likeness } = delayBetween(before, after.subarray(from), most);
      return {
        mode: node.mode,
        // What held while it was recorded: a busy machine may raise it while the correlation is computed.
        declaredSamples: declaredBefore === undefined ? undefined : declaredBefore * sampleRate,
        measuredSamples: from + samples,
        measuredExact: from + exact,
        likeness,
        steady,
      };
    }
  } finally {
    await context.close();
  }
}

/** What a node counted in `seconds` while the main thread did nothing or was blocked half of the time. */
export async function countUnderruns(model, { seconds, blocked }) {
  const context = new AudioContext({ sampleRate: 48000 });
  try {
    const node = await denoiserOf(context, model);
    play(context, await noisySpeech(48000, 10), true)
      .connect(node)
      .connect(context.destination);
    await settle(node);
    const machineLateMs = watchMachine();
    const before = node.getMetrics();
    const stop = blocked ? blockMainThread() : () => {};
    await wait(1000 * seconds);
    stop();
    const after = node.getMetrics();
    return {
      machineLateMs: await machineLateMs(),
      mode: after.mode,
      state: after.state,
      hops: after.hops - before.hops,
      underruns: after.underruns - before.underruns,
      underrunSeconds: after.underrunSeconds - before.underrunSeconds,
      overruns: after.overruns - before.overruns,
      latencyBefore: before.latency,
      latencyAfter: after.latency,
      hopMsP50: after.hopMsP50,
      hopMsP95: after.hopMsP95,
      load: after.load,
      slackMs: 1000 * after.slack,
    };
  } finally {
    await context.close();
  }
}

/** Begins to watch how late threads run; the returned function ends it and tells. */
function watchMachine() {
  const worker = new Worker('/bench/pages/lateness-worker.mjs', { type: 'module' });
  return () =>
    new Promise((resolve) => {
      worker.onmessage = ({ data }) => {
        worker.terminate();
        resolve(data);
      };
      worker.postMessage('end');
    });
}

/** Blocks this thread for 200 of every 400 ms until the returned function is called. */
function blockMainThread() {
  const timer = setInterval(() => {
    const end = performance.now() + 200;
    while (performance.now() < end);
  }, 400);
  return () => clearInterval(timer);
}

/** Latency of a node with the default hint, samples: what it declares as soon as it is ready. */
export async function declaredLatency(model, sampleRate) {
  const context = new AudioContext({ sampleRate });
  try {
    return Math.round((await denoiserOf(context, model)).latency * sampleRate);
  } finally {
    await context.close();
  }
}

/** Milliseconds from nothing to a denoiser that works: import, constructor, ready. Once a page, else it is warm. */
export async function timeToReady(name) {
  const context = new AudioContext({ sampleRate: 48000 });
  try {
    if (!(name in PEERS)) await modelUrl(name); // The bench's own question is no part of it.
    const start = performance.now();
    await denoiserOf(context, name);
    return performance.now() - start;
  } finally {
    await context.close();
  }
}

/** Makes nodes, waits for each to be ready and disposes it, one after the other in one context. */
export async function createAndDispose(model, times) {
  const context = new AudioContext({ sampleRate: 48000 });
  const samples = await noisySpeech(48000, 2);
  for (let i = 0; i < times; i++) {
    const node = await denoiserOf(context, model);
    const source = play(context, samples);
    source.connect(node).connect(context.destination);
    await wait(20);
    source.stop();
    source.disconnect();
    node.dispose();
  }
  await context.close();
}

/** What the package's workers hold. */
export async function takeCensus() {
  const { DenoiseNode } = await import('/dist/denoise-node.js');
  return DenoiseNode.census();
}

async function denoiserOf(context, name) {
  if (name in PEERS) return createPeer(context, name);
  const { DenoiseNode } = await import('/dist/denoise-node.js');
  const node = new DenoiseNode(context, { model: await modelUrl(name) });
  await node.ready;
  return node;
}

async function record(context, nodes, seconds) {
  await context.audioWorklet.addModule('/bench/pages/recorder-processor.js');
  const recorder = new AudioWorkletNode(context, 'bench-recorder', {
    numberOfInputs: nodes.length,
    processorOptions: { frames: Math.round(seconds * context.sampleRate) },
  });
  for (const [input, node] of nodes.entries()) node.connect(recorder, 0, input);
  recorder.connect(context.destination);
  const tracks = await new Promise((resolve) => {
    recorder.port.onmessage = ({ data }) => resolve(data);
  });
  for (const node of nodes) node.disconnect(recorder);
  recorder.disconnect();
  return tracks;
}
