/** The policy that README.md states is enough, in a real browser. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'puppeteer-core';
import type * as Core from '../../src/index.ts';
import { launchChromium } from '../../tools/browser.mjs';

const ROOT = join(import.meta.dirname, '../..');
const POLICY = /content security policy needs `([^`]+)`/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))?.[1];
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

describe("a page under the policy of README.md and default-src 'none'", () => {
  const server = createServer(async ({ url }, response) => {
    const headers = { 'Content-Security-Policy': `default-src 'none'; ${POLICY}` };
    const path = new URL(url ?? '/', 'http://localhost').pathname;
    try {
      const body = path === '/' ? '<!doctype html><title>Strict</title>' : await readFile(join(ROOT, path));
      response
        .writeHead(200, {
          ...headers,
          'Content-Type': path === '/' ? 'text/html' : (TYPES[extname(path)] ?? 'application/octet-stream'),
        })
        .end(body);
    } catch {
      response.writeHead(404, headers).end();
    }
  });
  let browser: Browser;

  before(async () => {
    assert.ok(POLICY, 'README.md states no policy');
    await new Promise<void>((resolve) => server.listen(0, resolve));
    browser = await launchChromium();
  });

  after(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
  });

  it('denoises, and breaks it nowhere', async () => {
    const page = await browser.newPage();
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
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
