/** The apps of the matrix: what each is made of, built with and served by. */
import { startServer } from '../../tools/server.mjs';
import { APP, type App, fromGuide, MODULE_PAGE, NO_SETTINGS, page, REACT_APP } from './app.ts';
import { packPackage, unpack } from './build-app.ts';
import { FRAMEWORKS } from './frameworks.ts';
import { run } from './run-tool.ts';
import { type Served, serveFolder, serveTool, writeFiles } from './serve-app.ts';
import { starter } from './starter.ts';
import { WAMS } from './wam.ts';

/** What a page without a bundler says about the package, which lies in a folder. */
function importMap(folder: string): string {
  const imports = {
    'denoise-node': `${folder}denoise-node.js`,
    'denoise-node/engine': `${folder}engine.js`,
    'denoise-node/models/tiny': `${folder}tiny-model.js`,
  };
  return `<script type="importmap">${JSON.stringify({ imports })}</script>`;
}

const plain: App = {
  name: 'plain',
  isQuick: true,
  isInFirefox: true,
  files: {
    'app.js': APP,
    'index.html': page(
      `${importMap('/node_modules/denoise-node/dist/')}<script type="module" src="./app.js"></script>`,
    ),
  },
  serve: (folder, isIsolated) => serveFolder(folder, isIsolated),
};

const CLASSIC = '/node_modules/denoise-node-classic-models/';

/** Models of the other package, by the URL of their folder, as its README has it. */
const classic: App = {
  ...plain,
  name: 'classic models',
  isQuick: false,
  isInFirefox: false,
  files: {
    'app.js': `globalThis.denoiseOptions = { model: '${CLASSIC}noise-subtract/' };\n${APP}`,
    'index.html': plain.files['index.html'],
  },
  build: [(folder) => unpack(packPackage('models/classic'), folder + CLASSIC)],
};

/** The package lies on another origin, as on a CDN, which sends what browsers ask of it. */
function cdn(name: string, policyFor: (origin: string) => string, more: Partial<App> = {}): App {
  return {
    name,
    isQuick: true,
    files: { 'app.js': APP },
    ...more,
    serve: async (folder, isIsolated) => {
      const headers = { 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' };
      const other = await startServer({ root: `${folder}/node_modules`, isolated: false, headers });
      const html = page(
        `${importMap(`${other.origin}/denoise-node/dist/`)}<script type="module" src="./app.js"></script>`,
      );
      const own = await startServer({
        root: folder,
        isolated: isIsolated,
        headers: { 'Content-Security-Policy': policyFor(other.origin) },
        routes: {
          '/page': (_request, response) => {
            response.writeHead(200, { 'Content-Type': 'text/html' }).end(html);
          },
        },
      });
      return { url: `${own.origin}/page`, close: () => Promise.all([own.close(), other.close()]) };
    },
  };
}

/** The least that a page with the package on another origin may allow; 'unsafe-inline' is for its import map. */
const cdnPolicy = (origin: string, workers: string): string =>
  `default-src 'none'; script-src 'self' ${origin} 'wasm-unsafe-eval' 'unsafe-inline'; connect-src ${origin}; ` +
  `img-src data:; worker-src ${workers}`;

const cdns: App[] = [
  cdn('cdn', () => ''),
  cdn('cdn, policy with blob:', (origin) => cdnPolicy(origin, `blob: ${origin}`)),
  cdn('cdn, policy without', (origin) => cdnPolicy(origin, "'self'"), {
    told: /by its worker-src: allow blob: and http:.* there/,
  }),
];

const VITE_FILES = { 'src/app.js': APP, 'index.html': page('<script type="module" src="/src/app.js"></script>') };
const VITES = { vite5: '5', vite6: '6', vite7: '7', vite8: '8' };

const viteAt = (port: string): string[] => ['vite', '--port', port, '--strictPort'];

function vite(name: keyof typeof VITES): App[] {
  const packages = { vite: VITES[name] };
  return [
    {
      name: `${name} build`,
      folder: name,
      packages,
      isInFirefox: true,
      files: { ...VITE_FILES, 'vite.config.js': NO_SETTINGS },
      build: [['vite', 'build']],
      serve: (folder, isIsolated) => serveFolder(`${folder}/dist`, isIsolated),
    },
    {
      name: `${name} build /app/`,
      folder: name,
      packages,
      files: { ...VITE_FILES, 'vite.config.js': NO_SETTINGS },
      build: [['vite', 'build', '--base', '/app/', '--outDir', 'served/app']],
      serve: (folder, isIsolated) => serveFolder(`${folder}/served`, isIsolated, '/app/'),
    },
    {
      name: `${name} dev`,
      folder: name,
      packages,
      isInFirefox: true,
      files: VITE_FILES,
      serve: (folder, isIsolated) => {
        // Vite 8 needs no setting; isolation, and its elder sisters, take the plugin.
        const needsPlugin = isIsolated || name !== 'vite8';
        const config = needsPlugin
          ? fromGuide(isIsolated ? 'vite.config.js' : 'vite.config.js, not isolated')
          : NO_SETTINGS;
        return serveTool(folder, { 'vite.config.js': config }, viteAt);
      },
    },
  ];
}

/** What happens where nobody has read about the plugin. */
const viteUnread: App = {
  name: 'vite7 dev, no plugin',
  folder: 'vite7',
  packages: { vite: VITES.vite7 },
  files: VITE_FILES,
  told: /add the plugin of denoise-node\/vite/,
  serve: (folder) => serveTool(folder, { 'vite.config.js': NO_SETTINGS }, viteAt),
};

const ESBUILD = ['esbuild', '--bundle', '--minify'];
const IIFE = ['--format=iife', '--log-override:empty-import-meta=silent'];
const COPY_ASSETS = ['denoise-node', 'copy-assets'];

const esbuild: App[] = [
  {
    name: 'esbuild',
    isQuick: true,
    linked: ['esbuild'],
    files: { 'app.js': APP, 'public/index.html': MODULE_PAGE },
    build: [
      [...ESBUILD, 'app.js', '--format=esm', '--outfile=public/app.js'],
      [...COPY_ASSETS, 'public'],
    ],
    serve: (folder, isIsolated) => serveFolder(`${folder}/public`, isIsolated),
  },
  {
    name: 'esbuild iife',
    isQuick: true,
    linked: ['esbuild'],
    files: { 'app.js': APP, 'public/index.html': page('<script src="./js/app.js"></script>') },
    build: [
      // It says that import.meta is empty in this format: the package knows.
      [...ESBUILD, 'app.js', ...IIFE, '--outfile=public/js/app.js'],
      [...COPY_ASSETS, 'public/js'],
    ],
    serve: (folder, isIsolated) => serveFolder(`${folder}/public`, isIsolated),
  },
];

/** The page's only file besides its HTML is its script. */
const inline: App = {
  name: 'inline',
  isQuick: true,
  linked: ['esbuild'],
  files: {
    'app.js': APP,
    'main.js': `${fromGuide('main.js')}\nglobalThis.denoiseOptions = inline();\nimport './app.js';\n`,
    'public/index.html': page('<script src="./main.js"></script>'),
  },
  build: [
    [...COPY_ASSETS, '.', '--inline'],
    [...ESBUILD, 'main.js', ...IIFE, '--outfile=public/main.js'],
  ],
  serve: (folder, isIsolated) => serveFolder(`${folder}/public`, isIsolated),
};

const rollup: App = {
  name: 'rollup',
  isQuick: true,
  linked: ['rollup', '@rollup/plugin-node-resolve', '@web/rollup-plugin-import-meta-assets'],
  files: { 'app.js': APP, 'rollup.config.mjs': fromGuide('rollup.config.mjs'), 'public/index.html': MODULE_PAGE },
  build: [['rollup', '-c', '--silent', '--failAfterWarnings']],
  serve: (folder, isIsolated) => serveFolder(`${folder}/public`, isIsolated),
};

const WEBPACK_FILES = { 'src/index.js': APP, 'dist/index.html': page('<script src="./main.js"></script>') };
const serveDist = (folder: string, isIsolated: boolean): Promise<Served> => serveFolder(`${folder}/dist`, isIsolated);

const webpack = ([name, version, cli]: readonly [string, string, string]): App => ({
  name,
  packages: { webpack: version, 'webpack-cli': cli },
  files: WEBPACK_FILES,
  build: [['webpack', '--mode', 'production']],
  serve: serveDist,
});

const rspack: App = {
  name: 'rspack',
  packages: { '@rspack/core': '2', '@rspack/cli': '2' },
  files: WEBPACK_FILES,
  build: [['rspack', 'build', '--mode', 'production']],
  serve: serveDist,
};

const parcel: App = {
  name: 'parcel',
  packages: { parcel: '2' },
  manifest: JSON.parse(fromGuide('package.json')),
  files: { 'src/app.js': APP, 'src/index.html': MODULE_PAGE },
  build: [['parcel', 'build', 'src/index.html', '--no-cache']],
  serve: serveDist,
};

const NEXT_FILES = {
  'src/app.js': APP,
  'app/layout.jsx':
    'export default ({ children }) => <html lang="en"><head><link rel="icon" href="data:," /></head>' +
    '<body>{children}</body></html>;\n',
  'app/page.jsx': "'use client';\nimport '../src/app.js';\nexport default () => <p>App</p>;\n",
};

/** The hook and the panel, rendered on the server and brought to life. */
const NEXT_PANEL_FILES = {
  ...NEXT_FILES,
  'src/app.jsx': REACT_APP,
  'app/page.jsx': "'use client';\nexport { Page as default } from '../src/app.jsx';\n",
};

/** By either of its bundlers; isolation is a setting of the build. */
function next(flag: '--turbopack' | '--webpack'): App[] {
  const name = `next ${flag.slice(2)}`;
  const config = (isIsolated: boolean) => ({
    'next.config.mjs': isIsolated ? fromGuide('next.config.mjs') : NO_SETTINGS,
  });
  const build = async (folder: string, isIsolated: boolean): Promise<Served> => {
    writeFiles(folder, config(isIsolated));
    await run(folder, ['next', 'build', flag]);
    return serveTool(folder, {}, (port) => ['next', 'start', '-p', port]);
  };
  const shared = { folder: name, packages: { next: '16', react: '19', 'react-dom': '19' }, files: NEXT_FILES };
  return [
    {
      ...shared,
      name: `${name} build`,
      serve: build,
    },
    {
      ...shared,
      name: `${name} dev`,
      serve: (folder, isIsolated) => serveTool(folder, config(isIsolated), (port) => ['next', 'dev', flag, '-p', port]),
    },
    {
      ...shared,
      name: `${name} panel`,
      files: NEXT_PANEL_FILES,
      serve: build,
    },
  ];
}

export const APPS: readonly App[] = [
  plain,
  ...cdns,
  classic,
  ...esbuild,
  inline,
  rollup,
  ...WAMS,
  ...(Object.keys(VITES) as (keyof typeof VITES)[]).reverse().flatMap(vite),
  viteUnread,
  starter,
  webpack(['webpack', '5', '7']),
  webpack(['webpack 5.75', '5.75.0', '5.1.4']),
  rspack,
  parcel,
  ...next('--turbopack'),
  ...next('--webpack'),
  ...FRAMEWORKS,
];
