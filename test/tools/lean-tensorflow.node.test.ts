/** Every operation of the converter, as the bundles have it beside TensorFlow.js as it is. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import commonjs from '@rollup/plugin-commonjs';
import nodeResolve from '@rollup/plugin-node-resolve';
import { rollup } from 'rollup';
import esbuild from 'rollup-plugin-esbuild';
import { leanTensorflow } from '../../tools/lean-tensorflow.mjs';
import { leanWasm, WASM_FILE } from '../../tools/lean-wasm.mjs';
import { type Outcome, outcomesOf } from '../support/graph-operations.ts';

const require = createRequire(import.meta.url);
const LISTS = join(dirname(require.resolve('@tensorflow/tfjs-converter/package.json')), 'dist/operations/op_list');
const ENTRY = join(import.meta.dirname, '../support/graph-operations.ts');

/** Operations that give other values each time. */
const RANDOM = /^Random/;
/** Refused by GraphModel.execute, without a kernel in the wasm backend, broken, or nothing to run. */
const NOT_RUN = [
  ...[/^TensorArray/, /^TensorList/, /^EmptyTensorList$/, /^(?:Stateless)?(?:If|While)$/, /^NonMaxSuppression/],
  ...[/^(?:LoopCond|Switch|Merge|Enter|Exit|NextIteration|Where|ListDiff)$/, /Table/, /^Ragged/, /FFT$/, /^SimpleML/],
  /^(?:Complex|ComplexAbs|Imag|Real|Einsum|StaticRegexReplace|BitwiseAnd|Placeholder|Const|Print|NoOp)$/,
];

describe('TensorFlow.js as it is bundled', () => {
  it('runs every operation that runs as it is, with the same result', async () => {
    const [expected, found] = [await outcomesOf(), await outcomesOfBundle()];
    for (const [name, outcome] of Object.entries(expected)) {
      assert.ok(outcome, name);
      assert.deepEqual(comparable(name, found[name]), comparable(name, outcome), name);
    }
    const known = new Set(Object.keys(expected));
    const unknown = (await listOperations()).filter(
      (name) => !known.has(name) && !NOT_RUN.some((pattern) => pattern.test(name)),
    );
    assert.deepEqual(unknown, []);
  });
});

function comparable(name: string, outcome: Outcome): unknown {
  return RANDOM.test(name) ? outcome?.map(({ shape }) => shape) : outcome;
}

async function listOperations(): Promise<string[]> {
  const files = (await readdir(LISTS)).filter((name) => /^[a-z_]+\.js$/.test(name));
  const lists = await Promise.all(files.map((name) => import(pathToFileURL(join(LISTS, name)).href)));
  return lists.flatMap(({ json }) => json.map(({ tfOpName }: { tfOpName: string }) => tfOpName));
}

/** In a thread of its own: two builds in one thread would share what TensorFlow.js keeps globally. */
async function outcomesOfBundle(): Promise<Record<string, Outcome>> {
  const folder = await mkdtemp(join(tmpdir(), 'lean-'));
  try {
    const file = join(folder, 'operations.mjs');
    const wasm = join(folder, WASM_FILE);
    await writeFile(wasm, leanWasm());
    const plugins = [leanTensorflow, nodeResolve({ browser: true }), commonjs(), esbuild({ target: 'es2022' })];
    const bundle = await rollup({ input: ENTRY, external: [/^node:/], plugins });
    await bundle.write({ file, format: 'es', inlineDynamicImports: true });
    const code = `
      import { parentPort, workerData } from 'node:worker_threads';
      import { outcomesOf } from ${JSON.stringify(pathToFileURL(file).href)};
      parentPort.postMessage(await outcomesOf(workerData));`;
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
      workerData: pathToFileURL(wasm).href,
      execArgv: [],
    });
    return await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}
