/** The app that Vite's own starter makes, with the first lines of the README in it. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type App, STARTER_PAGE } from './app.ts';
import { run } from './run-tool.ts';
import { serveFolder, writeFiles } from './serve-app.ts';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const FIRST_LINES = /^## Use it$[\s\S]*?^```ts\n([\s\S]*?)^```/m.exec(README)?.[1];

/** As a newcomer does: the starter, the package from its tarball, the lines, a build. */
async function follow(folder: string, tarball: string): Promise<void> {
  if (FIRST_LINES === undefined) throw new Error('README.md: expected a code block in "Use it", found none.');
  const app = join(folder, 'app');
  rmSync(app, { recursive: true, force: true });
  await run(folder, ['create-vite', 'app', '--template', 'vanilla-ts', '--no-interactive']);
  await run(app, ['npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', tarball]);
  const html = readFileSync(join(app, 'index.html'), 'utf8');
  writeFiles(app, {
    'src/main.ts': FIRST_LINES,
    'public/microphone.js': STARTER_PAGE,
    'index.html': html.replace('<head>', '<head><script src="/microphone.js"></script>'),
  });
  await run(app, ['npm', 'run', 'build']);
}

export const starter: App = {
  name: 'vite starter, README',
  packages: { 'create-vite': '9' },
  files: {},
  build: [follow],
  serve: (folder, isIsolated) => serveFolder(`${folder}/app/dist`, isIsolated),
};
