/** What DenoiseNode.diagnose() says of content security policies, in a real browser, and of none in Node. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'puppeteer-core';
import type * as Core from '../../src/index.ts';
import { DenoiseNode } from '../../src/index.ts';
import { launchChromium } from '../../tools/browser.mjs';
import { startServer } from '../../tools/server.mjs';

type Found = Pick<Core.Diagnosis, 'canDenoise' | 'refusals' | 'sentence'> & { codes: string[]; left: number };

/** Runs in the page. */
async function diagnose(): Promise<Found> {
  const core = '/dist/denoise-node.js';
  const { DenoiseNode }: typeof Core = await import(core);
  const { canDenoise, refusals, sentence, advice } = await DenoiseNode.diagnose();
  const { workers } = await DenoiseNode.census();
  return { canDenoise, refusals, sentence, codes: advice.map(({ code }) => code), left: workers };
}

describe('a diagnosis under a content security policy', () => {
  let browser: Browser;

  before(async () => {
    browser = await launchChromium();
  });

  after(() => browser.close());

  async function visit(policy: string): Promise<Found> {
    const server = await startServer({ headers: { 'Content-Security-Policy': policy } });
    const page = await browser.newPage();
    try {
      await page.goto(`${server.origin}/bench/pages/blank.html`);
      return await page.evaluate(diagnose);
    } finally {
      await page.close();
      await server.close();
    }
  }

  const ENOUGH = {
    'script-src': "'self' 'wasm-unsafe-eval'",
    'worker-src': "'self'",
    'connect-src': "'self'",
  };
  const policyWith = (change: Partial<typeof ENOUGH>): string =>
    Object.entries({ ...ENOUGH, ...change })
      .map(([directive, sources]) => `${directive} ${sources}`)
      .join('; ');

  it('finds nothing where the policy is enough', async () => {
    const { canDenoise, refusals, codes } = await visit(policyWith({}));
    assert.deepEqual([canDenoise, refusals], [true, []]);
    assert.ok(!codes.includes('policy') && !codes.includes('files'));
  });

  for (const [change, directive, words] of [
    [{ 'worker-src': "'none'" }, 'worker-src', /denoise-worker\.js by worker-src: add 'self'/],
    [{ 'script-src': "'self'" }, 'script-src', /WebAssembly by script-src: add 'wasm-unsafe-eval'/],
    [{ 'connect-src': "'none'" }, 'connect-src', /by connect-src: add the origin/],
  ] as const) {
    it(`names ${directive} where that forbids something, and what to add`, async () => {
      const { canDenoise, refusals, sentence, codes, left } = await visit(policyWith(change));
      assert.equal(canDenoise, false);
      assert.ok(refusals.some((refusal) => refusal.directive === directive));
      assert.deepEqual(codes, ['policy']);
      assert.match(sentence, words);
      assert.equal(sentence.includes('wasm-unsafe-eval'), directive === 'script-src');
      assert.equal(left, 0);
    });
  }

  it('names Trusted Types where they forbid the worker', async () => {
    const { sentence, codes } = await visit(
      `${policyWith({})}; require-trusted-types-for 'script'; trusted-types 'none'`,
    );
    assert.ok(codes.includes('policy'));
    assert.match(sentence, /trusted-types: add denoise-node to it/);
  });
});

describe('a diagnosis outside a browser', () => {
  it('says so, and does not throw', async () => {
    const { canDenoise, advice, mode } = await DenoiseNode.diagnose();
    assert.deepEqual([canDenoise, mode, advice.map(({ code }) => code)], [false, 'passthrough', ['outside-browser']]);
  });
});
