import { expect } from '@esm-bundle/chai';
import { executeServerCommand } from '@web/test-runner-commands';

describe('a page without isolation headers', () => {
  it('denoises over messages, live and offline, by itself', async function () {
    this.timeout(30_000);
    const outcome = await executeServerCommand<unknown, undefined>('visit-unisolated');
    expect(outcome).to.deep.equal({
      isolated: false,
      supported: true,
      live: { state: 'running', mode: 'message' },
      refusal: 'unsupported',
      offline: { mode: 'message', hops: 100, underruns: 0 },
    });
  });
});
