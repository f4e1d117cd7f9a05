// Loads a written model in tfjs (wasm backend) and compares every output with PyTorch's.
//
//   node check_tfjs.mjs MODEL_FOLDER VECTORS_FOLDER [MANIFEST]
//
// VECTORS_FOLDER holds the graph's input and output (features.f32 and mask.f32, say), one entry for each hop or block
// of one stream. The last line printed is JSON: largest error for one stream, for two streams on the batch axis, both
// also in proportion to the largest output, and the time of one hop in a tight loop.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm';

const [folder, vectors, manifestName = 'manifest.json'] = process.argv.slice(2);
tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
setThreadsCount(1);
await tf.setBackend('wasm');

const floats = async (path) => {
  const bytes = await readFile(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
};
const manifest = JSON.parse(await readFile(join(folder, manifestName), 'utf8'));
const topology = JSON.parse(await readFile(join(folder, manifest.graph.model), 'utf8'));
const weights = await readFile(join(folder, topology.weightsManifest[0].paths[0]));
const model = await loadGraphModel({
  load: async () => ({
    format: topology.format,
    signature: topology.signature,
    modelTopology: topology.modelTopology,
    weightSpecs: topology.weightsManifest[0].weights,
    weightData: weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.byteLength),
  }),
});
const { input, output, states } = manifest.graph;
const features = await floats(join(vectors, `${input.name}.f32`));
const expected = await floats(join(vectors, `${output.name}.f32`));
const elements = (shape) => shape.slice(1).reduce((product, size) => product * size, 1);
const featureSize = elements(input.shape);
const outputSize = elements(output.shape);
const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);
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
    const x = tf.tensor(data, [streams, ...input.shape.slice(1)]);
    const feeds = { [input.name]: x };
    states.forEach((s, i) => (feeds[s.input] = state[i]));
    const begun = performance.now();
    const results = [model.execute(feeds, outputs)].flat(); // one output comes without a list
    const found = results[0].dataSync();
    times.push(performance.now() - begun);
    for (let i = 0; i < outputSize; i += 1) {
      maxError = Math.max(maxError, Math.abs(found[i] - expected[hop * outputSize + i]));
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
const maxRelative = Math.max(one.maxError, two.maxError) / largest;
console.log(
  JSON.stringify({ hops, maxError: one.maxError, maxErrorTwoStreams: two.maxError, maxRelative, msPerHop: +one.p50.toFixed(3) }),
);
