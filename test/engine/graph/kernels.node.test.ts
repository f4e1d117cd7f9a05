/** Our own kernels beside those of TensorFlow.js, over random layers and over speech. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { SampleQueue } from '../../../src/engine/dsp/sample-queue.ts';
import { buildGraph } from '../../../src/engine/graph/build-graph.ts';
import type { Executor } from '../../../src/engine/graph/executor.ts';
import { elements } from '../../../src/engine/graph/graph-contract.ts';
import { GraphExecutor } from '../../../src/engine/graph/graph-executor.ts';
import { KernelPlan } from '../../../src/engine/graph/kernel-plan.ts';
import { recordKernels } from '../../../src/engine/graph/kernel-recorder.ts';
import type { Kernels } from '../../../src/engine/graph/kernels/load-kernels.ts';
import { makeExecutor } from '../../../src/engine/graph/make-executor.ts';
import { loadModelFiles, type ModelFiles } from '../../../src/engine/graph/model-files.ts';
import { PlanExecutor } from '../../../src/engine/graph/plan-executor.ts';
import { startBackend } from '../../../src/engine/graph/start-backend.ts';
import { HopPaths } from '../../../src/engine/hops/hop-path.ts';
import type { StreamingManifest } from '../../../src/engine/manifest/streaming-manifest.ts';
import { Random } from '../../../tools/fuzz/random.ts';
import { listModels } from '../../../tools/models.mjs';
import { recordedRun } from '../../support/recorded-run.ts';
import { instantiated } from '../own-kernels.ts';
import { largestDifference } from '../signals.ts';

const SPEECH = new URL('../../fixtures/noisy-speech.wav', import.meta.url);
/** Layers of each form for each build. */
const LAYERS = 60;
const TOLERANCE = 1e-5;
/** 10 s of 10 ms. */
const STEPS = 1000;

/** What is tried: a layer of TensorFlow.js, over random weights, of which our kernels do a part or all. */
type Layer = (random: Random) => { readonly inputs: readonly number[][]; run(...inputs: tf.Tensor[]): tf.Tensor };

const LAYERS_BY_NAME: Readonly<Record<string, Layer>> = {
  'products of joined rows': (random) => {
    const [rows, depth, more, columns] = [
      random.length(70),
      random.length(90),
      random.length(60),
      8 * random.length(9),
    ];
    const [weights, bias] = [values(random, depth + more, columns), values(random, columns)];
    const activation = random.pick(['linear', 'relu', 'sigmoid'] as const);
    return {
      inputs: [
        [rows, depth],
        [rows, more],
      ],
      run: (x, y) =>
        tf.fused.matMul({ a: tf.concat([x, y], 1) as tf.Tensor2D, b: weights as tf.Tensor2D, bias, activation }),
    };
  },
  'products of turned rows, and back': (random) => {
    const [batch, rows, depth, columns] = [
      random.length(3),
      random.length(40),
      random.length(40),
      8 * random.length(7),
    ];
    const [weights, bias] = [values(random, depth, columns), values(random, columns)];
    return {
      inputs: [[batch, depth, rows]],
      run: (x) => {
        const turned = tf.reshape(tf.transpose(x, [0, 2, 1]), [-1, depth]) as tf.Tensor2D;
        const product = tf.fused.matMul({ a: turned, b: weights as tf.Tensor2D, bias, activation: 'relu' });
        return tf.transpose(tf.reshape(product, [-1, rows, columns]), [0, 2, 1]);
      },
    };
  },
  'convolutions along one axis': (random) => {
    const [batch, width, channels] = [random.length(3), 1 + random.length(60), random.length(20)];
    const [taps, stride, columns] = [random.length(Math.min(7, width)), random.length(3), 8 * random.length(5)];
    const [filter, bias] = [values(random, 1, taps, channels, columns) as tf.Tensor4D, values(random, columns)];
    const pad = random.pick(['same', 'valid'] as const);
    return {
      inputs: [[batch, 1, width, channels]],
      run: (x) => tf.fused.conv2d({ x: x as tf.Tensor4D, filter, strides: [1, stride], pad, bias, activation: 'relu' }),
    };
  },
  recurrences: (random) => {
    const [rows, columns, shift] = [random.length(40), random.length(70), tf.scalar(0.5)];
    const size = [rows, columns];
    return {
      inputs: [size, size, size],
      run: (x, gate, memory) => {
        const candidate = tf.sub(tf.sigmoid(x), shift);
        return tf.add(candidate, tf.mul(tf.sigmoid(gate), tf.sub(memory, candidate)));
      },
    };
  },
  'sums and activations': (random) => {
    const size = [random.length(40), random.length(70)];
    return { inputs: [size, size], run: (x, y) => tf.add(tf.tanh(x), tf.relu(tf.add(x, y))) };
  },
};

for (const build of ['simd', 'relaxed-simd'] as const)
  describe(`our kernels (${build})`, () => {
    let kernels: Kernels | undefined;

    before(async () => {
      await startBackend();
      kernels = await instantiated(build);
    });

    for (const [name, layer] of Object.entries(LAYERS_BY_NAME))
      it(`give what TensorFlow.js gives for ${name}`, (test) => {
        if (kernels === undefined) return test.skip('no relaxed SIMD');
        for (let seed = 1; seed <= LAYERS; seed++) {
          const { runs, found, expected } = bothOf(layer, kernels, seed, (value) => value);
          assert.ok(runs > 0, `seed ${seed}: not by our kernels`);
          assert.ok(expected.length > 0 && expected.length === found.length);
          expected.forEach((value, i) => {
            const isNear = Math.abs(found[i] - value) <= TOLERANCE * Math.max(1, Math.abs(value));
            assert.ok(isNear, `seed ${seed}, value ${i}: expected ${value}, found ${found[i]}`);
          });
        }
      });

    it('say of values that are none what TensorFlow.js says, and stop at none', (test) => {
      if (kernels === undefined) return test.skip('no relaxed SIMD');
      for (const layer of Object.values(LAYERS_BY_NAME))
        for (let seed = 1; seed <= LAYERS; seed++) {
          const odd = new Random(seed);
          const spoil = (value: number): number => (odd.chance(0.02) ? odd.pick(ODD_VALUES) : value);
          const { found, expected } = bothOf(layer, kernels, seed, spoil);
          expected.forEach((value, i) => {
            // A maximum with zero may lose what is not a number; a sum of large values may overflow in another order.
            if (!Number.isFinite(value) || Math.abs(value) > 1e30) return;
            const isNear = Math.abs(found[i] - value) <= TOLERANCE * Math.max(1, Math.abs(value));
            assert.ok(isNear || Number.isNaN(found[i]), `seed ${seed}, value ${i}: expected ${value}, got ${found[i]}`);
          });
        }
    });

    for (const { name, url } of listModels().filter(({ package: of }) => of === 'denoise-node'))
      it(`agree with GraphModel over 10 s of speech with ${name}`, async (test) => {
        if (kernels === undefined) return test.skip('no relaxed SIMD');
        const files = await loadModelFiles(url);
        const graph = buildGraph(files);
        const { graph: contract } = files.manifest;
        const planned = new PlanExecutor(recordedRun(graph, contract, 1), contract, 1, kernels);
        assert.equal(planned.kernels, build);
        const [reference, found] = [new GraphExecutor(graph, contract, 1), planned].map((one) => runSpeech(one, files));
        assert.ok(largestDifference(reference, found) < TOLERANCE, String(largestDifference(reference, found)));
        planned.dispose();
        graph.dispose();
      });
  });

describe('makeExecutor', () => {
  it('takes the next kernels where some fail or disagree, and those of TensorFlow.js behind the last', async () => {
    await startBackend();
    const simd = (await instantiated('simd')) as Kernels;
    const idle: Kernels = { build: 'relaxed-simd', run: () => {} };
    const failing: Kernels = {
      build: 'relaxed-simd',
      run: () => {
        throw new WebAssembly.RuntimeError('unreachable');
      },
    };
    const [{ url }] = listModels();
    const files = await loadModelFiles(url);
    const graph = buildGraph(files);
    const before = tf.memory().numTensors;
    for (const [given, expected] of [
      [[idle, simd], 'simd'],
      [[failing, simd], 'simd'],
      [[idle, failing], 'tensorflow'],
      [[], 'tensorflow'],
    ] as const) {
      const executor = makeExecutor(graph, files.manifest.graph, 1, given);
      assert.equal(executor.kernels, expected);
      executor.dispose();
    }
    assert.equal(tf.memory().numTensors, before);
    graph.dispose();
  });
});

/** Small enough to be lost, too large to be added, and none at all. */
const ODD_VALUES = [1e-42, -1e-42, 0, -0, 1e30, -1e30, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];

/** A layer's output from our kernels and from TensorFlow.js, for inputs in ±2 as `change` leaves them. */
function bothOf(layer: Layer, kernels: Kernels, seed: number, change: (value: number) => number) {
  const random = new Random(seed);
  const tensors = tf.memory().numTensors;
  let runs = 0;
  const counted: Kernels = {
    build: kernels.build,
    run: (at, count) => {
      runs += count;
      kernels.run(at, count);
    },
  };
  tf.engine().startScope();
  const { inputs, run } = layer(random);
  const given = inputs.map((shape) => values(random, ...shape));
  const outputs: tf.Tensor[] = [];
  const calls = recordKernels(() => outputs.push(tf.tidy(() => run(...given))));
  assert.ok(calls !== undefined);
  const plan = new KernelPlan({ calls, inputs: given, outputs }, counted);
  const data = given.map((tensor) => Float32Array.from(tensor.dataSync(), change));
  for (const [i, input] of data.entries()) plan.setInput(i, 0, input);
  plan.run();
  const expected = tf.tidy(() => {
    const changed = data.map((input, i) => tf.tensor(input, inputs[i], 'float32'));
    return run(...changed)
      .dataSync<'float32'>()
      .slice();
  });
  const found = new Float32Array(expected.length);
  plan.getOutput(0, 0, found);
  plan.dispose();
  tf.engine().endScope();
  assert.equal(tf.memory().numTensors, tensors);
  return { runs, found, expected };
}

function values(random: Random, ...shape: number[]): tf.Tensor {
  const length = shape.reduce((product, size) => product * size, 1);
  const within = Float32Array.from({ length }, () => 4 * random.next() - 2);
  return tf.tensor(within, shape, 'float32');
}

/** The estimates for speech in noise, and what the memories are in the end. */
function runSpeech(executor: Executor, { manifest }: ModelFiles): Float32Array {
  const { input, output, states } = manifest.graph;
  const bytes = readFileSync(SPEECH);
  const speech = Float32Array.from(
    { length: (bytes.length - 44) >> 1 },
    (_, i) => bytes.readInt16LE(44 + 2 * i) / 32768,
  );
  const path = new HopPaths(manifest as StreamingManifest).createPath();
  const hop = (manifest as StreamingManifest).framing.hopSamples;
  const queue = new SampleQueue(2 * hop);
  const memory = { values: states.map((state) => new Float32Array(elements(state.shape))) };
  const features = new Float32Array(elements(input.shape));
  const size = elements(output.shape);
  const estimates = new Float32Array(STEPS * size);
  for (let step = 0; step < STEPS; step++) {
    const from = (step * hop) % (speech.length - hop);
    queue.pushAll(speech, from, hop);
    path.analyse(queue, features, 0);
    executor.step([memory], 0, features, estimates.subarray(step * size, (step + 1) * size));
  }
  return Float32Array.from([...estimates, ...memory.values.flatMap((state) => [...state])]);
}
