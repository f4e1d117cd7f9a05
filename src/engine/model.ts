import '@tensorflow/tfjs-backend-wasm';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import { engine, env, getBackend, type NamedTensorMap, setBackend, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { DenoiseError } from '../errors.ts';
import { DENORMAL_FLOOR } from './clean-sample.ts';
import type { SupportedManifest } from './manifest.ts';
import { isNode, type ModelFiles, parseJson } from './model-files.ts';

/**
 * In:     features of all streams that have a hop, `[streams, 3, bins]`, from features/
 * Out:    the model's estimate, `[streams, planes, bins]`, to estimate.ts; states stay here
 * Thread: [worker], or whoever runs the engine
 *
 * The only file that knows TensorFlow.js. Tensors: the weights, and for each state of the graph one tensor stacked over the
 * streams of the last step. While the same streams come in the same order, states never leave the wasm heap; when
 * the set changes they are taken apart into {@link StreamState}s and stacked anew. Everything else dies within its step.
 */

/**
 * Steps between two looks at the states for values that would stay: NaN, infinities and decay towards denormals. About 0.3 s for base.
 * Odd, so that groups of streams that take turns are all looked at.
 */
const STATE_CHECK_STEPS = 31;

/** Recurrent memory of one stream. Belongs to the stream; only {@link Model} reads or writes it. */
export class StreamState {
  /** What the stream carries while it is in no stack, one array for each state of the graph. */
  readonly parked: readonly Float32Array[];

  constructor(sizes: readonly number[]) {
    this.parked = sizes.map((size) => new Float32Array(size));
  }
}

export class Model {
  private readonly graph: GraphModel;
  private readonly manifest: SupportedManifest;
  private readonly outputNames: string[];
  private readonly inputs: NamedTensorMap = {};
  private readonly stateSizes: readonly number[];
  /** Streams whose states are stacked now, in order, and the stacks. */
  private readonly stacked: StreamState[] = [];
  private readonly stacks: Tensor[] = [];
  private stepsToCheck = STATE_CHECK_STEPS;
  private disposed = false;

  private constructor(graph: GraphModel, manifest: SupportedManifest) {
    this.graph = graph;
    this.manifest = manifest;
    const { output, states } = manifest.graph;
    this.outputNames = [output.name, ...states.map((state) => state.output)];
    this.stateSizes = states.map((state) => elements(state.shape));
  }

  /**
   * Starts the wasm backend, if it does not run yet, and builds the graph from files that are already verified.
   * @param wasmUrl folder with the backend's .wasm files; counts at the first load of a thread only. Default: `wasm/` beside this
   * module, in Node the backend package's own.
   * Throws DenoiseError 'wasm' or 'model-mismatch'.
   */
  static async load(files: ModelFiles, manifest: SupportedManifest, wasmUrl?: string | URL): Promise<Model> {
    await startBackend(wasmUrl);
    const model = new Model(await buildGraph(files), manifest);
    try {
      model.checkNames(files.url);
      model.warmUp(files.url);
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

  /** Makes a stream's memory that of a new one. */
  resetState(state: StreamState): void {
    if (this.stacked.includes(state)) this.unstack();
    for (const values of state.parked) values.fill(0);
  }

  /**
   * One step for each of the first `count` states. `features` is exactly `[count, 3, bins]` long and is copied; the result belongs to the caller.
   */
  step(states: readonly StreamState[], count: number, features: Float32Array): Float32Array {
    if (!this.isStacked(states, count)) this.restack(states, count);
    const { input, states: stateContracts } = this.manifest.graph;
    const outputs = tidy(() => {
      this.inputs[input.name] = tensor(features, batched(input.shape, count), 'float32');
      for (let s = 0; s < stateContracts.length; s++) this.inputs[stateContracts[s].input] = this.stacks[s];
      const results = this.graph.execute(this.inputs, this.outputNames);
      return Array.isArray(results) ? results : [results];
    });
    for (let s = 0; s < this.stacks.length; s++) {
      const next = outputs[s + 1];
      if (next !== this.stacks[s]) this.stacks[s].dispose();
      this.stacks[s] = next;
    }
    const estimate = outputs[0].dataSync<'float32'>();
    outputs[0].dispose();
    this.stepsToCheck -= 1;
    if (this.stepsToCheck === 0) this.checkStates();
    return estimate;
  }

  /** Tensors and bytes that TensorFlow.js holds in this thread, all models together. */
  memory(): { tensors: number; bytes: number } {
    const { numTensors, numBytes } = engine().memory();
    return { tensors: numTensors, bytes: numBytes };
  }

  /** Frees every tensor. Idempotent. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.unstack();
    this.graph.dispose();
  }

  private isStacked(states: readonly StreamState[], count: number): boolean {
    if (count !== this.stacked.length) return false;
    for (let i = 0; i < count; i++) if (states[i] !== this.stacked[i]) return false;
    return true;
  }

  private restack(states: readonly StreamState[], count: number): void {
    this.unstack();
    this.manifest.graph.states.forEach((contract, s) => {
      const size = this.stateSizes[s];
      const values = new Float32Array(count * size);
      for (let i = 0; i < count; i++) values.set(states[i].parked[s], i * size);
      this.stacks.push(tensor(values, batched(contract.shape, count), 'float32'));
    });
    for (let i = 0; i < count; i++) this.stacked.push(states[i]);
  }

  private unstack(): void {
    for (let s = 0; s < this.stacks.length; s++) {
      const size = this.stateSizes[s];
      const values = this.stacks[s].dataSync<'float32'>();
      for (let i = 0; i < this.stacked.length; i++) this.stacked[i].parked[s].set(values.subarray(i * size, (i + 1) * size));
      this.stacks[s].dispose();
    }
    this.stacks.length = 0;
    this.stacked.length = 0;
  }

  /**
   * A stream whose memory holds NaN or infinities starts anew, even if its output hides it (an activation may map NaN to 0);
   * values below {@link DENORMAL_FLOOR} become 0.
   */
  private checkStates(): void {
    this.stepsToCheck = STATE_CHECK_STEPS;
    const clean = this.stacks.every((stack) => isClean(stack.dataSync<'float32'>()));
    if (clean) return;
    const states = [...this.stacked];
    this.unstack();
    for (const state of states) {
      const broken = state.parked.some((values) => !values.every(Number.isFinite));
      for (const values of state.parked) {
        for (let i = 0; i < values.length; i++) if (broken || Math.abs(values[i]) < DENORMAL_FLOOR) values[i] = 0;
      }
    }
  }

  private checkNames(where: string): void {
    const { input, output, states } = this.manifest.graph;
    const inputs = [input.name, ...states.map((state) => state.input)];
    const outputs = [output.name, ...states.map((state) => state.output)];
    requireNames('inputs', inputs, this.graph.inputs.map((info) => info.name), where);
    requireNames('outputs', outputs, this.graph.outputs.map((info) => info.name), where);
  }

  /** Runs one and two streams: compiles what is compiled late, and proves the shapes before the first real hop. */
  private warmUp(where: string): void {
    const { input, output, states } = this.manifest.graph;
    for (const count of [1, 2]) {
      const fresh = Array.from({ length: count }, () => this.createState());
      let values: number;
      try {
        values = this.step(fresh, count, new Float32Array(count * elements(input.shape))).length;
      } catch (cause) {
        throw mismatch(`${where}: expected the graph to take ${JSON.stringify(input.shape)} for ${count} stream(s), got: ${reason(cause)}`, cause);
      }
      if (values !== count * elements(output.shape)) {
        throw mismatch(`${where}: field "graph.output.shape": expected ${JSON.stringify(output.shape)}, found ${values / count} values for each stream.`);
      }
      states.forEach((state, s) => {
        const found = this.stacks[s].shape;
        if (String(found) === String(batched(state.shape, count))) return;
        throw mismatch(`${where}: field "graph.states[${s}].shape": expected ${JSON.stringify(state.shape)}, found ${JSON.stringify(found)} for ${count} stream(s).`);
      });
      this.unstack();
    }
  }
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
  const { manifest, bytes, url } = files;
  const graphUrl = `${url}${manifest.graph.model}`;
  const json = bytes.get(manifest.graph.model);
  if (json === undefined) {
    throw mismatch(`${url}manifest.json: field "files": expected "${manifest.graph.model}", which "graph.model" names, found none.`);
  }
  try {
    const parsed = parseJson(json, graphUrl) as ModelJson;
    const paths = parsed.weightsManifest.flatMap((group) => group.paths);
    const parts = paths.map((path) => {
      const part = bytes.get(path);
      if (part !== undefined) return part;
      throw mismatch(`${url}manifest.json: field "files": expected "${path}", which ${manifest.graph.model} names, found none.`);
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
      throw mismatch(`${where}: graph ${what}: expected "${name}", as manifest.json states, found ${JSON.stringify(bare)}.`);
    }
  }
}

/** Elements of one stream: the product of all sizes but the batch. */
function elements(shape: readonly number[]): number {
  return shape.slice(1).reduce((product, size) => product * size, 1);
}

function batched(shape: readonly number[], count: number): number[] {
  return [count, ...shape.slice(1)];
}

function isClean(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]);
    if (!(size === 0 || (size >= DENORMAL_FLOOR && size < Number.POSITIVE_INFINITY))) return false;
  }
  return true;
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
