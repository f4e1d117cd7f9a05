/** The half of the matrix that takes no tools from npm; `npm run test:apps` runs all of it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { launchChromium } from '../../tools/browser.mjs';
import { APPS } from './apps.ts';
import { packPackage } from './build-app.ts';
import { tryApp } from './matrix.ts';

describe('an app that is made from the packed package', () => {
  let tarball: string;
  let browser: Browser;

  before(async () => {
    tarball = packPackage();
    browser = await launchChromium();
  });

  after(() => browser.close());

  for (const app of APPS.filter(({ isQuick }) => isQuick))
    it(`denoises with and without isolation, and asks for nothing that is not there: ${app.name}`, async () => {
      const rows = await tryApp(app, tarball, browser);
      assert.deepEqual(
        rows.map(({ isolated, mode, faults }) => ({ isolated, mode, faults })),
        [
          { isolated: false, mode: 'message', faults: [] },
          { isolated: true, mode: 'shared', faults: [] },
        ],
      );
    });
});
