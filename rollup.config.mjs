import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import commonjs from '@rollup/plugin-commonjs';
import nodeResolve from '@rollup/plugin-node-resolve';
import esbuild from 'rollup-plugin-esbuild';
import { listModels } from './tools/models.mjs';

const require = createRequire(import.meta.url);

/**
 * TensorFlow.js' glue asks for these where it finds itself in Node, which a browser bundle never is: they become empty.
 */
const NODE_MODULES = ['fs', 'os', 'path', 'perf_hooks', 'util', 'worker_threads', 'crypto', 'node-fetch'];
const withoutNode = {
  name: 'without-node',
  resolveId: (name) => (NODE_MODULES.includes(name) ? '\0empty' : null),
  load: (id) => (id === '\0empty' ? 'export default {};' : null),
};

/**
 * One bundle per thread, so that no file carries code of another. Source maps point to src/ and worklet/ and do not
 * repeat them. They are for work on this repository: they weigh more than the package, which is built without them.
 */
const inBrowser = (input, file, options = {}) => ({
  input,
  output: {
    file,
    format: 'es',
    sourcemap: true,
    sourcemapExcludeSources: true,
    inlineDynamicImports: true,
    paths: options.paths ?? {},
  },
  external: [/^node:/, ...Object.keys(options.paths ?? {})],
  plugins: [
    withoutNode,
    nodeResolve({ browser: true }),
    commonjs(),
    // Licence texts stand at the end, each once; TensorFlow.js repeats its own in every one of its modules.
    esbuild({ target: 'es2022', minify: true, legalComments: 'eof', tsconfig: 'tsconfig.base.json' }),
    ...(options.plugins ?? []),
  ],
});

/**
 * Both entries of the main thread share one module, and with it the page's workers and the identity of every class:
 * standardized.js imports denoise-node.js, which exports a few internal names for it.
 */
const onMainThread = {
  input: { 'denoise-node': 'src/index.ts', standardized: 'src/standardized.ts' },
  preserveEntrySignatures: 'allow-extension',
  output: { dir: 'dist', format: 'es', sourcemap: true },
  external: ['standardized-audio-context'],
  plugins: [
    nodeResolve({ browser: true }),
    esbuild({ target: 'es2022', minify: true, tsconfig: 'tsconfig.base.json' }),
  ],
};

/** Node keeps its dependencies outside: npm has installed them. */
const inNode = (input, file, banner = '') => ({
  input,
  output: { file, format: 'es', sourcemap: true, banner },
  external: [/^node:/, /^[^./]/],
  plugins: [
    nodeResolve({ preferBuiltins: true, exportConditions: ['node'] }),
    // Names stay, for readable stack traces.
    esbuild({ target: 'node20', minifySyntax: true, minifyWhitespace: true, tsconfig: 'tsconfig.base.json' }),
  ],
});

/** The wasm backend's binaries, without the threaded one: one thread is faster at this size. */
const copyWasm = {
  name: 'copy-wasm',
  writeBundle() {
    const from = dirname(require.resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm'));
    mkdirSync('dist/wasm', { recursive: true });
    for (const name of readdirSync(from)) {
      if (name.endsWith('.wasm') && !name.includes('threaded')) cpSync(join(from, name), join('dist/wasm', name));
    }
  },
};

/** The catalogue with the titles that pages show: where one of their own files is served, this one is. */
const listTitles = {
  name: 'list-titles',
  writeBundle() {
    const models = listModels().map(({ name, path, url }) => {
      const { version, sampleRateHz } = JSON.parse(readFileSync(url, 'utf8'));
      return { name, path, title: `${name} ${version}, ${sampleRateHz / 1000} kHz` };
    });
    writeFileSync('dist/demo/studio/models.json', JSON.stringify(models));
  },
};

export default [
  onMainThread,
  inBrowser('worklet/denoise-processor.ts', 'dist/denoise-processor.js'),
  inBrowser('src/worker/denoise-worker.ts', 'dist/denoise-worker.js', { plugins: [copyWasm] }),
  inBrowser('src/engine/index.ts', 'dist/engine.js'),
  inNode('src/engine/index.ts', 'dist/engine.node.js'),
  inNode('src/cli/main.ts', 'dist/cli.js', '#!/usr/bin/env node'),
  inBrowser('src/panel/define.ts', 'dist/panel.js'),
  // Lit has a build of its own for servers, under which the elements can be imported where there is no page.
  inNode('src/panel/define.ts', 'dist/panel.node.js'),
  // The demo imports the package as an app does, so that worker, worklet and models are found beside it.
  inBrowser('demo/demo.ts', 'dist/demo/demo.js', { paths: { 'denoise-node': '../denoise-node.js' } }),
  inBrowser('demo/worklet/demo-processors.ts', 'dist/demo/demo-processors.js'),
  inBrowser('demo/studio/studio.ts', 'dist/demo/studio/studio.js', {
    plugins: [listTitles],
    paths: { 'denoise-node': '../../denoise-node.js' },
  }),
  inBrowser('demo/studio/worker/studio-worker.ts', 'dist/demo/studio/studio-worker.js'),
  inBrowser('demo/studio/worklet/deck-processor.ts', 'dist/demo/studio/studio-deck.js'),
].filter(({ input }) => typeof input !== 'string' || existsSync(input));
