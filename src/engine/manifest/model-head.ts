import type { Hertz } from '../../shared/units.ts';
import { MOST_FILES, MOST_GRAPH_BYTES, MOST_MODEL_BYTES, MOST_STATE_VALUES, MOST_STATES } from './ceilings.ts';
import { isFileName } from './file-name.ts';
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
  const graph = readGraph(root.at('graph'));
  return {
    contract: 1,
    name: root.at('name').text(),
    version: root.at('version').text(),
    licence: root.at('licence').text(),
    description: root.at('description').text(),
    sampleRateHz: root.at('sampleRateHz').whole(...MODEL_RATE_HZ),
    graph,
    cost: readCost(root.at('cost')),
    files: readFiles(root.at('files'), graph.model),
  };
}

function readGraph(field: Field): GraphContract {
  const tensor = (at: Field): TensorContract => ({ name: at.at('name').text(), shape: at.at('shape').batchedShape() });
  return {
    model: field.at('model').text(),
    input: tensor(field.at('input')),
    output: tensor(field.at('output')),
    states: readStates(field.at('states')),
  };
}

function readStates(field: Field): StateContract[] {
  let values = 0;
  return field.list(MOST_STATES).map((state) => {
    const shape = state.at('shape').batchedShape();
    values += shape.slice(1).reduce((product, size) => product * size, 1);
    if (values > MOST_STATE_VALUES)
      state.at('shape').fail(`at most ${MOST_STATE_VALUES} values in all states together (here ${values})`);
    return { input: state.at('input').text(), output: state.at('output').text(), shape };
  });
}

function readCost(field: Field): Cost {
  return {
    opsPerHop: field.at('opsPerHop').whole(0),
    macsPerHop: field.at('macsPerHop').whole(0),
    parameters: field.at('parameters').whole(0),
  };
}

function readFiles(field: Field, graphFile: string): Record<string, FileRecord> {
  let sum = 0;
  const records = field.entries(MOST_FILES).map(([name, file]): [string, FileRecord] => {
    if (!isFileName(name)) field.fail(`names of files inside the folder, without ".." or any of : \\ % ? #`);
    const bytes = file.at('bytes').whole(1, name === graphFile ? MOST_GRAPH_BYTES : MOST_MODEL_BYTES);
    sum += bytes;
    if (sum > MOST_MODEL_BYTES) field.fail(`at most ${MOST_MODEL_BYTES} bytes in all files together`);
    return [name, { bytes, sha256: file.at('sha256').sha256() }];
  });
  return Object.fromEntries(records);
}
