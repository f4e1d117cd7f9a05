/**
 * TEST FIXTURE, not a model anyone should listen to: a tiny, real, valid model folder in memory, for tests of the
 * contract. Two graphs, both with one state [S, 4, 2] and a complex mask:
 *
 *   'decaying'    mask = sigmoid(features[1…2] + mean(state))          state' = decay · state + mean(features)
 *   'exploding'   mask = e/2 + mean(state), e = exp(1000·relu(features[1…2] − 1))      state' = state + mean(e) − 1
 *                 so that quiet input has the mask ½ + ½i and loud input overflows to infinity
 */
export type FixtureKind = 'decaying' | 'exploding';

/** File name → content. */
export type ModelFolder = Map<string, Uint8Array<ArrayBuffer>>;

/** Where {@link servedFrom} pretends that the folder lies. */
export const FIXTURE_URL = 'https://fixture.invalid/model/';

const BINS = 769;
const STATE_SHAPE = [-1, 4, 2];

/** A whole folder with sizes and hashes that are right. `change` may alter the manifest before it is written. */
export async function makeFixtureModel(
  kind: FixtureKind,
  change: (manifest: ManifestJson) => void = () => {},
): Promise<ModelFolder> {
  const constants = new Constants();
  const nodes = kind === 'decaying' ? decayingGraph(constants) : explodingGraph(constants);
  return makeFolder(
    [placeholder('features', [-1, 3, BINS]), placeholder('state_0', STATE_SHAPE)],
    constants,
    nodes,
    (files) => {
      const manifest = manifestOf(files);
      change(manifest);
      return manifest;
    },
  );
}

/** Sizes and hashes of files by name, as a manifest states them. */
export type FileRecords = Record<string, { bytes: number; sha256: string }>;

/** The files of a graph, and the manifest that `manifestOf` writes for them. */
export async function makeFolder(
  placeholders: readonly GraphNode[],
  constants: Constants,
  nodes: readonly GraphNode[],
  manifestOf: (files: FileRecords) => object,
): Promise<ModelFolder> {
  const weights = constants.bytes();
  const model = encode({
    format: 'graph-model',
    modelTopology: {
      node: [...placeholders, ...constants.nodes, ...nodes],
      versions: { producer: 1, minConsumer: 1 },
      library: {},
    },
    weightsManifest: [{ paths: ['weights.bin'], weights: constants.specs }],
  });
  const record = async (content: Uint8Array<ArrayBuffer>) => ({ bytes: content.length, sha256: await sha256(content) });
  const files = { 'model.json': await record(model), 'weights.bin': await record(weights) };
  return new Map([
    ['manifest.json', encode(manifestOf(files))],
    ['model.json', model],
    ['weights.bin', weights],
  ]);
}

/** A fetch that serves the folder at {@link FIXTURE_URL} and answers 404 to everything else. */
export function servedFrom(folder: ModelFolder): typeof fetch {
  return (input) => {
    const url = String(input instanceof Request ? input.url : input);
    const file = url.startsWith(FIXTURE_URL) ? folder.get(url.slice(FIXTURE_URL.length)) : undefined;
    return Promise.resolve(file === undefined ? new Response(null, { status: 404 }) : new Response(file));
  };
}

/** The fixture's manifest as plain data, free to be spoiled. */
export type ManifestJson = ReturnType<typeof manifestOf>;

function manifestOf(files: FileRecords) {
  return {
    contract: 1,
    name: 'fixture',
    version: '0.0.0',
    licence: 'MIT',
    description: 'Test fixture',
    sampleRateHz: 48000,
    framing: {
      kind: 'streaming',
      hopSamples: 480,
      windowSamples: 1536,
      fftSamples: 1536,
      window: 'asymmetric-sqrt-hann',
      overlapSamples: 240,
      lookAheadHops: 0,
    },
    features: { kind: 'compressed-complex', exponent: 0.3, floor: 1e-6 },
    estimate: { kind: 'complex-mask' },
    rebuild: { kind: 'noisy-phase' },
    graph: {
      model: 'model.json',
      input: { name: 'features', shape: [-1, 3, BINS] },
      output: { name: 'mask', shape: [-1, 2, BINS] },
      states: [{ input: 'state_0', output: 'state_0_next', shape: STATE_SHAPE }],
    },
    cost: { opsPerHop: 8, macsPerHop: 0, parameters: 1 },
    files,
  };
}

export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr: object;
}

export const FLOAT = { type: 'DT_FLOAT' };
export const INT = { type: 'DT_INT32' };

/** Constants of the graph: nodes, and the one weight file that holds their values (4 bytes each). */
export class Constants {
  readonly nodes: GraphNode[] = [];
  readonly specs: { name: string; shape: number[]; dtype: 'float32' | 'int32' }[] = [];
  private readonly parts: (Float32Array | Int32Array)[] = [];

  float(name: string, value: number): string {
    return this.add(name, Float32Array.of(value), [], 'float32');
  }

  floats(name: string, shape: number[], value: (index: number) => number): string {
    const length = shape.reduce((product, size) => product * size, 1);
    return this.add(
      name,
      Float32Array.from({ length }, (_, i) => value(i)),
      shape,
      'float32',
    );
  }

  ints(name: string, ...values: number[]): string {
    return this.add(name, Int32Array.from(values), [values.length], 'int32');
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.parts.flatMap((part) => [...new Uint8Array(part.buffer)]));
  }

  private add(name: string, values: Float32Array | Int32Array, shape: number[], dtype: 'float32' | 'int32'): string {
    const type = dtype === 'float32' ? FLOAT : INT;
    const tensor = { dtype: type.type, tensorShape: { dim: shape.map((size) => ({ size: String(size) })) } };
    this.nodes.push({ name, op: 'Const', attr: { dtype: type, value: { tensor } } });
    this.specs.push({ name, shape, dtype });
    this.parts.push(values);
    return name;
  }
}

export function placeholder(name: string, shape: readonly number[]): GraphNode {
  return {
    name,
    op: 'Placeholder',
    attr: { dtype: FLOAT, shape: { shape: { dim: shape.map((size) => ({ size: String(size) })) } } },
  };
}

function decayingGraph(constants: Constants): GraphNode[] {
  return [
    ...common(constants),
    node('mask_argument', 'AddV2', 'planes', 'state_mean'),
    node('mask', 'Sigmoid', 'mask_argument'),
    node('decayed', 'Mul', 'state_0', constants.float('decay', 0.5)),
    mean('level', 'features', 'both_axes'),
    node('state_0_next', 'AddV2', 'decayed', 'level'),
  ];
}

function explodingGraph(constants: Constants): GraphNode[] {
  return [
    ...common(constants),
    node('above_one', 'Sub', 'planes', constants.float('one', 1)),
    node('loud', 'Relu', 'above_one'),
    node('steep', 'Mul', 'loud', constants.float('thousand', 1000)),
    node('e', 'Exp', 'steep'),
    node('half_e', 'Mul', 'e', constants.float('half', 0.5)),
    node('mask', 'AddV2', 'half_e', 'state_mean'),
    mean('mean_e', 'e', 'both_axes'),
    node('growth', 'Sub', 'mean_e', 'one'),
    node('state_0_next', 'AddV2', 'state_0', 'growth'),
  ];
}

/** planes = features[:, 1:3, :], state_mean = mean(state) of each stream. */
function common(constants: Constants): GraphNode[] {
  constants.ints('both_axes', 1, 2);
  return [
    {
      name: 'planes',
      op: 'Slice',
      input: ['features', constants.ints('planes_begin', 0, 1, 0), constants.ints('planes_size', -1, 2, -1)],
      attr: { T: FLOAT, Index: INT },
    },
    mean('state_mean', 'state_0', 'both_axes'),
  ];
}

export function node(name: string, op: string, ...input: string[]): GraphNode {
  return { name, op, input, attr: { T: FLOAT } };
}

function mean(name: string, input: string, axes: string): GraphNode {
  return { name, op: 'Mean', input: [input, axes], attr: { T: FLOAT, Tidx: INT, keep_dims: { b: true } } };
}

function encode(json: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(json));
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
