import { expect } from '@esm-bundle/chai';
import { expectedLatencySamples, hopWaitSamples, prefillSamples, ringDelaySamples, totalLatencySamples } from '../../../src/shared/latency.ts';

describe('the latency budget', () => {
  it('is the sum of its parts', () => {
    const parts = { engineDelaySamples: 240, hopWaitSamples: 480, prefillSamples: 768 };
    expect(ringDelaySamples(parts)).to.equal(1248);
    expect(totalLatencySamples(parts)).to.equal(1488);
  });

  it('waits for whole samples of a hop, rounded up', () => {
    expect(hopWaitSamples(480, 48000, 48000)).to.equal(480);
    expect(hopWaitSamples(480, 48000, 44100)).to.equal(441);
    expect(hopWaitSamples(480, 48000, 22050)).to.equal(221);
    expect(hopWaitSamples(480, 48000, 192000)).to.equal(1920);
  });

  it('expects of a model that it does not know yet what base has, at its own rate', () => {
    const parts = { engineDelaySamples: 240, hopWaitSamples: 480, prefillSamples: prefillSamples(0.016, 48000) };
    expect(expectedLatencySamples(0.016, 48000)).to.equal(totalLatencySamples(parts));
  });
});
