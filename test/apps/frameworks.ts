/** The apps of the matrix that are made with a framework. */
import { type App, page, REACT_APP } from './app.ts';
import { serveFolder } from './serve-app.ts';

const JSX = ['--jsx=automatic', '--loader:.js=jsx'];

/** Rendered on a server, brought to life in the page. React 18 says in the console of what does not match as well. */
function react(name: string, more: Partial<App>): App {
  return {
    name,
    files: {
      'page.jsx': REACT_APP,
      'client.jsx':
        "import { hydrateRoot } from 'react-dom/client';\nimport 'denoise-node/panel';\n" +
        "import { Page } from './page.jsx';\nhydrateRoot(document.querySelector('#root'), <Page />);\n",
      'server.jsx':
        "import { writeFileSync } from 'node:fs';\nimport { renderToString } from 'react-dom/server';\n" +
        "import { Page } from './page.jsx';\nconst [before, after] = process.env.HTML.split('<body>');\n" +
        "const root = '<div id=\"root\">' + renderToString(<Page />) + '</div>';\n" +
        "writeFileSync('public/index.html', before + '<body>' + root + after);\n",
      'render.mjs':
        `process.env.HTML = ${JSON.stringify(page('<script type="module" src="./client.js"></script>'))};\n` +
        "process.env.NODE_ENV = 'development';\nawait import('./server.mjs');\n",
    },
    build: [
      [
        'esbuild',
        'client.jsx',
        '--bundle',
        ...JSX,
        '--format=esm',
        '--outdir=public',
        '--define:process.env.NODE_ENV="development"',
      ],
      [
        'esbuild',
        'server.jsx',
        '--bundle',
        ...JSX,
        '--format=esm',
        '--platform=node',
        '--packages=external',
        '--outfile=server.mjs',
      ],
      ['node', 'render.mjs'],
      ['denoise-node', 'copy-assets', 'public'],
    ],
    serve: (folder, isIsolated) => serveFolder(`${folder}/public`, isIsolated),
    ...more,
  };
}

export const FRAMEWORKS: readonly App[] = [
  react('react 19', { isQuick: true, linked: ['esbuild', 'react', 'react-dom', 'scheduler'] }),
  react('react 18', { packages: { react: '18', 'react-dom': '18', esbuild: '0' } }),
];
