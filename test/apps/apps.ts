/** The apps of the matrix: what each is made of, built with and served by. */
import { readFileSync } from 'node:fs';
import { startServer } from '../../tools/server.mjs';
import { run } from './run-tool.ts';
import { type Served, serveFolder, serveTool, writeFiles } from './serve-app.ts';

export interface App {
  readonly name: string;
  /** Where it is made; apps of the same tools share a folder. Default: its name. */
  readonly folder?: string;
  /** Runs in seconds and needs nothing from npm. */
  readonly isQuick?: boolean;
  /** What its tools are in npm, and of which versions. */
  readonly packages?: Readonly<Record<string, string>>;
  /** What else its package.json says. */
  readonly manifest?: object;
  /** Tools that the repository itself has. */
  readonly linked?: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly build?: readonly (readonly string[])[];
  readonly serve: (folder: string, isIsolated: boolean) => Promise<Served>;
}

const GUIDE = readFileSync(new URL('../../docs/bundlers.md', import.meta.url), 'utf8');

/** The page of every app. */
const APP = readFileSync(new URL('app.js', import.meta.url), 'utf8');

/** A code block of the guide whose first line names the file. */
function fromGuide(file: string): string {
  const found = GUIDE.match(
    new RegExp(`^\`\`\`\\w+\n(?://|<!--|#) ${file.replaceAll('.', '\\.')}.*\n([^]*?)^\`\`\``, 'm'),
  );
  if (found === null)
    throw new Error(`docs/bundlers.md: expected a code block that begins with "${file}", found none.`);
  return found[1];
}

const page = (head: string): string =>
  '<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>App</title>' +
  `${head}</head><body></body></html>`;
const MODULE_PAGE = page('<script type="module" src="./app.js"></script>');

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
  files: {
    'app.js': APP,
    'index.html': page(
      `${importMap('/node_modules/denoise-node/dist/')}<script type="module" src="./app.js"></script>`,
    ),
  },
  serve: (folder, isIsolated) => serveFolder(folder, isIsolated),
};

/** The package lies on another origin, as on a CDN, which sends what browsers ask of it. */
const cdn: App = {
  name: 'cdn',
  isQuick: true,
  files: { 'app.js': APP },
  serve: async (folder, isIsolated) => {
    const headers = { 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' };
    const other = await startServer({ root: `${folder}/node_modules`, isolated: false, headers });
    const html = page(
      `${importMap(`${other.origin}/denoise-node/dist/`)}<script type="module" src="./app.js"></script>`,
    );
    const own = await startServer({
      root: folder,
      isolated: isIsolated,
      routes: {
        '/page': (_request, response) => {
          response.writeHead(200, { 'Content-Type': 'text/html' }).end(html);
        },
      },
    });
    return { url: `${own.origin}/page`, close: () => Promise.all([own.close(), other.close()]) };
  },
};

const VITE_FILES = { 'src/app.js': APP, 'index.html': page('<script type="module" src="/src/app.js"></script>') };
const NO_SETTINGS = 'export default {};\n';
const VITES = { vite5: '5', vite6: '6', vite7: '7', vite8: '8' };

function vite(name: keyof typeof VITES): App[] {
  const packages = { vite: VITES[name] };
  return [
    {
      name: `${name} build`,
      folder: name,
      packages,
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
      files: VITE_FILES,
      serve: (folder, isIsolated) => {
        // Vite 8 needs no setting; isolation, and its elder sisters, take the plugin.
        const needsPlugin = isIsolated || name !== 'vite8';
        const config = needsPlugin
          ? fromGuide(isIsolated ? 'vite.config.js' : 'vite.config.js, not isolated')
          : NO_SETTINGS;
        return serveTool(folder, { 'vite.config.js': config }, (port) => ['vite', '--port', port, '--strictPort']);
      },
    },
  ];
}

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

/** By either of its bundlers; isolation is a setting of the build. */
function next(flag: '--turbopack' | '--webpack'): App[] {
  const name = `next ${flag.slice(2)}`;
  const config = (isIsolated: boolean) => ({
    'next.config.mjs': isIsolated ? fromGuide('next.config.mjs') : NO_SETTINGS,
  });
  const shared = { folder: name, packages: { next: '16', react: '19', 'react-dom': '19' }, files: NEXT_FILES };
  return [
    {
      ...shared,
      name: `${name} build`,
      serve: async (folder, isIsolated) => {
        writeFiles(folder, config(isIsolated));
        await run(folder, ['next', 'build', flag]);
        return serveTool(folder, {}, (port) => ['next', 'start', '-p', port]);
      },
    },
    {
      ...shared,
      name: `${name} dev`,
      serve: (folder, isIsolated) => serveTool(folder, config(isIsolated), (port) => ['next', 'dev', flag, '-p', port]),
    },
  ];
}

export const APPS: readonly App[] = [
  plain,
  cdn,
  ...esbuild,
  inline,
  rollup,
  ...(Object.keys(VITES) as (keyof typeof VITES)[]).reverse().flatMap(vite),
  webpack(['webpack', '5', '7']),
  webpack(['webpack 5.75', '5.75.0', '5.1.4']),
  rspack,
  parcel,
  ...next('--turbopack'),
  ...next('--webpack'),
];
