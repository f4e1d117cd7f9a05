/** The apps of the matrix that are plugin hosts. */
import { type App, fromGuide, MODULE_PAGE, NO_SETTINGS, WAM_APP } from './app.ts';
import { serveFolder } from './serve-app.ts';

const SDK = '@webaudiomodules/sdk';
const OF_BUNDLE = `import Denoise from 'denoise-node/wam';\n${WAM_APP}`;
/** From where the server has the package as it is. */
const BY_URL =
  "const url = new URL('./node_modules/denoise-node/dist/wam/index.js', location.href);\n" +
  'const { default: Denoise } = await import(url);\n';

const byEsbuild: App = {
  name: 'wam',
  linked: ['esbuild', SDK],
  isQuick: true,
  files: {},
  serve: (folder, isIsolated) => serveFolder(`${folder}/public`, isIsolated),
};

export const WAMS: readonly App[] = [
  {
    ...byEsbuild,
    name: 'wam by its URL',
    isInFirefox: true,
    files: {
      'host.js': `${BY_URL}${WAM_APP}`,
      'index.html': MODULE_PAGE,
    },
    build: [['esbuild', '--bundle', 'host.js', '--format=esm', '--outfile=app.js']],
    serve: (folder, isIsolated) => serveFolder(folder, isIsolated),
  },
  {
    ...byEsbuild,
    name: 'wam, esbuild',
    files: {
      'app.js': `globalThis.denoiseOptions = { assets: new URL('.', location.href).href };\n${OF_BUNDLE}`,
      'public/index.html': MODULE_PAGE,
    },
    build: [
      ['esbuild', '--bundle', '--minify', 'app.js', '--format=esm', '--outfile=public/app.js'],
      ['denoise-node', 'copy-assets', 'public'],
    ],
  },
  {
    ...byEsbuild,
    name: 'wam, vite8 build',
    isQuick: false,
    linked: [],
    packages: { vite: '8', [SDK]: '0.0.12' },
    files: { 'app.js': OF_BUNDLE, 'index.html': MODULE_PAGE, 'vite.config.js': NO_SETTINGS },
    build: [['vite', 'build']],
    serve: (folder, isIsolated) => serveFolder(`${folder}/dist`, isIsolated),
  },
  {
    ...byEsbuild,
    name: 'wam, rollup',
    isQuick: false,
    linked: ['rollup', '@rollup/plugin-node-resolve', '@web/rollup-plugin-import-meta-assets', SDK],
    files: {
      'app.js': OF_BUNDLE,
      'rollup.config.mjs': fromGuide('rollup.config.mjs'),
      'public/index.html': MODULE_PAGE,
    },
    build: [['rollup', '-c', '--silent']],
  },
];
