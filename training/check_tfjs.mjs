// Loads a written model in tfjs (wasm backend) and compares every mask with PyTorch's.
//
//   node check_tfjs.mjs MODEL_FOLDER VECTORS_FOLDER
//
// VECTORS_FOLDER holds features.f32 and mask.f32, one entry for each hop of one stream. The last line printed is JSON:
// largest error for one stream, for two streams on the batch axis, and the time of one hop in a tight loop.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm';

const [folder, vectors] = process.argv.slice(2);
tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
setThreadsCount(1);
await tf.setBackend('wasm');

const floats = async (path) => {
  const bytes = await readFile(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
};
const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'));
const topology = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8'));
const weights = await readFile(join(folder, 'weights.bin'));
const model = await loadGraphModel({
  load: async () => ({
    format: topology.format,
    signature: topology.signature,
    modelTopology: topology.modelTopology,
    weightSpecs: topology.weightsManifest[0].weights,
    weightData: weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.byteLength),
  }),
});
const features = await floats(join(vectors, 'features.f32'));
const expected = await floats(join(vectors, 'mask.f32'));
const { input, output, states } = manifest.graph;
const featureSize = input.shape[1] * input.shape[2];
const maskSize = output.shape[1] * output.shape[2];
const hops = features.length / featureSize;
const outputs = [output.name, ...states.map((s) => s.output)];

// Stream 0 hears the vectors, stream 1 (if there is one) hears them `lag` hops later.
const lag = 5;
function run(streams, count) {
  let state = states.map((s) => tf.zeros([streams, s.shape[1], s.shape[2]]));
  let maxError = 0;
  const times = [];
  for (let hop = 0; hop < count; hop += 1) {
    const data = new Float32Array(streams * featureSize);
    for (let s = 0; s < streams; s += 1) {
      const from = hop - s * lag;
      if (from >= 0) data.set(features.subarray(from * featureSize, (from + 1) * featureSize), s * featureSize);
    }
    const x = tf.tensor(data, [streams, input.shape[1], input.shape[2]]);
    const feeds = { [input.name]: x };
    states.forEach((s, i) => (feeds[s.input] = state[i]));
    const begun = performance.now();
    const results = model.execute(feeds, outputs);
    const mask = results[0].dataSync();
    times.push(performance.now() - begun);
    for (let i = 0; i < maskSize; i += 1) {
      maxError = Math.max(maxError, Math.abs(mask[i] - expected[hop * maskSize + i]));
    }
    tf.dispose([x, results[0], ...state]);
    state = results.slice(1);
  }
  tf.dispose(state);
  times.sort((a, b) => a - b);
  return { maxError: Number.isNaN(maxError) ? Infinity : maxError, p50: times[times.length >> 1] };
}

const before = tf.memory().numTensors;
const one = run(1, hops);
const two = run(2, Math.min(hops, 100));
const grown = tf.memory().numTensors - before;
if (grown !== 0) throw new Error(`${grown} tensors were left behind`);
console.log(JSON.stringify({ hops, maxError: one.maxError, maxErrorTwoStreams: two.maxError, msPerHop: +one.p50.toFixed(3) }));
