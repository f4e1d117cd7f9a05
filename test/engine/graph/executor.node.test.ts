import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import { memory } from '@tensorflow/tfjs-core';
import type { Executor } from '../../../src/engine/graph/executor.ts';
import { elements } from '../../../src/engine/graph/graph-contract.ts';
import { GraphExecutor } from '../../../src/engine/graph/graph-executor.ts';
import { makeExecutor } from '../../../src/engine/graph/make-executor.ts';
import { loadModelFiles, parseJson } from '../../../src/engine/graph/model-files.ts';
import { PlanExecutor } from '../../../src/engine/graph/plan-executor.ts';
import { Denoiser } from '../../../src/engine/index.ts';
import { type Manifest, takesBlocks } from '../../../src/engine/manifest/manifest.ts';
import { listModels } from '../../../tools/models.mjs';
import { recordedRun } from '../../support/recorded-run.ts';
import { noise } from '../signals.ts';

/** Enough for what a memory gathers; a block carries none. */
const HOPS = 50;
const BLOCKS = 2;

for (const { name, url: MODEL_URL } of listModels().filter(({ name }) => !name.includes('/')))
  describe(`PlanExecutor of ${name}`, () => {
    let denoiser: Denoiser;
    let graph: GraphModel;
    let manifest: Manifest;

    before(async () => {
      denoiser = await Denoiser.load({ modelUrl: MODEL_URL });
      manifest = denoiser.manifest;
      const { bytes } = await loadModelFiles(MODEL_URL);
      const json = parseJson(bytes.get(manifest.graph.model) as Uint8Array, 'model.json') as {
        modelTopology: object;
        signature: object;
        weightsManifest: { paths: string[]; weights: never[] }[];
      };
      const weights = bytes.get(json.weightsManifest[0].paths[0]) as Uint8Array;
      graph = await loadGraphModel({
        load: () =>
          Promise.resolve({
            modelTopology: json.modelTopology,
            signature: json.signature,
            weightSpecs: json.weightsManifest[0].weights,
            weightData: weights.slice().buffer,
          }),
      });
    });

    after(() => {
      graph.dispose();
      denoiser.dispose();
    });

    for (const streams of [1, 2, 3, 4]) {
      it(`gives GraphModel's own bits for ${streams} stream(s), step for step`, () => {
        const reference = run(new GraphExecutor(graph, manifest.graph, streams), streams);
        const planned = run(
          new PlanExecutor(recordedRun(graph, manifest.graph, streams), manifest.graph, streams),
          streams,
        );
        assert.ok(reference.every((value, i) => Object.is(value, planned[i])));
        assert.ok(reference.some((value) => value !== reference[0]));
      });
    }

    it('is what bundled models run on', () => {
      const executor = makeExecutor(graph, manifest.graph, 1);
      assert.ok(executor instanceof PlanExecutor);
      executor.dispose();
    });

    it('holds no tensors and says how much memory it holds', () => {
      const before = memory().numTensors;
      const executor = new PlanExecutor(recordedRun(graph, manifest.graph, 2), manifest.graph, 2);
      assert.equal(memory().numTensors, before);
      assert.ok(executor.bytes > 1e5 && executor.bytes < 5e7, String(executor.bytes));
      executor.dispose();
    });

    function run(executor: Executor, streams: number): Float32Array {
      const { input, output, states } = manifest.graph;
      const memories = Array.from({ length: streams }, () => ({
        values: states.map((state) => new Float32Array(elements(state.shape))),
      }));
      const estimates = new Float32Array(streams * elements(output.shape));
      const steps = takesBlocks(manifest) ? BLOCKS : HOPS;
      for (let step = 0; step < steps; step++)
        executor.step(memories, 0, noise(streams * elements(input.shape), step + 1, 0.5), estimates);
      executor.dispose();
      return estimates;
    }
  });
