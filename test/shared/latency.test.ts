import { expect } from '@esm-bundle/chai';
import {
  advanceWaitSamples,
  expectedLatencySamples,
  mostPrefillSamples,
  prefillSamples,
  realtimePrefillSamples,
  ringDelaySamples,
  totalLatencySamples,
} from '../../src/shared/latency.ts';

describe('the latency budget', () => {
  it('is the sum of its parts', () => {
    const parts = { engineDelaySamples: 240, advanceWaitSamples: 480, prefillSamples: 768 };
    expect(ringDelaySamples(parts)).to.equal(1248);
    expect(totalLatencySamples(parts)).to.equal(1488);
  });

  it('waits for whole samples of a hop, rounded up', () => {
    expect(advanceWaitSamples(480, 48000, 48000)).to.equal(480);
    expect(advanceWaitSamples(480, 48000, 44100)).to.equal(441);
    expect(advanceWaitSamples(480, 48000, 22050)).to.equal(221);
    expect(advanceWaitSamples(480, 48000, 192000)).to.equal(1920);
  });

  it('keeps as much spare as the hint asks for, and the share of a block that its computing may take where that is more', () => {
    expect(realtimePrefillSamples(768, 480, 0, 2)).to.equal(768);
    expect(realtimePrefillSamples(0, 480, 0, 32)).to.equal(0);
    expect(realtimePrefillSamples(768, 42336, 0.25, 2)).to.equal(10584);
    expect(realtimePrefillSamples(24000, 42336, 0.25, 2)).to.equal(24000);
    expect(realtimePrefillSamples(768, 42336, 0.5, 2)).to.equal(21168);
  });

  it('keeps no less for one channel than for two, more for more, and never more than a block', () => {
    expect(realtimePrefillSamples(768, 42336, 0.25, 1)).to.equal(10584);
    expect(realtimePrefillSamples(768, 42336, 0.25, 3)).to.equal(15876);
    expect(realtimePrefillSamples(768, 42336, 0.25, 32)).to.equal(42336);
  });

  it('may raise that to twice as much, to 0.1 s, or to a whole block', () => {
    expect(mostPrefillSamples(768, 480, 0, 48000)).to.equal(4800);
    expect(mostPrefillSamples(4608, 480, 0, 48000)).to.equal(9216);
    expect(mostPrefillSamples(10584, 42336, 0.25, 48000)).to.equal(42336);
  });

  it('expects of a model that it does not know yet what base has, at its own rate', () => {
    const parts = { engineDelaySamples: 240, advanceWaitSamples: 480, prefillSamples: prefillSamples(0.016, 48000) };
    expect(expectedLatencySamples(0.016, 48000)).to.equal(totalLatencySamples(parts));
  });
});
