import { expect } from '@esm-bundle/chai';
import { executeServerCommand } from '@web/test-runner-commands';

describe('a page without isolation headers', () => {
  it('denoises over messages, live and offline, by itself', async function () {
    this.timeout(120_000);
    const { offlineHops, ...outcome } = await executeServerCommand<Record<string, unknown>, undefined>(
      'visit-unisolated',
    );
    expect(outcome).to.deep.equal({
      isolated: false,
      supported: true,
      live: { state: 'running', mode: 'message' },
      refusal: 'unsupported',
      offline: { mode: 'message', underruns: 0 },
    });
    // A second has 100 hops. The last is full when the rendering is complete, and nobody waits for it any more.
    expect(offlineHops).to.equal(99);
  });
});
