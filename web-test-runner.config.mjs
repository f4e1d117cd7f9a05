import { esbuildPlugin } from '@web/dev-server-esbuild';
import { summaryReporter } from '@web/test-runner';
import { chromeLauncher } from '@web/test-runner-chrome';
import { graphTestServer } from './test/graph/server-plugin.mjs';
import { countReporter } from './test/support/count-reporter.mjs';
import { CHROMIUM_FLAGS, findBrowser } from './test/support/browser.mjs';

const isolationHeaders = (context, next) => {
  context.set('Cross-Origin-Opener-Policy', 'same-origin');
  context.set('Cross-Origin-Embedder-Policy', 'require-corp');
  context.set('Cross-Origin-Resource-Policy', 'cross-origin');
  return next();
};

export default {
  rootDir: '.',
  nodeResolve: true,
  groups: [
    { name: 'unit', files: 'test/unit/**/*.test.ts' },
    { name: 'platform', files: 'test/platform/**/*.test.ts' },
    { name: 'graph', files: 'test/graph/**/*.test.ts' },
    { name: 'demo', files: 'test/demo/**/*.test.ts' },
  ],
  plugins: [esbuildPlugin({ ts: true, target: 'es2022', tsconfig: './tsconfig.base.json' }), graphTestServer()],
  middleware: [isolationHeaders],
  // One page at a time: latency and underruns are measured in some of them.
  concurrency: 1,
  browsers: [chromeLauncher({ launchOptions: { executablePath: findBrowser('chromium'), args: CHROMIUM_FLAGS } })],
  browserStartTimeout: 60_000,
  testsStartTimeout: 60_000,
  testsFinishTimeout: 300_000,
  testFramework: { config: { ui: 'bdd', timeout: 60_000 } },
  reporters: [summaryReporter(), countReporter()],
};
