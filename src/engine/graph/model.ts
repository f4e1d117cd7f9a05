import '@tensorflow/tfjs-backend-wasm';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import { engine, env, getBackend, setBackend, type Tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import { DenoiseError } from '../../shared/errors.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { Executor } from './executor.ts';
import { batched, elements, inputNames, outputNames } from './graph-contract.ts';
import { makeExecutor } from './make-executor.ts';
import { isNode, type ModelFiles, parseJson } from './model-files.ts';
import { StreamState } from './stream-state.ts';

/**
 * In:     features of all streams that have a hop, `[streams, 3, bins]`, from features/
 * Out:    the model's estimate, `[streams, planes, bins]`, to estimate.ts; states stay here
 * Thread: [worker], or whoever runs the engine
 *
 * Loads what TensorFlow.js runs and feeds it. A stream's memory is its own arrays and is copied in and out at every
 * step (7 µs for base), so streams can join and leave a batch as they like. Tensors: the weights; everything else dies
 * within its step.
 */

/**
 * Streams in one run of the graph; more are run in turn. Two cost 3 % less each than one, four no less than two. Both
 * sizes are made at load: making the plan of a size that first occurs while sound runs would hold it up for a tenth of
 * a second.
 */
const MOST_STREAMS = 2;

export class Model {
  private readonly graph: GraphModel;
  private readonly manifest: Manifest;
  private readonly stateSizes: readonly number[];
  /** One for each batch size that has occurred. */
  private readonly executors: (Executor | undefined)[] = [];
  private disposed = false;

  private constructor(graph: GraphModel, manifest: Manifest) {
    this.graph = graph;
    this.manifest = manifest;
    this.stateSizes = manifest.graph.states.map((state) => elements(state.shape));
  }

  /**
   * Starts the wasm backend, if it does not run yet, and builds the graph from files that are already verified.
   * @param wasmUrl folder with the backend's .wasm files; counts at the first load of a thread only. Default: `wasm/`
   *   beside this
   * module, in Node the backend package's own.
   * Throws DenoiseError 'wasm' or 'model-mismatch'.
   */
  static async load(files: ModelFiles, manifest: Manifest, wasmUrl?: string | URL): Promise<Model> {
    await startBackend(wasmUrl);
    const model = new Model(await buildGraph(files), manifest);
    try {
      model.checkNames(files.manifestUrl);
      model.warmUp(files.manifestUrl);
    } catch (error) {
      model.dispose();
      throw error;
    }
    return model;
  }

  /** Memory for a new stream: zeros. */
  createState(): StreamState {
    return new StreamState(this.stateSizes);
  }

  /**
   * One step for each of the first `count` states: `features` holds `[count, 3, bins]`, `estimates` receives `[count,
   * planes, bins]`. Allocates nothing of its own once a batch size has occurred.
   */
  step(states: readonly StreamState[], count: number, features: Float32Array, estimates: Float32Array): void {
    for (let first = 0; first < count; first += MOST_STREAMS) {
      const streams = Math.min(MOST_STREAMS, count - first);
      this.executorFor(streams).step(states, first, features, estimates);
    }
    for (let i = 0; i < count; i++) states[i].afterStep();
  }

  /** Tensors of this thread, all models together, and the bytes of them and of this model's plans. */
  memory(): { tensors: number; bytes: number } {
    const { numTensors, numBytes } = engine().memory();
    return {
      tensors: numTensors,
      bytes: this.executors.reduce((sum, executor) => sum + (executor?.bytes ?? 0), numBytes),
    };
  }

  /** Frees every tensor. Idempotent. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    for (const executor of this.executors) executor?.dispose();
    this.executors.length = 0;
    this.graph.dispose();
  }

  private executorFor(streams: number): Executor {
    this.executors[streams] ??= makeExecutor(this.graph, this.manifest.graph, streams);
    return this.executors[streams];
  }

  private checkNames(where: string): void {
    requireNames(
      'inputs',
      inputNames(this.manifest.graph),
      this.graph.inputs.map((info) => info.name),
      where,
    );
    requireNames(
      'outputs',
      outputNames(this.manifest.graph),
      this.graph.outputs.map((info) => info.name),
      where,
    );
  }

  /** Runs one and two streams: compiles what is compiled late, and proves the shapes before the first real hop. */
  private warmUp(where: string): void {
    const { input, output } = this.manifest.graph;
    for (const count of [1, 2]) {
      try {
        proveShapes(this.graph, this.manifest, count, where);
        const fresh = Array.from({ length: count }, () => this.createState());
        this.step(
          fresh,
          count,
          new Float32Array(count * elements(input.shape)),
          new Float32Array(count * elements(output.shape)),
        );
      } catch (cause) {
        if (cause instanceof DenoiseError) throw cause;
        throw mismatch(
          `${where}: expected the graph to take ${JSON.stringify(input.shape)} for ${count} stream(s), got: ${reason(cause)}`,
          cause,
        );
      }
    }
  }
}

/**
 * Runs the graph once as it stands; DenoiseError 'model-mismatch' names the output whose shape is not what the manifest
 * states.
 */
function proveShapes(graph: GraphModel, manifest: Manifest, count: number, where: string): void {
  const { input, output, states } = manifest.graph;
  const fields = ['graph.output.shape', ...states.map((_, s) => `graph.states[${s}].shape`)];
  const expected = [output.shape, ...states.map((state) => state.shape)];
  tidy(() => {
    const inputs = Object.fromEntries([
      [input.name, zeros(batched(input.shape, count))],
      ...states.map((state) => [state.input, zeros(batched(state.shape, count))]),
    ]);
    const results = [graph.execute(inputs, outputNames(manifest.graph))].flat() as Tensor[];
    results.forEach((result, i) => {
      if (String(result.shape) === String(batched(expected[i], count))) return;
      throw mismatch(
        `${where}: field "${fields[i]}": expected ${JSON.stringify(expected[i])}, found ${JSON.stringify(result.shape)} for ${count} stream(s).`,
      );
    });
  });
}

/** The one backend of a thread, once it starts. */
let starting: Promise<void> | undefined;

function startBackend(wasmUrl?: string | URL): Promise<void> {
  starting ??= (async () => {
    // Threads do not pay for graphs this small, and would need cross-origin isolation.
    env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    const folder = await wasmFolder(wasmUrl);
    let cause: unknown;
    try {
      if (folder !== undefined) setWasmPaths(folder);
      if ((await setBackend('wasm')) && getBackend() === 'wasm') return;
    } catch (error) {
      cause = error;
    }
    starting = undefined;
    throw new DenoiseError(
      'wasm',
      `Expected to start WebAssembly from ${folder ?? 'the backend package'}, but it was refused or is missing. ` +
        "Check the wasm URL, and that the content security policy has script-src 'wasm-unsafe-eval'.",
      cause === undefined ? undefined : { cause },
    );
  })();
  return starting;
}

async function wasmFolder(wasmUrl?: string | URL): Promise<string | undefined> {
  if (wasmUrl !== undefined) {
    const text = String(wasmUrl);
    return text.endsWith('/') ? text : `${text}/`;
  }
  if (isNode()) return undefined;
  // In two steps, so that bundlers do not take the folder for an asset.
  const here = import.meta.url;
  return new URL('wasm/', here).href;
}

async function buildGraph(files: ModelFiles): Promise<GraphModel> {
  const { manifest, bytes, url, manifestUrl } = files;
  const graphUrl = `${url}${manifest.graph.model}`;
  const json = bytes.get(manifest.graph.model);
  if (json === undefined) {
    throw mismatch(
      `${manifestUrl}: field "files": expected "${manifest.graph.model}", which "graph.model" names, found none.`,
    );
  }
  try {
    const parsed = parseJson(json, graphUrl) as ModelJson;
    const paths = parsed.weightsManifest.flatMap((group) => group.paths);
    const parts = paths.map((path) => {
      const part = bytes.get(path);
      if (part !== undefined) return part;
      throw mismatch(
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
    throw mismatch(`${graphUrl}: expected a TensorFlow.js graph model, got: ${reason(cause)}`, cause);
  }
}

/** model.json as the TensorFlow.js converter writes it. */
interface ModelJson {
  readonly modelTopology: object;
  readonly signature?: object;
  readonly weightsManifest: readonly { readonly paths: readonly string[]; readonly weights: WeightSpec[] }[];
}

type Artifacts = Awaited<ReturnType<NonNullable<Exclude<Parameters<typeof loadGraphModel>[0], string>['load']>>>;
type WeightSpec = NonNullable<Artifacts['weightSpecs']>[number];

function requireNames(what: string, expected: readonly string[], found: readonly string[], where: string): void {
  const bare = found.map((name) => name.replace(/:0$/, ''));
  for (const name of expected) {
    if (!bare.includes(name)) {
      throw mismatch(
        `${where}: graph ${what}: expected "${name}", as the manifest states, found ${JSON.stringify(bare)}.`,
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

function mismatch(message: string, cause?: unknown): DenoiseError {
  return new DenoiseError('model-mismatch', message, cause === undefined ? undefined : { cause });
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
