/** The policy that docs/deployment.md states is enough, in a real browser. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'puppeteer-core';
import type * as Core from '../../src/index.ts';
import { launchChromium } from '../../tools/browser.mjs';
import { startServer } from '../../tools/server.mjs';

const ROOT = join(import.meta.dirname, '../..');
const GUIDE = readFileSync(join(ROOT, 'docs/deployment.md'), 'utf8');
const POLICY = /## Content security policy\s+`([^`]+)`/.exec(GUIDE)?.[1];

describe("a page under the policy of docs/deployment.md and default-src 'none'", () => {
  let server: Awaited<ReturnType<typeof startServer>>;
  let browser: Browser;

  before(async () => {
    assert.ok(POLICY, 'docs/deployment.md states no policy');
    server = await startServer({
      isolated: false,
      headers: { 'Content-Security-Policy': `default-src 'none'; ${POLICY}` },
    });
    browser = await launchChromium();
  });

  after(async () => {
    await browser.close();
    await server.close();
  });

  it('denoises, and breaks it nowhere', async () => {
    const page = await browser.newPage();
    await page.goto(`${server.origin}/bench/pages/blank.html`);
    const outcome = await page.evaluate(async () => {
      const violations: string[] = [];
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
        violations.push(`${violatedDirective}: ${blockedURI}`),
      );
      const path = '/dist/denoise-node.js';
      const { DenoiseNode }: typeof Core = await import(path);
      const node = new DenoiseNode(new AudioContext());
      const ended = await node.ready.then(
        () => node.state,
        (error: Error) => error.message,
      );
      return { ended, violations };
    });
    assert.deepEqual(outcome, { ended: 'running', violations: [] });
  });
});
