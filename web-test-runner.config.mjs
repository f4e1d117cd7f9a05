import { readFileSync } from 'node:fs';
import { esbuildPlugin } from '@web/dev-server-esbuild';
import { summaryReporter } from '@web/test-runner';
import { chromeLauncher } from '@web/test-runner-chrome';
import { graphTestServer } from './test/main/server-plugin.mjs';
import { countReporter } from './test/support/count-reporter.mjs';
import { freePort } from './test/support/free-port.mjs';
import { hostileClock } from './test/support/hostile/plugin.mjs';
import { firefoxLauncher, webkitLauncher } from './test/support/other-browsers.mjs';
import { TRIED_IN_WEBKIT } from './test/support/tried-in-webkit.mjs';
import { CHROMIUM_FLAGS, findBrowser } from './tools/browser.mjs';

const isolationHeaders = (context, next) => {
  context.set('Cross-Origin-Opener-Policy', 'same-origin');
  context.set('Cross-Origin-Embedder-Policy', 'require-corp');
  context.set('Cross-Origin-Resource-Policy', 'cross-origin');
  return next();
};

/** What Chromium's microphone hears, which is not there. */
const NOISY_SPEECH = new URL('test/fixtures/noisy-speech.wav', import.meta.url).pathname;
const RECORDED_MICROPHONE = `--use-file-for-fake-audio-capture=${NOISY_SPEECH}`;

/** TEST_BROWSER chooses where the tests run. */
function launcher(name) {
  switch (name) {
    case 'chromium':
      return chromeLauncher({
        launchOptions: {
          executablePath: findBrowser('chromium'),
          args: [...CHROMIUM_FLAGS, RECORDED_MICROPHONE],
        },
      });
    case 'firefox':
      return firefoxLauncher();
    case 'webkit':
      return webkitLauncher();
    default:
      throw new RangeError(`TEST_BROWSER: expected chromium, firefox or webkit, got ${name}.`);
  }
}

const { HOSTILE_CLOCK, HOSTILE_SEED, TEST_BROWSER = 'chromium' } = process.env;
const hostile = HOSTILE_CLOCK && hostileClock(HOSTILE_CLOCK, HOSTILE_SEED);

/** What pages run before all else. */
const first = [
  ...(hostile ? [hostile.script] : []),
  ...(TEST_BROWSER === 'webkit'
    ? [readFileSync(new URL('test/support/settled-close.js', import.meta.url), 'utf8')]
    : []),
];
const pageWith = (testFramework) =>
  `<!doctype html><html><head>${first.map((script) => `<script>${script}</script>`).join('')}</head><body>` +
  `<script type="module" src="${testFramework}"></script></body></html>`;

/** What runs in a page: not the tests for Node, nor those that drive a page from there. */
const inBrowser = (folders) => `test/${folders}/**/!(*.node|*.page).test.ts`;

/** What needs no sound device, of what tries nodes. */
const OFFLINE = ['test/main/offline.test.ts', 'test/main/parameters.test.ts', 'test/hosts/wam.test.ts'];
const FAILURES = 'test/main/failures.test.ts';

export default {
  rootDir: '.',
  port: await freePort(),
  nodeResolve: true,
  groups: [
    { name: 'unit', files: inBrowser('{engine,files,shared,worklet,worker,panel,demo}') },
    // For Firefox and WebKit: what needs no sound device, and what does. They have none without a sound server. What
    // takes long and tells little that is new there skips itself, says so, and is counted (browser-limits.ts).
    { name: 'portable', files: inBrowser('{engine,files,shared,worklet,worker,demo}') },
    { name: 'offline', files: OFFLINE },
    { name: 'live', files: [inBrowser('{main,hosts}'), ...[...OFFLINE, FAILURES].map((file) => `!${file}`)] },
    { name: 'live-webkit', files: TRIED_IN_WEBKIT },
    { name: 'failures', files: FAILURES },
    { name: 'panel', files: inBrowser('panel') },
    { name: 'platform', files: inBrowser('platform') },
    { name: 'stream', files: inBrowser('stream') },
    { name: 'calls', files: inBrowser('calls') },
    { name: 'graph', files: inBrowser('{main,hosts}') },
  ],
  plugins: [
    ...(hostile ? [hostile.plugin] : []),
    esbuildPlugin({ ts: true, target: 'es2022', tsconfig: './tsconfig.base.json' }),
    graphTestServer(),
  ],
  ...(first.length > 0 && { testRunnerHtml: pageWith }),
  middleware: [isolationHeaders],
  // One page at a time: latency and underruns are measured in some of them.
  concurrency: 1,
  browsers: [launcher(TEST_BROWSER)],
  browserStartTimeout: 60_000,
  testsStartTimeout: 60_000,
  testsFinishTimeout: 600_000,
  testFramework: { config: { ui: 'bdd', timeout: 60_000 } },
  reporters: [summaryReporter(), countReporter()],
};
