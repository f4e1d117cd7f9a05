/** The half of the matrix that takes no tools from npm; `npm run test:apps` runs all of it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { APPS } from './apps.ts';
import { type OpenBrowsers, openBrowsers } from './browsers.ts';
import { packPackage } from './build-app.ts';
import { tryApp } from './matrix.ts';

describe('an app that is made from the packed package', () => {
  let tarball: string;
  let browsers: OpenBrowsers;

  before(async () => {
    tarball = packPackage();
    browsers = await openBrowsers();
  });

  after(() => browsers.close());

  for (const app of APPS.filter(({ isQuick }) => isQuick))
    it(`${app.told ? 'says what is in its way' : 'denoises'} with and without isolation: ${app.name}`, async () => {
      const rows = await tryApp(app, tarball, browsers);
      assert.deepEqual(
        rows.flatMap(({ browser, isolated, faults }) => faults.map((fault) => ({ browser, isolated, fault }))),
        [],
      );
      assert.ok(rows.length >= 2);
    });
});
