import { expect } from '@esm-bundle/chai';
import { executeServerCommand } from '@web/test-runner-commands';
import { canPause } from '../support/browser-limits.ts';

describe('a page without isolation headers', () => {
  it('denoises over messages, live and offline, by itself', async function () {
    this.timeout(120_000);
    const outcome = await executeServerCommand('visit-unisolated');
    expect(outcome).to.deep.equal({
      isolated: false,
      supported: true,
      live: { state: 'running', mode: 'message' },
      refusal: 'unsupported',
      // A second has 100 hops. The last is full when the rendering is complete, and nobody waits for it any more.
      offline: canPause() ? { mode: 'message', hops: 99, underruns: 0 } : { refusal: 'offline-not-ready' },
    });
  });
});
