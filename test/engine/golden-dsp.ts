import type { BlockFraming } from '../../src/engine/manifest/block-manifest.ts';

/** What librosa made of a short recording, stage by stage; training/scripts/golden_dsp.py wrote it. */
export interface GoldenDsp {
  readonly amplitudeAmin: number;
  readonly powerAmin: number;
  readonly topDb: number;
  readonly iterations: number;
  readonly momentum: number;
  readonly geometries: Readonly<Record<string, Geometry>>;
}

export interface Geometry {
  readonly sampleRateHz: number;
  readonly blockSamples: number;
  readonly hopSamples: number;
  readonly fftSamples: number;
  readonly padding: BlockFraming['padding'];
  readonly mels: number;
  readonly mfccs: number;
  readonly files: Readonly<Record<string, { readonly file: string; readonly shape: readonly number[] }>>;
}

const FOLDER = '/test/fixtures/dsp/';

export async function loadGolden(): Promise<GoldenDsp> {
  return (await (await fetch(`${FOLDER}golden.json`)).json()) as GoldenDsp;
}

/** A stage's vector; undefined where it was too long to be kept. */
export async function vector(geometry: Geometry, stage: string): Promise<Float32Array | undefined> {
  const record = geometry.files[stage];
  if (record === undefined) return undefined;
  const response = await fetch(`${FOLDER}${record.file}`);
  if (!response.ok) throw new Error(`${record.file}: expected a vector, got HTTP status ${response.status}`);
  const values = new Float32Array(await response.arrayBuffer());
  const length = record.shape.reduce((product, size) => product * size, 1);
  if (values.length !== length) throw new Error(`${record.file}: expected ${length} values, got ${values.length}`);
  return values;
}

export async function requiredVector(geometry: Geometry, stage: string): Promise<Float32Array> {
  const values = await vector(geometry, stage);
  if (values === undefined) throw new Error(`golden.json: expected a vector "${stage}"`);
  return values;
}

export function framingOf({ blockSamples, hopSamples, fftSamples, padding }: Geometry): BlockFraming {
  return {
    kind: 'block',
    blockSamples,
    overlapSamples: 0,
    hopSamples,
    windowSamples: fftSamples,
    fftSamples,
    window: 'hann',
    padding,
  };
}

/** Largest difference of two vectors, in proportion to the largest value of the expected one. */
export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let scale = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i]));
    const difference = Math.abs(actual[i] - expected[i]);
    if (!(difference <= largest)) largest = difference;
  }
  return largest / scale;
}
