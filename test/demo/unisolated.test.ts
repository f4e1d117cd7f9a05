import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { levels, start, textOf, visit } from './support.ts';

describe('the demo page from a server without isolation headers', { timeout: 120_000 }, () => {
  it('denoises in message mode and says why', () =>
    visit(
      async ({ page, complaints }) => {
        await start(page);
        assert.match(await textOf(page, '#mode'), /^Message mode\. No shared memory: this page is not cross-origin isolated/);
        const { before, after } = await levels(page, 3);
        assert.ok(after < before, `${after} dBFS out of ${before}`);
        // The one complaint is of the service worker that this host does not have.
        assert.deepEqual(
          complaints.filter((complaint) => !complaint.includes('404')),
          [],
        );
      },
      { isolation: false, isMissing: (path) => path.endsWith('/isolation-worker.js') },
    ));
});
