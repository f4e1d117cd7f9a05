import {
  Constants,
  FLOAT,
  type GraphNode,
  INT,
  type ModelFolder,
  makeFolder,
  node,
  placeholder,
} from './fixture-model.ts';

/**
 * TEST FIXTURE, not models anyone should listen to: tiny, real, valid block models in memory. The graphs:
 *
 *   'unit'        estimate = features
 *   'half'        estimate = features / 2
 *    'unet'        a U-Net of one level with fixed weights: convolution, pool, convolution, resize, concat,
 *                 convolution, sigmoid
 *   'exploding'   estimate = exp(1000·relu(features − 1))/2: a half for quiet blocks, infinite for loud ones
 */
export type BlockNetwork = 'unit' | 'half' | 'unet' | 'exploding';

/**
 * Every field that tests vary; 16 frames of 128 bins at 8 kHz, magnitudes, a clean magnitude, the noisy phase, unless
 * they say otherwise.
 */
export interface BlockFixture {
  readonly network: BlockNetwork;
  readonly sampleRateHz?: number;
  readonly framing?: object;
  readonly features?: object;
  readonly normalisation?: object;
  readonly estimate?: object;
  readonly rebuild?: object;
  readonly rows?: number;
  readonly frames?: number;
}

export const FIXTURE_BLOCK_SAMPLES = 1008;
export const FIXTURE_OVERLAP_SAMPLES = 126;

/** A whole folder with sizes and hashes that are right. */
export function makeBlockFixture(fixture: BlockFixture): Promise<ModelFolder> {
  const { network, rows = 128, frames = 16 } = fixture;
  const shape = [-1, rows, frames, 1];
  const constants = new Constants();
  const nodes = graphs[network](constants, rows, frames);
  return makeFolder([placeholder('features', shape)], constants, nodes, (files) => ({
    contract: 1,
    name: 'block-fixture',
    version: '0.0.0',
    licence: 'MIT',
    description: 'Test fixture',
    sampleRateHz: fixture.sampleRateHz ?? 8000,
    framing: {
      kind: 'block',
      blockSamples: FIXTURE_BLOCK_SAMPLES,
      overlapSamples: FIXTURE_OVERLAP_SAMPLES,
      hopSamples: 63,
      windowSamples: 255,
      fftSamples: 255,
      window: 'hann',
      padding: 'constant',
      ...fixture.framing,
    },
    features: fixture.features ?? { kind: 'magnitude' },
    normalisation: fixture.normalisation ?? { kind: 'none' },
    estimate: fixture.estimate ?? { kind: 'clean-magnitude' },
    rebuild: fixture.rebuild ?? { kind: 'noisy-phase' },
    graph: { model: 'model.json', input: { name: 'features', shape }, output: { name: 'estimate', shape }, states: [] },
    cost: { opsPerHop: nodes.length, macsPerHop: 0, parameters: 1 },
    files,
  }));
}

const graphs: Record<BlockNetwork, (constants: Constants, rows: number, frames: number) => GraphNode[]> = {
  unit: (constants) => [node('estimate', 'Mul', 'features', constants.float('factor', 1))],

  half: (constants) => [node('estimate', 'Mul', 'features', constants.float('factor', 0.5))],

  exploding: (constants) => [
    node('above_one', 'Sub', 'features', constants.float('one', 1)),
    node('loud', 'Relu', 'above_one'),
    node('steep', 'Mul', 'loud', constants.float('thousand', 1000)),
    node('e', 'Exp', 'steep'),
    node('estimate', 'Mul', 'e', constants.float('half', 0.5)),
  ],

  unet: (constants, rows, frames) => [
    convolution(constants, 'down', 'features', 1, 4, 'Relu'),
    {
      name: 'pooled',
      op: 'MaxPool',
      input: ['down'],
      attr: {
        T: FLOAT,
        ksize: ints(1, 2, 2, 1),
        strides: ints(1, 2, 2, 1),
        padding: text('SAME'),
        data_format: text('NHWC'),
      },
    },
    convolution(constants, 'deep', 'pooled', 4, 8, 'Relu'),
    {
      name: 'raised',
      op: 'ResizeNearestNeighbor',
      input: ['deep', constants.ints('size', rows, frames)],
      attr: { T: FLOAT, align_corners: { b: false }, half_pixel_centers: { b: false } },
    },
    {
      name: 'joined',
      op: 'ConcatV2',
      input: ['down', 'raised', constants.ints('axis', 3)],
      attr: { T: FLOAT, Tidx: INT, N: { i: '2' } },
    },
    convolution(constants, 'up', 'joined', 12, 1, undefined),
    node('estimate', 'Sigmoid', 'up'),
  ],
};

/** 3 × 3, same size, weights that differ from each other. */
function convolution(
  constants: Constants,
  name: string,
  input: string,
  channels: number,
  outputs: number,
  activation: string | undefined,
): GraphNode {
  const scale = 1 / Math.sqrt(9 * channels);
  const kernel = constants.floats(
    `${name}_kernel`,
    [3, 3, channels, outputs],
    (i) => scale * Math.sin(i * 1.7 + outputs),
  );
  const bias = constants.floats(`${name}_bias`, [outputs], (i) => 0.1 * Math.cos(i));
  return {
    name,
    op: '_FusedConv2D',
    input: [input, kernel, bias],
    attr: {
      T: FLOAT,
      strides: ints(1, 1, 1, 1),
      dilations: ints(1, 1, 1, 1),
      padding: text('SAME'),
      data_format: text('NHWC'),
      explicit_paddings: { list: {} },
      use_cudnn_on_gpu: { b: true },
      fused_ops: { list: { s: ['BiasAdd', activation].flatMap((op) => (op === undefined ? [] : [btoa(op)])) } },
      num_args: { i: '1' },
      epsilon: { f: 0 },
    },
  };
}

function ints(...values: number[]): object {
  return { list: { i: values.map(String) } };
}

function text(value: string): object {
  return { s: btoa(value) };
}
