import type { Hertz, Samples } from '../../shared/units.ts';
import { type BlockFraming, type BlockManifest, readBlock } from './block-manifest.ts';
import { Field } from './manifest-field.ts';

/**
 * What the engine must know about a model, read from its `manifest.json` or a variant beside it. Every number that a
 * model fixes comes from here. Two kinds: streaming models take a hop and carry a memory, block models take a whole
 * spectrogram image. block-manifest.ts has the second.
 */
export type Manifest = StreamingManifest | BlockManifest;

/** What a manifest states of any kind of model. */
export interface ModelHead {
  readonly contract: 1;
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly description: string;
  readonly sampleRateHz: Hertz;
  readonly framing: Framing;
  readonly graph: GraphContract;
  readonly cost: Cost;
  /** Every file of the model but the manifest itself, by its name in the folder. */
  readonly files: Readonly<Record<string, FileRecord>>;
}

export type Framing = StreamingFraming | BlockFraming;

/** One hop in, one hop out, with carried state. */
export interface StreamingManifest extends ModelHead {
  readonly framing: StreamingFraming;
  readonly features: CompressedComplexFeatures;
  /** Bands on which the graph takes its features and gives its estimate; without them it works on bins. */
  readonly bands?: Bands;
  readonly estimate: MaskEstimate;
  readonly rebuild: { readonly kind: 'noisy-phase' };
}

export interface StreamingFraming {
  readonly kind: 'streaming';
  readonly hopSamples: Samples;
  readonly windowSamples: Samples;
  readonly fftSamples: Samples;
  readonly window: 'asymmetric-sqrt-hann';
  readonly overlapSamples: Samples;
  readonly lookAheadHops: number;
}

/** |X|^c and X·|X|^(c−1); `floor` bounds |X| from below in the second factor. */
export interface CompressedComplexFeatures {
  readonly kind: 'compressed-complex';
  readonly exponent: number;
  readonly floor: number;
}

/**
 * Centres of the bands in bins, fractions allowed: from 0 to the last bin, each at least 1 above the one before. See
 * bands.ts.
 */
export interface Bands {
  readonly centreBins: readonly number[];
}

/** A gain for each bin or band, complex or real. */
export interface MaskEstimate {
  readonly kind: 'complex-mask' | 'mask';
}

/** A tensor of the graph; −1 stands first in `shape` for the batch. Row-major, float32. */
export interface TensorContract {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A state: what `output` gives at one step is fed to `input` at the next; zeros for a new stream. */
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
  /** None where the model takes blocks. */
  readonly states: readonly StateContract[];
}

/** Of one step: a hop, or a block. */
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

/** Whether a model takes blocks. */
export function takesBlocks(manifest: Manifest): manifest is BlockManifest {
  return manifest.framing.kind === 'block';
}

/** Of gains on a block's spectrum, and of samples that are found by turning it to and fro some dozen times. */
const GAIN_SHARE = 1 / 4;
const GRIFFIN_LIM_SHARE = 1 / 2;

/**
 * Share of the time between two blocks that live computing of one may take, for up to two channels: a node keeps so
 * much sound ahead. 0 for models of hops.
 */
export function computingShare(manifest: Manifest): number {
  if (!takesBlocks(manifest)) return 0;
  return manifest.rebuild.kind === 'griffin-lim' ? GRIFFIN_LIM_SHARE : GAIN_SHARE;
}

/** New samples that one step of a model takes, and gives, at its rate: the hop, or the block without its overlap. */
export function advanceSamples(framing: Framing): Samples {
  return framing.kind === 'block' ? framing.blockSamples - framing.overlapSamples : framing.hopSamples;
}

/** Samples at the model's rate by which what a step gives lies behind what it took: the overlap, in both kinds. */
export function algorithmicDelaySamples(framing: Framing): Samples {
  return framing.overlapSamples;
}

/** Rates that a Web Audio context can have are 3 kHz … 768 kHz; a model's is no different. */
const MODEL_RATE_HZ = [3000, 768000] as const;

/**
 * Checks every field of a parsed manifest. `where` names the file in messages.
 * Throws DenoiseError 'model-mismatch' that names the field, what was expected and what was found.
 */
export function readManifest(json: unknown, where: string): Manifest {
  const root = new Field(json, '', where);
  root.at('contract').oneOf([1]);
  const kind = root.at('framing').at('kind').oneOf(['streaming', 'block']);
  const head = {
    contract: 1,
    name: root.at('name').text(),
    version: root.at('version').text(),
    licence: root.at('licence').text(),
    description: root.at('description').text(),
    sampleRateHz: root.at('sampleRateHz').whole(...MODEL_RATE_HZ),
    graph: readGraph(root.at('graph')),
    cost: readCost(root.at('cost')),
    files: readFiles(root.at('files')),
  } as const;
  return kind === 'block' ? { ...head, ...readBlock(root, head.sampleRateHz) } : { ...head, ...readStreaming(root) };
}

/** Values in a row of a streaming model's features or estimate: bands where the model has them, bins otherwise. */
export function graphColumns(manifest: Pick<StreamingManifest, 'bands' | 'framing'>): number {
  return manifest.bands?.centreBins.length ?? Math.floor(manifest.framing.fftSamples / 2) + 1;
}

function readStreaming(root: Field): Omit<StreamingManifest, Exclude<keyof ModelHead, 'framing'>> {
  const framing = readFraming(root.at('framing'));
  const bands = readBands(root.at('bands'), Math.floor(framing.fftSamples / 2));
  const parts = {
    framing,
    features: readFeatures(root.at('features')),
    ...(bands === undefined ? {} : { bands }),
    estimate: { kind: root.at('estimate').at('kind').oneOf(['complex-mask', 'mask']) },
    rebuild: { kind: root.at('rebuild').at('kind').oneOf(['noisy-phase']) },
  };
  const columns = graphColumns(parts);
  const graph = root.at('graph');
  graph.at('input').at('shape').shape([-1, 3, columns]);
  graph
    .at('output')
    .at('shape')
    .shape([-1, parts.estimate.kind === 'complex-mask' ? 2 : 1, columns]);
  return parts;
}

function readFraming(field: Field): StreamingFraming {
  const hopSamples = field.at('hopSamples').whole(1);
  const windowSamples = field.at('windowSamples').whole(hopSamples);
  return {
    kind: 'streaming',
    hopSamples,
    windowSamples,
    fftSamples: field.at('fftSamples').whole(windowSamples),
    window: field.at('window').oneOf(['asymmetric-sqrt-hann']),
    // The two slopes of the synthesis window may not meet, and the frame must hold both.
    overlapSamples: field.at('overlapSamples').whole(1, Math.min(hopSamples, windowSamples - hopSamples)),
    lookAheadHops: field.at('lookAheadHops').whole(0, 0),
  };
}

function readFeatures(field: Field): CompressedComplexFeatures {
  const kind = field.at('kind').oneOf(['compressed-complex']);
  return { kind, exponent: field.at('exponent').number(0, 1), floor: field.at('floor').number(1e-12, 1) };
}

function readBands(field: Field, lastBin: number): Bands | undefined {
  if (field.missing()) return undefined;
  const centres = field.at('centreBins').list();
  if (centres.length < 2) field.at('centreBins').fail('at least two centres');
  const centreBins: number[] = [];
  centres.forEach((centre, i) => {
    const least = i === 0 ? 0 : centreBins[i - 1] + 1;
    const isEnd = i === 0 || i === centres.length - 1;
    centreBins.push(
      isEnd ? centre.number(i === 0 ? 0 : lastBin, i === 0 ? 0 : lastBin) : centre.number(least, lastBin - 1),
    );
  });
  return { centreBins };
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
