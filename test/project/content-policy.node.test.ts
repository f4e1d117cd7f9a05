/** The policies that docs/deployment.md states are enough, in a real browser. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'puppeteer-core';
import type * as Core from '../../src/index.ts';
import type { DenoisePanel } from '../../src/panel/define.ts';
import { launchChromium } from '../../tools/browser.mjs';
import { startServer } from '../../tools/server.mjs';

const ROOT = join(import.meta.dirname, '../..');
const GUIDE = readFileSync(join(ROOT, 'docs/deployment.md'), 'utf8');
const [, POLICY, TRUSTED_TYPES] =
  /## Content security policy\s+`([^`]+)`[\s\S]+?```\s+(require-trusted-types-for [^`]+?)\s+```/.exec(GUIDE) ?? [];

/** What a page of an app does. It runs in the page. */
interface Visit {
  /** Name of a policy of the app that makes the worker's URL, where that is not the package's own. */
  readonly appPolicy?: string;
  readonly withPanel?: boolean;
}

async function denoise({ appPolicy, withPanel }: Visit): Promise<{ ended: string; violations: string[] }> {
  const violations: string[] = [];
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
    violations.push(`${violatedDirective}: ${blockedURI}`),
  );
  const worker = '/dist/denoise-worker.js';
  const { trustedTypes } = globalThis as unknown as {
    trustedTypes: { createPolicy(name: string, rules: object): { createScriptURL(url: string): object } };
  };
  // A method, because the compiler of these tests gives arrow functions names that a page does not know.
  const rules = {
    createScriptURL(url: string): string {
      return url;
    },
  };
  const trusted = appPolicy && trustedTypes.createPolicy(appPolicy, rules).createScriptURL(worker);
  const [core, panel] = ['/dist/denoise-node.js', '/dist/panel.js'];
  const { DenoiseNode }: typeof Core = await import(core);
  const node = new DenoiseNode(new AudioContext(), trusted ? { assets: { worker: trusted } } : {});
  let ended = await node.ready.then(
    () => node.state as string,
    (error: Error) => error.message,
  );
  if (withPanel) {
    await import(panel);
    const element = document.createElement('denoise-panel') as DenoisePanel;
    element.node = node;
    document.body.append(element);
    await element.updateComplete;
    ended += `, ${element.shadowRoot?.querySelectorAll('denoise-meter').length} meters`;
  }
  node.dispose();
  return { ended, violations };
}

describe("a page under the policy of docs/deployment.md and default-src 'none'", () => {
  let browser: Browser;

  before(async () => {
    assert.ok(POLICY && TRUSTED_TYPES, 'docs/deployment.md states no policy');
    browser = await launchChromium();
  });

  after(() => browser.close());

  async function visit(policy: string, what: Visit): ReturnType<typeof denoise> {
    const headers = { 'Content-Security-Policy': `default-src 'none'; ${policy}` };
    const server = await startServer({ isolated: false, headers });
    const page = await browser.newPage();
    try {
      await page.goto(`${server.origin}/bench/pages/blank.html`);
      return await page.evaluate(denoise, what);
    } finally {
      await page.close();
      await server.close();
    }
  }

  it('denoises, and breaks it nowhere', async () => {
    assert.deepEqual(await visit(`${POLICY}`, {}), { ended: 'running', violations: [] });
  });

  it('denoises and shows the panel under Trusted Types, and breaks them nowhere', async () => {
    const outcome = await visit(`${POLICY}; ${TRUSTED_TYPES}`, { withPanel: true });
    assert.deepEqual(outcome, { ended: 'running, 2 meters', violations: [] });
  });

  it('takes the URL of the worker from a policy of the app', async () => {
    const policy = `${POLICY}; require-trusted-types-for 'script'; trusted-types app`;
    assert.deepEqual(await visit(policy, { appPolicy: 'app' }), { ended: 'running', violations: [] });
  });

  for (const [directive, onlyModule, told] of [
    ['worker-src', "'none'", "denoise-worker.js did not start.*refuses it by its worker-src: allow 'self' there"],
    ['connect-src', "'none'", '(?:WebAssembly|file of the model).*connect-src'],
    ['script-src', 'localhost:*/dist/denoise-node.js', 'denoise-processor.js did not load.*script-src'],
  ])
    it(`names ${directive} where that refuses a file of the package`, async () => {
      const { ended } = await visit(POLICY.replace(`${directive} 'self'`, `${directive} ${onlyModule}`), {});
      assert.match(ended, new RegExp(told));
    });

  it('says what is missing where Trusted Types allow neither', async () => {
    const { ended } = await visit(`${POLICY}; require-trusted-types-for 'script'; trusted-types 'none'`, {});
    assert.match(ended, /denoise-worker\.js did not start.*Trusted Types.*denoise-node/);
  });
});
