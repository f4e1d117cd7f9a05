/**
 * In:     a model's verified files (model-files.ts)
 * Out:    the TensorFlow.js graph that they describe, to model.ts
 * Thread: [worker], or whoever runs the engine
 */
import { type GraphModel, loadGraphModelSync } from '@tensorflow/tfjs-converter';
import { keep, tidy } from '@tensorflow/tfjs-core';
import { DenoiseError } from '../../shared/errors.ts';
import { quoted, shortened } from '../../shared/quoted.ts';
import { type ModelFiles, parseJson } from './model-files.ts';
import { modelMismatch, reasonOf } from './model-mismatch.ts';
import { sizeOf } from './plan-memory.ts';

/** model.json as the TensorFlow.js converter writes it. */
interface ModelJson {
  readonly modelTopology: object;
  readonly signature?: object;
  readonly weightsManifest: readonly { readonly paths: readonly string[]; readonly weights: WeightSpec[] }[];
}

type Artifacts = Extract<Parameters<typeof loadGraphModelSync>[0], { weightSpecs?: unknown }>;
type WeightSpec = NonNullable<Artifacts['weightSpecs']>[number];

/** Needs a started backend. DenoiseError 'model-mismatch' or 'model-corrupt' where the files are no graph. */
export function buildGraph(files: ModelFiles): GraphModel {
  const { manifest, bytes, url, manifestUrl } = files;
  const graphUrl = `${url}${manifest.graph.model}`;
  const json = bytes.get(manifest.graph.model);
  if (json === undefined) {
    throw modelMismatch(
      `${shortened(manifestUrl)}: field "files": expected ${quoted(manifest.graph.model)}, ` +
        'which "graph.model" names, found none.',
    );
  }
  try {
    const parsed = parseJson(json, graphUrl) as ModelJson;
    const paths = parsed.weightsManifest.flatMap((group) => group.paths);
    const parts = paths.map((path) => {
      const part = bytes.get(path);
      if (part !== undefined) return part;
      throw modelMismatch(
        `${shortened(manifestUrl)}: field "files": expected ${quoted(path)}, which ${quoted(manifest.graph.model)} ` +
          'names, found none.',
      );
    });
    // Twice the same file would be twice its memory, however often.
    if (new Set(paths).size < paths.length) throw modelMismatch(`${shortened(graphUrl)}: expected each file once.`);
    const weightSpecs = parsed.weightsManifest.flatMap((group) => group.weights);
    const weightData = concatenated(parts);
    requireWeights(weightSpecs, weightData.byteLength, graphUrl);
    const { modelTopology, signature } = parsed;
    return loaded({ modelTopology, weightSpecs, weightData, ...(signature === undefined ? {} : { signature }) });
  } catch (cause) {
    if (cause instanceof DenoiseError) throw cause;
    throw modelMismatch(`${shortened(graphUrl)}: expected a TensorFlow.js graph model, got: ${reasonOf(cause)}`, cause);
  }
}

/** The graph of some artifacts. Where there is none to be made of them, no weight stays behind. */
function loaded(artifacts: Artifacts): GraphModel {
  const made: GraphModel[] = [];
  tidy(() => {
    const graph = loadGraphModelSync(artifacts) as GraphModel;
    for (const tensors of Object.values(graph.weights)) tensors.forEach(keep);
    made.push(graph);
  });
  return made[0];
}

/** No weight has less than a byte for each value, and TensorFlow.js takes memory for as many as are stated. */
function requireWeights(specs: readonly WeightSpec[], bytes: number, where: string): void {
  let values = 0;
  for (const { name, shape } of specs) {
    values += shape.every((size) => Number.isSafeInteger(size) && size >= 0) ? sizeOf(shape) : Number.POSITIVE_INFINITY;
    if (values > bytes) {
      throw modelMismatch(
        `${shortened(where)}: weight ${quoted(name)}: expected at most ${bytes} values in all weights together, one ` +
          `for each byte of their files, found the shape ${quoted(shape)}.`,
      );
    }
  }
}

function concatenated(parts: readonly Uint8Array[]): ArrayBuffer {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole.buffer;
}
