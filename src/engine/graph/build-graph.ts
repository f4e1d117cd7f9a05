/**
 * In:     a model's verified files (model-files.ts)
 * Out:    the TensorFlow.js graph that they describe, to model.ts
 * Thread: [worker], or whoever runs the engine; asynchronous
 */
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import { DenoiseError } from '../../shared/errors.ts';
import { type ModelFiles, parseJson } from './model-files.ts';
import { modelMismatch, reasonOf } from './model-mismatch.ts';

/** model.json as the TensorFlow.js converter writes it. */
interface ModelJson {
  readonly modelTopology: object;
  readonly signature?: object;
  readonly weightsManifest: readonly { readonly paths: readonly string[]; readonly weights: WeightSpec[] }[];
}

type Artifacts = Awaited<ReturnType<NonNullable<Exclude<Parameters<typeof loadGraphModel>[0], string>['load']>>>;
type WeightSpec = NonNullable<Artifacts['weightSpecs']>[number];

/** Needs a started backend. DenoiseError 'model-mismatch' or 'model-corrupt' where the files are no graph. */
export async function buildGraph(files: ModelFiles): Promise<GraphModel> {
  const { manifest, bytes, url, manifestUrl } = files;
  const graphUrl = `${url}${manifest.graph.model}`;
  const json = bytes.get(manifest.graph.model);
  if (json === undefined) {
    throw modelMismatch(
      `${manifestUrl}: field "files": expected "${manifest.graph.model}", which "graph.model" names, found none.`,
    );
  }
  try {
    const parsed = parseJson(json, graphUrl) as ModelJson;
    const paths = parsed.weightsManifest.flatMap((group) => group.paths);
    const parts = paths.map((path) => {
      const part = bytes.get(path);
      if (part !== undefined) return part;
      throw modelMismatch(
        `${manifestUrl}: field "files": expected "${path}", which ${manifest.graph.model} names, found none.`,
      );
    });
    return await loadGraphModel({
      load: () =>
        Promise.resolve({
          modelTopology: parsed.modelTopology,
          weightSpecs: parsed.weightsManifest.flatMap((group) => group.weights),
          weightData: concatenated(parts),
          ...(parsed.signature === undefined ? {} : { signature: parsed.signature }),
        }),
    });
  } catch (cause) {
    if (cause instanceof DenoiseError) throw cause;
    throw modelMismatch(`${graphUrl}: expected a TensorFlow.js graph model, got: ${reasonOf(cause)}`, cause);
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
