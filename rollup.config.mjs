import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import commonjs from '@rollup/plugin-commonjs';
import nodeResolve from '@rollup/plugin-node-resolve';
import esbuild from 'rollup-plugin-esbuild';
import { kernelBinaries } from './tools/kernel-binaries.mjs';
import { leanTensorflow } from './tools/lean-tensorflow.mjs';
import { leanWasm, WASM_FILE } from './tools/lean-wasm.mjs';
import { listModels } from './tools/models.mjs';
import { packModel } from './tools/pack-model.mjs';
import { thirdParty } from './tools/third-party.mjs';
import { WAM_DESCRIPTOR, WAM_MODULE_ID } from './tools/wam-descriptor.mjs';

const require = createRequire(import.meta.url);
const OWN_MODELS = listModels().filter((model) => model.package === 'denoise-node');

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
    banner: options.banner ?? '',
  },
  external: [/^node:/, ...Object.keys(options.paths ?? {})],
  plugins: [
    leanTensorflow,
    kernelBinaries,
    nodeResolve({ browser: true }),
    commonjs(),
    // Licence texts stand at the end, each once; TensorFlow.js repeats its own in every one of its modules.
    esbuild({
      target: 'es2022',
      minify: true,
      legalComments: 'eof',
      tsconfig: 'tsconfig.base.json',
      define: options.define ?? {},
    }),
    ...(options.plugins ?? []),
  ],
});

/** What several entries of the main thread use, and the entry that it is bundled into. */
const SHARED_BY_ENTRIES = [
  ['denoise-node', /\/src\/(?:index\.ts|main\/|shared\/)/],
  ['stream', /\/src\/(?:stream\/|calls\/(?:following-node|require-method|settings-of|track-adapter)\.ts)/],
];

/**
 * The entries of the main thread share one module, and with it the page's workers and the identity of every class: the
 * others import denoise-node.js, which exports a few internal names for them.
 */
const onMainThread = {
  input: {
    'denoise-node': 'src/index.ts',
    standardized: 'src/standardized.ts',
    stream: 'src/stream/index.ts',
    agora: 'src/calls/agora.ts',
    chime: 'src/calls/chime.ts',
    jitsi: 'src/calls/jitsi.ts',
    livekit: 'src/calls/livekit.ts',
    'stream-io': 'src/calls/stream-io.ts',
    twilio: 'src/calls/twilio.ts',
    'twilio/rnnoise_sdk': 'src/calls/rnnoise-sdk.ts',
    vonage: 'src/calls/vonage.ts',
  },
  preserveEntrySignatures: 'allow-extension',
  output: {
    dir: 'dist',
    format: 'es',
    sourcemap: true,
    // The name that Twilio Video imports.
    entryFileNames: ({ name }) => (name === 'twilio/rnnoise_sdk' ? '[name].mjs' : '[name].js'),
    chunkFileNames: '[name].js',
    // What entries share is in two of them, not in files of its own.
    manualChunks: (id) => SHARED_BY_ENTRIES.find(([, path]) => path.test(id))?.[0],
  },
  external: ['standardized-audio-context'],
  plugins: [
    nodeResolve({ browser: true }),
    esbuild({ target: 'es2022', minify: true, tsconfig: 'tsconfig.base.json' }),
  ],
};

/** Fetched when the first file comes that needs them. */
const STUDIO_DECODERS = fileURLToPath(new URL('demo/studio/decoders.ts', import.meta.url));

/** Entries that build on others import them as an app does: one copy of each class, and of each byte. */
const MAIN = fileURLToPath(new URL('src/index.ts', import.meta.url));
const STREAM = fileURLToPath(new URL('src/stream/index.ts', import.meta.url));
const PANEL = fileURLToPath(new URL('src/panel/define.ts', import.meta.url));

/** The Web Audio Module, which finds the rest of the package beside its folder. */
const WAM_CONSTANTS = {
  WAM_DESCRIPTOR: JSON.stringify(WAM_DESCRIPTOR),
  WAM_MODULE_ID: JSON.stringify(WAM_MODULE_ID),
};
const describeModule = {
  name: 'describe-module',
  writeBundle() {
    writeFileSync('dist/wam/descriptor.json', `${JSON.stringify(WAM_DESCRIPTOR, null, 2)}\n`);
    cpSync('demo/icon.svg', `dist/wam/${WAM_DESCRIPTOR.thumbnail}`);
  },
};

/** What runs in Node alone. The command line and whoever imports the engine share that, and so its one backend. */
const ENGINE = fileURLToPath(new URL('src/engine/index.ts', import.meta.url));
const inNode = (input, name, { plugins = [], keepsNames = true, output = {} } = {}) => ({
  input: typeof input === 'string' ? { [name]: input } : input,
  output: {
    dir: 'dist',
    format: 'es',
    sourcemap: true,
    // What is loaded when a file, or a command, needs it.
    chunkFileNames: `${name}/[name].js`,
    paths: { [ENGINE]: './engine.js' },
    ...output,
  },
  external: [/^node:/, ...builtinModules, ENGINE],
  // Helpers that TypeScript wrote into dependencies look for `this`, and do without.
  onwarn: (warning, warn) => warning.code !== 'THIS_IS_UNDEFINED' && warn(warning),
  plugins: [
    ...plugins,
    nodeResolve({ preferBuiltins: true, exportConditions: ['node'] }),
    commonjs(),
    // Names stay, for readable stack traces, but where they would weigh more than they tell.
    esbuild({
      target: 'node20',
      minifySyntax: true,
      minifyWhitespace: true,
      minifyIdentifiers: !keepsNames,
      tsconfig: 'tsconfig.base.json',
    }),
  ],
});

/**
 * What the command line and servers share is in server.js, not in a file of its own: who serves has no command. What
 * queues alone need is one file, and so are the decoders of Opus and Vorbis.
 */
const SERVER = fileURLToPath(new URL('src/server/index.ts', import.meta.url));
const COMMAND_ON_SERVER = {
  banner: ({ name }) => (name === 'cli' ? '#!/usr/bin/env node' : ''),
  manualChunks: (id, { getModuleInfo }) => {
    if (importsOf(SERVER, getModuleInfo).has(id)) return 'server';
    return LOADED_LATER.find(([, path]) => path.test(id))?.[0];
  },
  onlyExplicitManualChunks: true,
};

/** Files of the command line that are loaded when they are needed, and the modules in them, helpers of CommonJS too. */
const LOADED_LATER = [
  ['queue', /\/src\/cli\/(?:queue\/|s3\/|optional-package)/],
  ['decoders', /\/node_modules\/(?:opus-decoder|@wasm-audio-decoders|@eshaz|simple-yenc|stb-vorbis)\/|^\0commonjs/],
];

/** A module and all that it imports. */
function importsOf(id, getModuleInfo, found = new Set()) {
  if (found.has(id)) return found;
  found.add(id);
  for (const next of getModuleInfo(id)?.importedIds ?? []) importsOf(next, getModuleInfo, found);
  return found;
}

/** The MP3 decoder's WebAssembly, for the command and the studio. */
const copyMp3Decoder = {
  name: 'copy-mp3-decoder',
  load: (id) =>
    id.endsWith('mp3/decoder-file.ts')
      ? "export const decoderFile = () => new URL('./wasm/minimp3.wasm', import.meta.url);"
      : null,
  writeBundle() {
    mkdirSync('dist/wasm', { recursive: true });
    cpSync(require.resolve('minimp3-wasm/dist/decoder.opt.wasm'), 'dist/wasm/minimp3.wasm');
  },
};

const writeWasm = {
  name: 'write-wasm',
  writeBundle() {
    mkdirSync('dist/wasm', { recursive: true });
    writeFileSync(`dist/wasm/${WASM_FILE}`, leanWasm());
  },
};

/** A model in one file, which a module of its own gives the URL of. */
const packed = ({ name, url }) => ({
  name: 'pack-model',
  writeBundle() {
    mkdirSync('dist/models', { recursive: true });
    writeFileSync(`dist/models/${name}.bin`, packModel(url));
  },
});

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

/** What is packed, without the demo. */
const PACKAGE = [
  onMainThread,
  ...OWN_MODELS.map((model) =>
    inBrowser(`src/${model.name}-model.ts`, `dist/${model.name}-model.js`, { plugins: [packed(model)] }),
  ),
  inBrowser('worklet/denoise-processor.ts', 'dist/denoise-processor.js'),
  inBrowser('src/worker/denoise-worker.ts', 'dist/denoise-worker.js', { plugins: [writeWasm] }),
  inBrowser('src/engine/index.ts', 'dist/engine.js'),
  inBrowser('src/wam.ts', 'dist/wam/index.js', {
    define: WAM_CONSTANTS,
    plugins: [describeModule],
    paths: { [MAIN]: '../denoise-node.js', [PANEL]: '../panel.js' },
  }),
  inBrowser('worklet/wam-processor.ts', 'dist/wam/wam-processor.js', { define: WAM_CONSTANTS }),
  {
    ...inNode({ cli: 'src/cli/main.ts', server: SERVER }, 'cli', {
      plugins: [copyMp3Decoder],
      output: COMMAND_ON_SERVER,
    }),
    preserveEntrySignatures: 'allow-extension',
  },
  inBrowser('src/panel/define.ts', 'dist/panel.js'),
  // Frameworks that render on servers leave to the browser what says so.
  inBrowser('src/react/index.ts', 'dist/react.js', {
    banner: "'use client';",
    paths: { [MAIN]: './denoise-node.js', [STREAM]: './stream.js', [PANEL]: './panel.js', react: 'react' },
  }),
  // Lit has a build of its own for servers, under which the elements can be imported where there is no page.
  inNode('src/panel/define.ts', 'panel.node', { keepsNames: false }),
  inNode('src/vite.ts', 'vite'),
];
const noteLicences = thirdParty('dist/THIRD-PARTY-LICENSES', [require.resolve('minimp3-wasm/package.json')]);

/** The demo imports the package as an app does, so that worker, worklet and models are found beside it. */
const DEMO = [
  inBrowser('demo/demo.ts', 'dist/demo/demo.js', { paths: { 'denoise-node': '../denoise-node.js' } }),
  inBrowser('demo/worklet/demo-processors.ts', 'dist/demo/demo-processors.js'),
  inBrowser('demo/wam/wam.ts', 'dist/demo/wam/wam.js', { paths: { 'denoise-node/wam': '../../wam/index.js' } }),
  inBrowser('demo/worklet/tone-processor.ts', 'dist/demo/wam/tone-processor.js'),
  inBrowser('demo/call/call.ts', 'dist/demo/call/call.js', {
    paths: { 'denoise-node': '../../denoise-node.js', 'denoise-node/stream': '../../stream.js' },
  }),
  inBrowser('demo/studio/studio.ts', 'dist/demo/studio/studio.js', {
    plugins: [listTitles],
    paths: { 'denoise-node': '../../denoise-node.js', [STUDIO_DECODERS]: './studio-decoders.js' },
  }),
  inBrowser('demo/studio/decoders.ts', 'dist/demo/studio/studio-decoders.js'),
  inBrowser('demo/studio/worker/studio-worker.ts', 'dist/demo/studio/studio-worker.js'),
  inBrowser('demo/studio/worklet/deck-processor.ts', 'dist/demo/studio/studio-deck.js'),
];

export default [
  ...PACKAGE.map((bundle) => ({ ...bundle, plugins: [...bundle.plugins, noteLicences] })),
  ...DEMO,
].filter(({ input }) => typeof input !== 'string' || existsSync(input));
