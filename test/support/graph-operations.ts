/**
 * Runs operations of the converter, one at a time, as graphs of their own. Bundled as the engine is, and as it stands:
 * test/tools/lean-tensorflow.node.test.ts compares the two.
 */
import { loadGraphModelSync } from '@tensorflow/tfjs-converter';
import { type NamedTensorMap, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { startBackend } from '../../src/engine/graph/start-backend.ts';

/** What came of an operation: its outputs, or undefined where it was refused. */
export type Outcome = readonly { readonly shape: readonly number[]; readonly values: readonly unknown[] }[] | undefined;

/**
 * An input: `f`, `i`, `b` or `s` for the type, then the sizes of a tensor that is given at the run; `p`, then pairs of
 * numbers, which are a constant of the graph, as plain numbers are.
 */
type Input = string | number | readonly number[];

const IMAGE = 'f 1 4 4 2';
const VOLUME = 'f 1 4 4 4 2';

/** Inputs of operations, by their names. */
const CASES: readonly (readonly [operations: string, ...inputs: Input[]])[] = [
  ['Abs Acos Acosh Asin Asinh Atan Atanh Ceil Cos Cosh Elu Erf Exp Expm1 Floor IsFinite IsInf IsNan', 'f 2 3'],
  ['LeakyRelu Log Log1p Neg Reciprocal Relu Relu6 Round Rsqrt Selu Sigmoid Sign Sin Sinh Softplus Sqrt', 'f 2 3'],
  ['Square Tan Tanh Cast Identity Snapshot StopGradient FakeQuantWithMinMaxVars Shape Size Rank', 'f 2 3'],
  ['OnesLike ZerosLike Softmax LogSoftmax Squeeze Unique PlaceholderWithDefault Unpack', 'f 2 3'],
  ['IdentityN ShapeN AddN Pack', 'f 2 3', 'f 2 3'],
  ['Add AddV2 Atan2 BiasAdd Div DivNoNan FloorDiv FloorMod Maximum Minimum Mod Mul Pow RealDiv', 'f 2 3', 'f 3'],
  ['SquaredDifference Sub Equal Greater GreaterEqual Less LessEqual NotEqual Prelu', 'f 2 3', 'f 3'],
  ['BroadcastArgs', 'i 2', 'i 2'],
  ['LogicalAnd LogicalOr', 'b 3', 'b 3'],
  ['LogicalNot', 'b 3'],
  ['Select SelectV2', 'b 2 3', 'f 2 3', 'f 2 3'],
  ['ClipByValue', 'f 2 3', 0, 1],
  ['All Any', 'b 2 3', [1]],
  ['Max Mean Min Prod Sum EuclideanNorm', 'f 2 3', [1]],
  ['ArgMax ArgMin Cumprod Cumsum', 'f 2 3', 1],
  ['Bincount', 'i 4', 3, 'f 4'],
  ['DenseBincount', 'i 4', 3, 'f 4'],
  ['AvgPool MaxPool MaxPoolWithArgmax LRN', IMAGE],
  ['DepthToSpace', 'f 1 2 2 4'],
  ['AvgPool3D MaxPool3D', VOLUME],
  ['Conv1D', 'f 1 6 2', 'f 2 2 3'],
  ['Conv2D', IMAGE, 'f 2 2 2 3'],
  ['_FusedConv2D', IMAGE, 'f 2 2 2 3', 'f 3'],
  ['DepthwiseConv2d DepthwiseConv2dNative', IMAGE, 'f 2 2 2 1'],
  ['FusedDepthwiseConv2dNative', IMAGE, 'f 2 2 2 1', 'f 2'],
  ['Conv2DBackpropInput', [1, 8, 8, 3], 'f 2 2 3 2', IMAGE],
  ['Conv3D', VOLUME, 'f 2 2 2 2 3'],
  ['Dilation2D', IMAGE, 'f 2 2 2'],
  ['FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3', IMAGE, 'f 2', 'f 2', 'f 2', 'f 2'],
  ['ResizeBilinear ResizeNearestNeighbor', IMAGE, [6, 5]],
  ['CropAndResize', IMAGE, 'f 2 4', 'i 2', [2, 2]],
  ['ImageProjectiveTransformV3', IMAGE, 'f 1 8', [4, 4], 0],
  ['MatMul BatchMatMul BatchMatMulV2', 'f 2 3', 'f 3 4'],
  ['_FusedMatMul', 'f 2 3', 'f 3 4', 'f 4'],
  ['Transpose', 'f 2 3', [1, 0]],
  ['MatrixBandPart', 'f 3 3', 'i', 'i'],
  ['Reshape', 'f 2 3', [3, 2]],
  ['EnsureShape', 'f 2 3', [2, 3]],
  ['BroadcastTo', 'f 2 3', [4, 2, 3]],
  ['ExpandDims', 'f 2 3', 1],
  ['Pad MirrorPad', 'f 2 3', 'p 1 1 0 1'],
  ['PadV2', 'f 2 3', 'p 1 1 0 1', 7],
  ['SpaceToBatchND', IMAGE, [2, 2], 'p 0 0 0 0'],
  ['BatchToSpaceND', 'f 4 2 2 2', [2, 2], 'p 0 0 0 0'],
  ['Fill', [2, 3], 7],
  ['Ones Zeros RandomStandardNormal RandomUniform RandomUniformInt TruncatedNormal', [2, 3]],
  ['LinSpace', 0, 1, 5],
  ['Range', 0, 6, 2],
  ['OneHot', 'i 3', 3, 1, 0],
  ['Multinomial', 'f 2 3', 4],
  ['Concat', 1, 'f 2 3', 'f 2 3'],
  ['ConcatV2', 'f 2 3', 'f 2 3', 1],
  ['Gather', 'f 4 3', 'i 2'],
  ['GatherV2', 'f 4 3', 'i 2', 1],
  ['GatherNd', 'f 4 3', 'i 2 2'],
  ['Reverse', 'f 2 3', [0, 1]],
  ['ReverseV2', 'f 2 3', [1]],
  ['ScatterNd', 'i 2 1', 'f 2 3', [4, 3]],
  ['TensorScatterUpdate', 'f 4 3', 'i 2 1', 'f 2 3'],
  ['Slice', 'f 4 3', [1, 0], [2, 2]],
  ['StridedSlice', 'f 4 3', [0, 0], [4, 2], [2, 1]],
  ['SparseToDense', 'i 2 1', [4], 'f 2', 'f'],
  ['Split', 1, 'f 2 4'],
  ['SplitV', 'f 2 4', [1, 3], 1],
  ['Tile', 'f 2 3', [2, 1]],
  ['LowerBound UpperBound', 'f 1 4', 'f 1 3'],
  ['TopKV2', 'f 2 4', 2],
  ['UniqueV2', 'f 6', 0],
  ['SparseFillEmptyRows', 'i 2 2', 'f 2', [4, 2], 'f'],
  ['SparseReshape', 'i 2 2', [4, 2], [2, 4]],
  ['SparseSegmentMean SparseSegmentSum', 'f 3 3', 'i 2', 'i 2'],
  ['StringNGrams', 's 3', [0, 3]],
  ['StringSplit', 's 3', 's'],
  ['StringToHashBucketFast', 's 3'],
];

/** Attributes for every operation; each takes those that it knows. */
const ATTRIBUTES = {
  ...mapped({ T: 'DT_FLOAT', SrcT: 'DT_FLOAT', DstT: 'DT_INT32', dtype: 'DT_FLOAT' }, (type) => ({ type })),
  ...mapped({ N: 2, num_split: 2, block_size: 2, num_buckets: 7, num: 2, num_args: 1, stride: 1 }, whole),
  ...mapped({ seed: 5, depth_radius: 2, maxval: 9, minval: 1, pad_width: 0 }, whole),
  ...mapped({ data_format: 'NHWC', padding: 'SAME', method: 'bilinear', mode: 'REFLECT', separator: ' ' }, text),
  ...mapped({ interpolation: 'BILINEAR', fill_mode: 'CONSTANT', left_pad: '', right_pad: '' }, text),
  ...mapped({ strides: [1, 2, 2, 1], ksize: [1, 2, 2, 1], dilations: [1, 1, 1, 1], rates: [1, 1, 1, 1] }, list),
  ...mapped({ ngram_widths: [1, 2] }, list),
  fused_ops: { list: { s: [btoa('BiasAdd'), btoa('Relu')] } },
  alpha: { f: 0.3 },
  bias: { f: 1 },
  beta: { f: 0.5 },
};
/** Instead of those, by the number of dimensions of the first input. */
const ATTRIBUTES_OF_RANK: Readonly<Record<number, object>> = {
  3: mapped({ data_format: 'NWC' }, text),
  5: {
    ...mapped({ data_format: 'NDHWC' }, text),
    ...mapped({ strides: [1, 2, 2, 2, 1], ksize: [1, 2, 2, 2, 1], dilations: [1, 1, 1, 1, 1] }, list),
  },
};

/** All of them, by name: each as it comes out, one after the other. */
export async function outcomesOf(wasmUrl?: string): Promise<Record<string, Outcome>> {
  await startBackend(wasmUrl);
  const outcomes: Record<string, Outcome> = {};
  for (const [operations, ...inputs] of CASES)
    for (const name of operations.split(' ')) outcomes[name] = run(name, inputs);
  return outcomes;
}

function run(operation: string, inputs: readonly Input[]): Outcome {
  const nodes: object[] = [];
  const given: NamedTensorMap = {};
  const weightSpecs: { name: string; shape: number[]; dtype: 'int32' }[] = [];
  const weights: number[] = [];
  inputs.forEach((input, i) => {
    const name = `input_${i}`;
    if (typeof input === 'string' && !input.startsWith('p ')) {
      nodes.push({ name, op: 'Placeholder', attr: {} });
      given[name] = tensorOf(input);
    } else {
      const values = typeof input === 'string' ? input.split(' ').slice(1).map(Number) : [input].flat();
      const shape =
        typeof input === 'string' ? [values.length / 2, 2] : typeof input === 'number' ? [] : [values.length];
      nodes.push({ name, op: 'Const', attr: {} });
      weightSpecs.push({ name, shape, dtype: 'int32' });
      weights.push(...values);
    }
  });
  const attr = { ...ATTRIBUTES, ...ATTRIBUTES_OF_RANK[String(inputs[0]).split(' ').length - 1] };
  nodes.push({ name: 'result', op: operation, input: inputs.map((_, i) => `input_${i}`), attr });
  try {
    return tidy(() => {
      const weightData = Int32Array.from(weights).buffer;
      const modelTopology = { node: nodes, versions: { producer: 1 } };
      const graph = loadGraphModelSync({ modelTopology, weightSpecs, weightData });
      const results = [graph.execute(given, ['result'])].flat() as Tensor[];
      return results.map((result) => ({ shape: result.shape, values: Array.from(result.dataSync()) }));
    });
  } catch {
    return undefined;
  } finally {
    for (const input of Object.values(given)) input.dispose();
  }
}

function tensorOf(input: string): Tensor {
  const [type, ...sizes] = input.split(' ');
  const shape = sizes.map(Number);
  const length = shape.reduce((product, size) => product * size, 1);
  const values = Array.from({ length }, (_, i) => Math.sin(i * 1.7) + 0.2);
  // A tensor without sizes takes the value itself.
  const shaped = <T>(all: T[]): T[] | T => (shape.length === 0 ? all[0] : all);
  switch (type) {
    case 's':
      return tensor(shaped(values.map((value) => (value > 0 ? ' ' : 'a b'))) as string[], shape, 'string');
    case 'b':
      return tensor(shaped(values.map((value) => value > 0)) as boolean[], shape, 'bool');
    case 'i':
      return tensor(shaped(values.map((_, i) => i % 2)) as number[], shape, 'int32');
    default:
      return tensor(shaped(values) as number[], shape, 'float32');
  }
}

function whole(value: number): object {
  return { i: String(value) };
}

function text(value: string): object {
  return { s: btoa(value) };
}

function list(values: readonly number[]): object {
  return { list: { i: values.map(String) } };
}

function mapped<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
