import { DenoiseError } from '../errors.ts';
import type { Hertz, Samples } from '../shared/units.ts';

/**
 * What the engine must know about a model, read from its `manifest.json`. Every number that a model fixes comes from here.
 * Where `kind` tells variants apart, this file names all variants of contract 1; which of them this engine can run is
 * {@link requireSupported}'s to say, so that a folder made for a later version fails with a sentence about that.
 */
export interface Manifest {
  readonly contract: 1;
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly description: string;
  readonly sampleRateHz: Hertz;
  readonly framing: Framing;
  readonly features: Features;
  /** Bands on which the graph takes its features and gives its estimate; without them it works on bins. */
  readonly bands?: Bands;
  readonly estimate: Estimate;
  readonly rebuild: Rebuild;
  readonly graph: GraphContract;
  readonly cost: Cost;
  /** Every file of the model but the manifest itself, by its name in the folder. */
  readonly files: Readonly<Record<string, FileRecord>>;
}

/** One hop in, one hop out, with carried state. */
export interface StreamingFraming {
  readonly kind: 'streaming';
  readonly hopSamples: Samples;
  readonly windowSamples: Samples;
  readonly fftSamples: Samples;
  readonly window: 'asymmetric-sqrt-hann';
  readonly overlapSamples: Samples;
  readonly lookAheadHops: number;
}

/** A whole spectrogram image at a time. */
export interface BlockFraming {
  readonly kind: 'block';
  readonly blockSamples: Samples;
  readonly hopSamples: Samples;
  readonly windowSamples: Samples;
  readonly fftSamples: Samples;
  readonly overlapSamples: Samples;
}

export type Framing = StreamingFraming | BlockFraming;

/** |X|^c and X·|X|^(c−1); `floor` bounds |X| from below in the second factor. */
export interface CompressedComplexFeatures {
  readonly kind: 'compressed-complex';
  readonly exponent: number;
  readonly floor: number;
}

/** Centres of the bands in bins, fractions allowed: from 0 to the last bin, each at least 1 above the one before. See bands.ts. */
export interface Bands {
  readonly centreBins: readonly number[];
}

export type Features = CompressedComplexFeatures | { readonly kind: 'log-magnitude-db' | 'mel' | 'mel-mfcc' };
export type Estimate = { readonly kind: 'complex-mask' | 'mask' | 'noise-magnitude' | 'clean-magnitude' | 'clean-features' };
export type Rebuild = { readonly kind: 'noisy-phase' } | { readonly kind: 'griffin-lim' };

/** A tensor of the graph; −1 stands first in `shape` for the batch of streams. Row-major, float32. */
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
  readonly states: readonly StateContract[];
}

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

/** A manifest whose every kind this engine runs. */
export interface SupportedManifest extends Manifest {
  readonly framing: StreamingFraming;
  readonly features: CompressedComplexFeatures;
  readonly estimate: { readonly kind: 'complex-mask' | 'mask' };
  readonly rebuild: { readonly kind: 'noisy-phase' };
}

/** Rates that a Web Audio context can have are 3 kHz … 768 kHz; a model's is no different. */
const MODEL_RATE_HZ = [3000, 768000] as const;

/**
 * Checks every field of a parsed `manifest.json`. `where` names the file in messages.
 * Throws DenoiseError 'model-mismatch' that names the field, what was expected and what was found.
 */
export function readManifest(json: unknown, where: string): Manifest {
  const root = new Field(json, '', where);
  root.at('contract').oneOf([1]);
  const framing = readFraming(root.at('framing'));
  const bands = readBands(root.at('bands'), Math.floor(framing.fftSamples / 2));
  return {
    contract: 1,
    name: root.at('name').text(),
    version: root.at('version').text(),
    licence: root.at('licence').text(),
    description: root.at('description').text(),
    sampleRateHz: root.at('sampleRateHz').whole(...MODEL_RATE_HZ),
    framing,
    features: readFeatures(root.at('features')),
    ...(bands === undefined ? {} : { bands }),
    estimate: { kind: root.at('estimate').at('kind').oneOf(['complex-mask', 'mask', 'noise-magnitude', 'clean-magnitude', 'clean-features']) },
    rebuild: { kind: root.at('rebuild').at('kind').oneOf(['noisy-phase', 'griffin-lim']) },
    graph: readGraph(root.at('graph')),
    cost: readCost(root.at('cost')),
    files: readFiles(root.at('files')),
  };
}

/** Narrows a manifest to what this engine runs; DenoiseError 'model-mismatch' for the first kind that it does not. */
export function requireSupported(manifest: Manifest, where: string): SupportedManifest {
  const root = new Field(manifest, '', where);
  const framing = root.at('framing');
  framing.at('kind').oneOf(['streaming']);
  framing.at('lookAheadHops').whole(0, 0);
  root.at('features').at('kind').oneOf(['compressed-complex']);
  root.at('estimate').at('kind').oneOf(['complex-mask', 'mask']);
  root.at('rebuild').at('kind').oneOf(['noisy-phase']);
  const supported = manifest as SupportedManifest;
  const columns = graphColumns(supported);
  root.at('graph').at('input').at('shape').shape([-1, 3, columns]);
  root
    .at('graph')
    .at('output')
    .at('shape')
    .shape([-1, supported.estimate.kind === 'complex-mask' ? 2 : 1, columns]);
  return supported;
}

/** Values in a row of features or of the estimate: bands where the model has them, bins otherwise. */
export function graphColumns(manifest: Manifest): number {
  return manifest.bands?.centreBins.length ?? Math.floor(manifest.framing.fftSamples / 2) + 1;
}

function readFraming(field: Field): Framing {
  const kind = field.at('kind').oneOf(['streaming', 'block']);
  const hopSamples = field.at('hopSamples').whole(1);
  const windowSamples = field.at('windowSamples').whole(hopSamples);
  const fftSamples = field.at('fftSamples').whole(windowSamples);
  if (kind === 'block') {
    const blockSamples = field.at('blockSamples').whole(windowSamples);
    return { kind, blockSamples, hopSamples, windowSamples, fftSamples, overlapSamples: field.at('overlapSamples').whole(0, blockSamples) };
  }
  return {
    kind,
    hopSamples,
    windowSamples,
    fftSamples,
    window: field.at('window').oneOf(['asymmetric-sqrt-hann']),
    // The two slopes of the synthesis window may not meet, and the frame must hold both.
    overlapSamples: field.at('overlapSamples').whole(1, Math.min(hopSamples, windowSamples - hopSamples)),
    lookAheadHops: field.at('lookAheadHops').whole(0),
  };
}

function readFeatures(field: Field): Features {
  const kind = field.at('kind').oneOf(['compressed-complex', 'log-magnitude-db', 'mel', 'mel-mfcc']);
  if (kind !== 'compressed-complex') return { kind };
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
    centreBins.push(isEnd ? centre.number(i === 0 ? 0 : lastBin, i === 0 ? 0 : lastBin) : centre.number(least, lastBin - 1));
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
      .map((state) => ({ input: state.at('input').text(), output: state.at('output').text(), shape: state.at('shape').batchedShape() })),
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
  return Object.fromEntries(field.entries().map(([name, file]) => [name, { bytes: file.at('bytes').whole(1), sha256: file.at('sha256').sha256() }]));
}

/** A value in the manifest together with the way to it, so that every message can name the field. */
class Field {
  constructor(
    private readonly value: unknown,
    private readonly path: string,
    private readonly where: string,
  ) {}

  at(key: string): Field {
    const path = this.path === '' ? key : `${this.path}.${key}`;
    const record = this.record();
    return new Field(Object.hasOwn(record, key) ? record[key] : undefined, path, this.where);
  }

  missing(): boolean {
    return this.value === undefined;
  }

  entries(): [string, Field][] {
    return Object.keys(this.record()).map((key) => [key, this.at(key)]);
  }

  list(): Field[] {
    if (!Array.isArray(this.value)) this.fail('a list');
    return (this.value as unknown[]).map((item, i) => new Field(item, `${this.path}[${i}]`, this.where));
  }

  text(): string {
    if (typeof this.value !== 'string' || this.value === '') this.fail('a text');
    return this.value as string;
  }

  sha256(): string {
    if (typeof this.value !== 'string' || !/^[0-9a-f]{64}$/.test(this.value)) this.fail('64 hexadecimal digits in lower case');
    return this.value as string;
  }

  number(least: number, most: number): number {
    if (typeof this.value !== 'number' || !(this.value >= least && this.value <= most)) this.fail(`a number from ${least} to ${most}`);
    return this.value as number;
  }

  whole(least: number, most: number = Number.MAX_SAFE_INTEGER): number {
    const fits = Number.isSafeInteger(this.value) && (this.value as number) >= least && (this.value as number) <= most;
    if (!fits) this.fail(least === most ? `${least}` : `a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`}`);
    return this.value as number;
  }

  oneOf<const T extends string | number>(choices: readonly T[]): T {
    if (!choices.includes(this.value as T)) this.fail(choices.map((choice) => JSON.stringify(choice)).join(' or '));
    return this.value as T;
  }

  /** −1 for the batch, then whole sizes. */
  batchedShape(): number[] {
    const sizes = this.list().map((item) => item.value);
    const good = sizes.length >= 2 && sizes[0] === -1 && sizes.slice(1).every((size) => Number.isSafeInteger(size) && (size as number) >= 1);
    if (!good) this.fail('a shape such as [-1,3,769], −1 for the batch');
    return sizes as number[];
  }

  shape(expected: readonly number[]): void {
    if (JSON.stringify(this.value) !== JSON.stringify(expected)) this.fail(`${JSON.stringify(expected)}, as framing, features, bands and estimate imply`);
  }

  private record(): Record<string, unknown> {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value)) this.fail('an object');
    return this.value as Record<string, unknown>;
  }

  fail(expected: string): never {
    const found = this.value === undefined ? 'nothing' : JSON.stringify(this.value);
    const field = this.path === '' ? 'the manifest' : `field "${this.path}"`;
    throw new DenoiseError(
      'model-mismatch',
      `${this.where}: ${field}: expected ${expected}, found ${found}. Use a model folder made for contract 1 and this version, or update denoise-node.`,
    );
  }
}
