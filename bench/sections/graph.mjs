/**
 * What a model computes for one hop: as its manifest says, and counted: operations in the graph, multiply-adds while it
 * runs.
 */

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { readModel } from '../../tools/models.mjs';
import { atMost, figure } from '../harness/figures.mjs';

export const title = 'Operations of one hop';

/** Nodes of a graph that compute nothing. */
const DATA = ['Const', 'Placeholder', 'Identity', 'NoOp'];

const BARS = { base: { ops: 80, macs: 10e6 }, tiny: { ops: 60, macs: 2e6 } };

export async function measure({ models }) {
  const tf = await startTensorFlow();
  const data = {};
  for (const model of models) data[model] = await countOperations(tf, readModel(model).url);
  return { data, figures: models.flatMap((model) => figuresOf(model, data[model])) };
}

function figuresOf(model, { declared, counted }) {
  const bars = BARS[model];
  return [
    figure(`${model}, operations, counted`, counted.ops, '', bars && atMost(bars.ops)),
    figure(`${model}, operations, by its manifest`, declared.ops, ''),
    figure(`${model}, multiply-adds, counted`, counted.macs / 1e6, 'MMAC', bars && atMost(bars.macs / 1e6)),
    figure(`${model}, multiply-adds, by its manifest`, declared.macs / 1e6, 'MMAC'),
    figure(`${model}, parameters`, declared.parameters, ''),
  ];
}

async function startTensorFlow() {
  // The wasm backend's build for Node is CommonJS; core and converter must be the instances that it knows.
  const require = createRequire(import.meta.url);
  const core = require('@tensorflow/tfjs-core');
  require('@tensorflow/tfjs-backend-wasm');
  const { loadGraphModel } = require('@tensorflow/tfjs-converter');
  await core.setBackend('wasm');
  return { core, loadGraphModel };
}

async function countOperations({ core, loadGraphModel }, manifestUrl) {
  const manifest = JSON.parse(await readFile(manifestUrl, 'utf8'));
  const artifacts = await readArtifacts(new URL('.', manifestUrl), manifest);
  const graph = await loadGraphModel({ load: () => Promise.resolve(artifacts) });
  const { input, output, states } = manifest.graph;
  const zeros = (shape) => core.zeros([1, ...shape.slice(1)]);
  const inputs = {
    [input.name]: zeros(input.shape),
    ...Object.fromEntries(states.map((state) => [state.input, zeros(state.shape)])),
  };
  const { kernels } = await core.profile(() =>
    core.tidy(() => graph.execute(inputs, [output.name, ...states.map((state) => state.output)])),
  );
  const operations = artifacts.modelTopology.node.map(({ op }) => op).filter((op) => !DATA.includes(op));
  const { opsPerHop, macsPerHop, parameters } = manifest.cost;
  const result = {
    declared: { ops: opsPerHop, macs: macsPerHop, parameters },
    counted: {
      ops: operations.length,
      macs: kernels.reduce((sum, kernel) => sum + macsOf(kernel), 0),
      byOperation: Object.fromEntries(
        [...new Set(operations)].sort().map((op) => [op, operations.filter((one) => one === op).length]),
      ),
    },
  };
  graph.dispose();
  return result;
}

/** Multiply-adds of a kernel: each output element takes one for each element that is summed up in it. */
function macsOf({ name, inputShapes, outputShapes }) {
  const outputs = size(outputShapes[0]);
  switch (name) {
    case '_FusedMatMul':
    case 'BatchMatMul':
      // [… rows, summed] × [… summed, columns]; the engine's graphs are not transposed.
      return outputs * inputShapes[0].at(-1);
    case 'FusedConv2D':
    case 'Conv2D':
      // The filter is [height, width, channels in, channels out].
      return outputs * size(inputShapes[1].slice(0, 3));
    case 'DepthwiseConv2dNative':
    case 'FusedDepthwiseConv2D':
      return outputs * size(inputShapes[1].slice(0, 2));
    default:
      return 0;
  }
}

function size(shape) {
  return shape.reduce((product, length) => product * length, 1);
}

async function readArtifacts(folder, manifest) {
  const { modelTopology, signature, weightsManifest } = JSON.parse(
    await readFile(new URL(manifest.graph.model, folder), 'utf8'),
  );
  const parts = await Promise.all(
    weightsManifest.flatMap(({ paths }) => paths).map((path) => readFile(new URL(path, folder))),
  );
  return {
    modelTopology,
    signature,
    weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
    weightData: new Uint8Array(Buffer.concat(parts)).buffer,
  };
}
