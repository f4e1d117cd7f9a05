/**
 * TensorFlow.js as the worker and the engine bundle it: one build for browsers and Node, with every operation that
 * GraphModel.execute can run on the wasm backend, and without the rest. What is changed must be found where it is
 * expected, or the build ends with an error: then the version is another.
 */

/** Modules of Node that TensorFlow.js asks for where it finds itself in Node: they become empty. */
const NODE_MODULES = ['fs', 'os', 'path', 'perf_hooks', 'util', 'worker_threads', 'crypto', 'node-fetch'];

const EMPTY = '\0empty';

/** In place of operations that end in an error in any case; what executes an operation without an entry says so. */
const NO_EXECUTOR = 'export const executeOp = undefined;';
const NO_OPERATIONS = 'export const json = [];';

/** Modules that are replaced, by the end of their path. */
const REPLACED = {
  // What depends on where it runs, and threads: the engine provides a platform of its own.
  'tfjs-core/dist/platforms/platform_browser.js': '',
  'tfjs-core/dist/platforms/platform_node.js': '',
  'wasm-out/tfjs-backend-wasm-threaded-simd.js': 'export default undefined;',
  'wasm-out/tfjs-backend-wasm-threaded-simd.worker.js': 'export const wasmWorkerContents = undefined;',
  // Models that are stored, fetched or offered for download: the engine hands over what it has fetched and verified.
  'tfjs-core/dist/io/io.js': `
    export const browserHTTPRequest = undefined, getLoadHandlers = undefined, getSaveHandlers = undefined;
    export { decodeWeights, getModelArtifactsForJSONSync, getWeightSpecs } from './io_utils';
    export { fromMemorySync } from './passthrough';`,
  // Training.
  'tfjs-core/dist/optimizers/register_optimizers.js': 'export const registerOptimizers = () => {};',
  'tfjs-core/dist/ops/conv2d_backprop_filter.js': 'export const conv2DBackpropFilter = undefined;',
  'tfjs-core/dist/ops/depthwise_conv2d_native_backprop_filter.js':
    'export const depthwiseConv2dNativeBackpropFilter = undefined;',
  'tfjs-core/dist/ops/depthwise_conv2d_native_backprop_input.js':
    'export const depthwiseConv2dNativeBackpropInput = undefined;',
  // Asynchronous: execute() refuses them.
  'operations/executors/control_executor.js': NO_EXECUTOR,
  'operations/executors/dynamic_executor.js': NO_EXECUTOR,
  'operations/executors/hash_table_executor.js': NO_EXECUTOR,
  'operations/op_list/control.js': NO_OPERATIONS,
  'operations/op_list/dynamic.js': NO_OPERATIONS,
  'operations/op_list/hash_table.js': NO_OPERATIONS,
  // Without a kernel in the wasm backend.
  'operations/executors/ragged_executor.js': NO_EXECUTOR,
  'operations/executors/spectral_executor.js': NO_EXECUTOR,
  'operations/op_list/ragged.js': NO_OPERATIONS,
  'operations/op_list/spectral.js': NO_OPERATIONS,
};

/** Parts of modules that are replaced, by the path of the module. */
const CHANGED = [
  {
    path: /wasm-out\/tfjs-backend-wasm\.js$/,
    changes: [[/ENVIRONMENT_IS_NODE=typeof process==.*?;/, 'ENVIRONMENT_IS_NODE=false;']],
  },
  {
    // Operations as names that bundlers can follow, not as an object that may be asked for any of them.
    path: /operations\/executors\/\w+_executor\.js$/,
    changes: [
      [/, ops = tfOps\) =>/, ') =>'],
      [/\bops\./g, 'tfOps.'],
    ],
  },
  {
    // What the executors take of operations that are in groups.
    path: /tfjs-core\/dist\/ops\/ops\.js$/,
    changes: [
      [/(?<=\nconst image = ){[^}]*}/, '{ cropAndResize, resizeBilinear, resizeNearestNeighbor, transform }'],
      [/(?<=\nconst linalg = ){[^}]*}/, '{ bandPart }'],
      [/(?<=\nconst string = ){[^}]*}/, '{ stringNGrams, stringSplit, stringToHashBucketFast }'],
    ],
  },
  {
    // A module of WebAssembly of its own, compiled as the script begins, for hashes of strings; it has JavaScript, too.
    path: /long\/src\/long\.js$/,
    changes: [[/try {\s+wasm = new [\s\S]*?} catch \(e\) {[^}]*}/, '']],
  },
  {
    // Gradients, and what only asynchronous operations call.
    path: /tfjs-backend-wasm\/dist\/register_all_kernels\.js$/,
    changes: [
      [/\n +\w*(?:Grad|BackpropFilter|BackpropFilterV2|(?:3|Dilation2)DBackpropInput\w*)Config,/gi, ''],
      [/\n +(?:nonMaxSuppressionV\d|flipLeftRight|rotateWithOffset)Config,/g, ''],
    ],
  },
];
/** These have nothing that would have to be changed. */
const UNCHANGED = /operations\/executors\/(?:control|dynamic|hash_table|ragged|spectral)_executor\.js$/;

/** A plugin of rollup's. */
export const leanTensorflow = {
  name: 'lean-tensorflow',
  resolveId: (name) => (NODE_MODULES.includes(name) ? EMPTY : null),
  load: (id) => {
    if (id === EMPTY) return 'export default {};';
    return Object.entries(REPLACED).find(([path]) => id.endsWith(`/${path}`))?.[1] ?? null;
  },
  transform: (code, id) => {
    const changed = CHANGED.find(({ path }) => path.test(id));
    if (changed === undefined || UNCHANGED.test(id)) return null;
    let result = code;
    for (const [from, to] of changed.changes) {
      if (result.search(from) < 0) throw new Error(`${id}: expected ${from}: this version is another.`);
      result = result.replace(from, to);
    }
    return { code: result, map: null };
  },
};
