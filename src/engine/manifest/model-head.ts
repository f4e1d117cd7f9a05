import type { Hertz } from '../../shared/units.ts';
import type { Field } from './manifest-field.ts';

/** What a manifest states for any kind of model. */
export interface ModelHead {
  readonly contract: 1;
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly description: string;
  readonly sampleRateHz: Hertz;
  readonly graph: GraphContract;
  readonly cost: Cost;
  /** Every file of the model except the manifest itself, by its name in the folder. */
  readonly files: Readonly<Record<string, FileRecord>>;
}

/** A tensor of the graph; `shape` begins with −1 for the batch. Row-major, float32. */
export interface TensorContract {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A state: what `output` gives at one step is fed to `input` at the next. Zeros for a new stream. */
export interface StateContract {
  readonly input: string;
  readonly output: string;
  readonly shape: readonly number[];
}

export interface GraphContract {
  /** The tfjs GraphModel's file in the folder. */
  readonly model: string;
  readonly input: TensorContract;
  readonly output: TensorContract;
  /** Empty for block models. */
  readonly states: readonly StateContract[];
}

/** Of one step of one stream, whatever the field names say: manifests on disk call it a hop in both kinds. */
export interface Cost {
  readonly opsPerHop: number;
  readonly macsPerHop: number;
  readonly parameters: number;
}

export interface FileRecord {
  readonly bytes: number;
  /** SHA-256, 64 hexadecimal digits, lower case. */
  readonly sha256: string;
}

/** A Web Audio context runs at 3 kHz … 768 kHz; so may a model. */
const MODEL_RATE_HZ = [3000, 768000] as const;

/** Reads and checks the head of a manifest. */
export function readHead(root: Field): ModelHead {
  return {
    contract: 1,
    name: root.at('name').text(),
    version: root.at('version').text(),
    licence: root.at('licence').text(),
    description: root.at('description').text(),
    sampleRateHz: root.at('sampleRateHz').whole(...MODEL_RATE_HZ),
    graph: readGraph(root.at('graph')),
    cost: readCost(root.at('cost')),
    files: readFiles(root.at('files')),
  };
}

function readGraph(field: Field): GraphContract {
  const tensor = (at: Field): TensorContract => ({ name: at.at('name').text(), shape: at.at('shape').batchedShape() });
  return {
    model: field.at('model').text(),
    input: tensor(field.at('input')),
    output: tensor(field.at('output')),
    states: field
      .at('states')
      .list()
      .map((state) => ({
        input: state.at('input').text(),
        output: state.at('output').text(),
        shape: state.at('shape').batchedShape(),
      })),
  };
}

function readCost(field: Field): Cost {
  return {
    opsPerHop: field.at('opsPerHop').whole(0),
    macsPerHop: field.at('macsPerHop').whole(0),
    parameters: field.at('parameters').whole(0),
  };
}

function readFiles(field: Field): Record<string, FileRecord> {
  return Object.fromEntries(
    field
      .entries()
      .map(([name, file]) => [name, { bytes: file.at('bytes').whole(1), sha256: file.at('sha256').sha256() }]),
  );
}
