import { esbuildPlugin } from '@web/dev-server-esbuild';
import { summaryReporter } from '@web/test-runner';
import { chromeLauncher } from '@web/test-runner-chrome';
import { graphTestServer } from './test/graph/server-plugin.mjs';
import { CHROMIUM_FLAGS, findBrowser } from './test/support/browser.mjs';
import { countReporter } from './test/support/count-reporter.mjs';
import { firefoxLauncher, webkitLauncher } from './test/support/other-browsers.mjs';

const isolationHeaders = (context, next) => {
  context.set('Cross-Origin-Opener-Policy', 'same-origin');
  context.set('Cross-Origin-Embedder-Policy', 'require-corp');
  context.set('Cross-Origin-Resource-Policy', 'cross-origin');
  return next();
};

/** TEST_BROWSER chooses where the tests run. */
function launcher(name) {
  switch (name) {
    case 'chromium':
      return chromeLauncher({ launchOptions: { executablePath: findBrowser('chromium'), args: CHROMIUM_FLAGS } });
    case 'firefox':
      return firefoxLauncher();
    case 'webkit':
      return webkitLauncher();
    default:
      throw new RangeError(`TEST_BROWSER: expected chromium, firefox or webkit, got ${name}.`);
  }
}

export default {
  rootDir: '.',
  nodeResolve: true,
  groups: [
    { name: 'unit', files: 'test/unit/**/*.test.ts' },
    // What needs no sound device: Firefox and WebKit have none without a sound server.
    { name: 'portable', files: 'test/unit/{engine,files,shared,worklet}/**/*.test.ts' },
    { name: 'offline', files: 'test/graph/offline.test.ts' },
    { name: 'platform', files: 'test/platform/**/*.test.ts' },
    { name: 'graph', files: 'test/graph/**/*.test.ts' },
  ],
  plugins: [esbuildPlugin({ ts: true, target: 'es2022', tsconfig: './tsconfig.base.json' }), graphTestServer()],
  middleware: [isolationHeaders],
  // One page at a time: latency and underruns are measured in some of them.
  concurrency: 1,
  browsers: [launcher(process.env.TEST_BROWSER ?? 'chromium')],
  browserStartTimeout: 60_000,
  testsStartTimeout: 60_000,
  testsFinishTimeout: 600_000,
  testFramework: { config: { ui: 'bdd', timeout: 60_000 } },
  reporters: [summaryReporter(), countReporter()],
};
