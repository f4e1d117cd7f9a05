/** [worker] One denoiser, driven by 10 ms of sound at a time: tight, or one hop every 10 ms. */

import { startPeerHere } from '../peers/peer-in-worker.mjs';
import { PEERS } from '../peers/peers.mjs';
import { modelUrl } from './model-url.mjs';
import { productTick } from './product-tick.mjs';

const TICK_MS = 10;
const RATE_HZ = 48000;
const TICK_SAMPLES = (RATE_HZ * TICK_MS) / 1000;

/**
 * Processes the next 10 ms; true if the denoiser computed in it. Blocks of a second compute in one tick of a hundred.
 */
let tick;

const handlers = {
  async prepare({ name, streams, samples }) {
    if (name === 'product') tick = await productTick();
    else if (Object.hasOwn(PEERS, name)) tick = await peerTick(name, samples);
    else tick = await modelTick(name, streams, samples);
  },

  tight({ ticks }) {
    // From one computation to another: sound that was only collected must not be counted as denoised.
    while (!tick());
    const start = performance.now();
    let count = 0;
    for (let computed = false; count < ticks || !computed; count++) computed = tick();
    return (1000 * (performance.now() - start)) / count;
  },

  paced({ ticks }) {
    const micros = [];
    const never = new Int32Array(new SharedArrayBuffer(4));
    let due = performance.now();
    for (let i = 0; i < ticks; i++) {
      due += TICK_MS;
      Atomics.wait(never, 0, 0, Math.max(0, due - performance.now()));
      const start = performance.now();
      tick();
      micros.push(1000 * (performance.now() - start));
    }
    return micros;
  },
};

globalThis.onmessage = async ({ data }) => {
  try {
    postMessage({ answer: await handlers[data.type](data) });
  } catch (error) {
    postMessage({ error: error.stack });
  }
};

/** Ours: the engine as the package's worker calls it, sound in and out included. */
async function modelTick(name, count, samples) {
  const { Denoiser } = await import('/dist/engine.js');
  const denoiser = await Denoiser.load({
    modelUrl: await modelUrl(name),
    wasmUrl: '/dist/wasm/',
  });
  const streams = Array.from({ length: count }, () => denoiser.createStream(RATE_HZ));
  const enhanced = new Float32Array(4 * TICK_SAMPLES);
  let at = 0;
  return () => {
    // Streams hear different parts of the recording.
    for (const [i, stream] of streams.entries())
      stream.push(samples, (at + i * 7 * TICK_SAMPLES) % samples.length, TICK_SAMPLES);
    const computes = streams[0].hopReady;
    while (streams[0].hopReady) denoiser.step(streams);
    for (const stream of streams) stream.pull(enhanced, 0, enhanced.length);
    at = (at + TICK_SAMPLES) % samples.length;
    return computes;
  };
}

/** A peer: its processor as a context calls it, whole render quanta only. */
async function peerTick(name, samples) {
  const { process, quantumSamples } = await startPeerHere(name, RATE_HZ);
  const input = new Float32Array(quantumSamples);
  const output = new Float32Array(quantumSamples);
  let owed = 0;
  let at = 0;
  return () => {
    for (owed += TICK_SAMPLES; owed >= quantumSamples; owed -= quantumSamples) {
      for (let i = 0; i < quantumSamples; i++) input[i] = samples[(at + i) % samples.length];
      process(input, output);
      at = (at + quantumSamples) % samples.length;
    }
    return true;
  };
}
