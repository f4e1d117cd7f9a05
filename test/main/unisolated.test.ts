import { expect } from '@esm-bundle/chai';
import { canPause, hearsOfEnd } from '../support/browser-limits.ts';
import { visitUnisolated } from './visit-unisolated.ts';

interface Outcome {
  offline: { hops?: number };
}

describe('a page without isolation headers', () => {
  it('denoises over messages, live and offline, by itself', async function () {
    this.timeout(120_000);
    const outcome = (await visitUnisolated('test/main/fixtures/unisolated.html')) as Outcome;
    const { hops } = outcome.offline;
    delete outcome.offline.hops;
    expect(outcome).to.deep.equal({
      isolated: false,
      supported: true,
      live: { state: 'running', mode: 'message' },
      refusal: 'unsupported',
      offline: canPause() ? { mode: 'message', underruns: 0 } : { refusal: 'offline-not-ready' },
    });
    // A second has 100 hops. The last is full when the rendering is complete, and nobody waits for it any more. The
    // page is told of them four times in a second, and not in every browser once it is over.
    if (await hearsOfEnd()) expect(hops).to.equal(99);
    else if (canPause()) expect(hops).to.be.within(74, 99);
  });
});
